"""The arrays that statistics and compiled loops work on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SmallTable = npt.NDArray[np.int32]
"""Two dimensions."""

IntsTable = npt.NDArray[np.int64]
"""Two dimensions."""

FloatsTable = npt.NDArray[np.float64]
"""Two dimensions."""
