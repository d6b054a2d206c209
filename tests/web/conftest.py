"""One small operation, detected once; copies of it for whoever decides something."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import launched, served
from starlette.testclient import TestClient
from web_shared import client_of, watched

from unswarm import open_case
from unswarm.simulate.operation import replicate
from unswarm.web import make
from unswarm.web.guard import Guard
from unswarm.web.guard.people import add

PASSWORD = "four words that rhyme"


@pytest.fixture(scope="session")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the replica, with photos, roles, ads and followers. Not to be written to."""
    pytest.importorskip("PIL")
    folder = tmp_path_factory.mktemp("operation")
    replicate(folder / "replica", seed=0, scale=0.03)
    case = open_case(folder / "bl")
    case.read(folder / "replica" / "data")
    case.read_photos(folder / "replica" / "photos")
    case.detect(stability=False)
    return folder / "bl"


@pytest.fixture
def shelf(operation: Path, tmp_path: Path) -> Path:
    """A folder with a copy of it."""
    folder = tmp_path / "shelf"
    shutil.copytree(operation, folder / "bl")
    return folder


@pytest.fixture
def client(shelf: Path) -> Iterator[TestClient]:
    with client_of(shelf) as client:
        yield client


@pytest.fixture
def sign_in(shelf: Path) -> Callable[[str, str], TestClient]:
    """Sign somebody in to one server over the shelf; each has a browser of their own."""
    home = shelf / ".unswarm"
    app = None

    def enter(name: str, role: str) -> TestClient:
        nonlocal app
        add(home, name, role, PASSWORD)
        app = app or make(shelf, Guard(home))
        client = TestClient(app, base_url="http://localhost")
        said = client.post("/api/session", json={"name": name, "password": PASSWORD})
        assert said.status_code == 200, said.text
        client.headers["X-CSRF-Token"] = said.json()["csrf"]
        return client

    return enter


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def desk(operation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over a copy of the operation. Only to be looked at."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(operation, folder / "bl")
    watched(folder / "bl")
    with served(folder) as address:
        yield address
