"""The engines that the contracts run on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from unswarm.engines import Engine, open_engine

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def spark() -> Iterator[Engine]:
    """One Spark session for all tests."""
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is absent; install unswarm[spark]")
    if shutil.which("java") is None:
        pytest.skip("Java is absent; Spark needs one")
    yield open_engine("spark")


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    if request.param == "spark":
        return request.getfixturevalue("spark")
    return open_engine("duckdb")
