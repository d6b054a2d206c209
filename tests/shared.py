"""Where real data may lie: a folder beside the checkout, or wherever UNSWARM_DATA says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("UNSWARM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def needs(*parts: str) -> Path:
    """A file or folder of the optional data; the test is skipped where it is absent."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is absent; set UNSWARM_DATA to the folder that holds it")
    return path
