"""A browser at this machine, and who acts."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from unswarm.web import make
from unswarm.web.guard import Guard


def client_of(folder: Path, guard: Guard | None = None) -> TestClient:
    """A browser at this machine, with the token of its session."""
    client = TestClient(make(folder, guard), base_url="http://localhost")
    client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
    return client


def act_as(client: TestClient, name: str, role: str) -> None:
    """Somebody else sits down at it."""
    said = client.put("/api/session/person", json={"name": name, "role": role})
    assert said.status_code == 200, said.text
