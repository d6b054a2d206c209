"""What is published of a case: its facts, who stands behind them, and what forbids to publish.

A public report prints `Facts` and nothing else, so that every number in it comes from the case. Two
people sign a digest of all of them; what changes afterwards is seen and named.
"""

from __future__ import annotations

from unswarm.takedown.facts import Facts
from unswarm.takedown.obstacles import obstacles
from unswarm.takedown.signing import Change, changes, digest, flat, signed

__all__ = ["Change", "Facts", "changes", "digest", "flat", "obstacles", "signed"]
