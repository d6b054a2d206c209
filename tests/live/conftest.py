"""The servers of the live tests: started once for each file that asks for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "enforcers")]

import network  # noqa: E402

LIVE = "UNSWARM_LIVE"  # set by `make test-live`: what is missing is a failure


def _skip_or_fail(why: str) -> None:
    if why and os.environ.get(LIVE):
        pytest.fail(why)
    if why:
        pytest.skip(why)


@pytest.fixture(scope="module")
def pds() -> Iterator[network.Network]:
    """PLC and a PDS."""
    _skip_or_fail(network.missing())
    with network.running() as found:
        yield found


@pytest.fixture(scope="module")
def ozone() -> Iterator[network.Network]:
    """PLC, a PDS and an Ozone; only when the live tests are asked for by themselves."""
    if not os.environ.get(LIVE):
        pytest.skip("needs PostgreSQL and minutes: make test-live")
    _skip_or_fail(network.missing(ozone=True))
    with network.running(ozone=True) as found:
        yield found
