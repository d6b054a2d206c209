"""Networks → evidence: one module per measure.

A measure sees the engine with every event table and with `network` and `membership`, and returns
rows of `model.EVIDENCE`. Its baseline is the other accounts in the data. It reads nothing but
behaviour and sameness: no opinion, party, religion, language or topic.
"""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from unswarm.engines import Engine


class Measure(Protocol):
    """One module per measure."""

    def measure(self, engine: Engine) -> pa.Table:
        """Rows of `model.EVIDENCE` for every network the measure has something to say about."""
