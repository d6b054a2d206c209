"""Schemathesis over the API: whatever is asked, it is no fault of ours, and is as declared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from browsing import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from web_shared import client_of

from unswarm.web.guard import Guard

CHECKS = (
    *(not_a_server_error, status_code_conformance),
    *(content_type_conformance, response_schema_conformance),
)
WORKING = ("/imports", "/runs", "/expand", "/publish", "/exports", "/run", "/undo", "/events")
"""Ends of paths that start work or last: `test_api` asks them one by one."""

KNOWN = {
    "case": ["bl"], "network": ["n-0001", "n-0003"], "signal": ["texts", "links"],
    "claim": ["c-0001"], "appeal": ["a-0001"], "plan": ["p-0001"],
}  # fmt: skip
"""Parameters that are mostly something that exists, so that a request gets beyond the door."""


def operations() -> list[tuple[str, str]]:
    """(path, method) of everything that can be asked."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    return [
        (path, method)
        for path, methods in paths.items()
        for method in methods
        if not (path.endswith(WORKING) and (method == "post" or path.endswith("/events")))
        and (path, method) != ("/api/session", "delete")
    ]


@pytest.fixture(scope="module")
def asked(operation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The API over a copy of the case, and what a session that may do everything sends."""
    folder = tmp_path_factory.mktemp("asked")
    shutil.copytree(operation, folder / "bl")
    with client_of(folder, Guard(folder / ".unswarm", per_minute=10**6)) as client:
        head = {"Host": "localhost"}
        api = schemathesis.openapi.from_asgi("/api/openapi.json", client.app, headers=head)
        sent = {
            "Host": "localhost",
            "X-CSRF-Token": client.headers["X-CSRF-Token"],
            "Cookie": f"unswarm={client.cookies['unswarm']}",
        }
        yield api, sent


@pytest.mark.parametrize(("path", "method"), operations(), ids=lambda part: part)
def test_whatever_is_asked(asked: Any, path: str, method: str) -> None:
    api, sent = asked
    strategy = api[path][method].as_strategy()

    @given(case=strategy, known=st.integers(0, 9))
    @settings(
        max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def ask(case: Any, known: int) -> None:
        for name, values in KNOWN.items():
            if known and name in (case.path_parameters or {}):
                case.path_parameters[name] = values[known % len(values)]
        response = case.call(headers=sent)
        case.validate_response(response, checks=list(CHECKS), headers=sent)

    ask()
