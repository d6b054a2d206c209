"""The invented case, made up once for all exporter tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented_case import empty, invented

from unswarm.exporters import report
from unswarm.findings import Findings


@pytest.fixture(scope="session")
def case() -> Findings:
    return invented()


@pytest.fixture(scope="session")
def nothing() -> Findings:
    return empty()


@pytest.fixture(scope="session")
def page(case: Findings, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report.export(case, path)
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def empty_page(nothing: Findings, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("empty") / "report.html"
    report.export(nothing, path)
    return path.read_text("utf-8")
