"""Lets the tests of the watch use what those of the readers write files with."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "readers"))
