"""Handles with dots, as Instagram, Threads and TikTok allow them."""

from __future__ import annotations

import re

_HANDLE = re.compile(r"(?<![\w@/.])@(\w(?:[\w.]{0,28}\w)?)")


def handles_in(text: str | None) -> list[str]:
    """The handles a text names, in order, with @: that says they are no ids."""
    return [f"@{handle}" for handle in _HANDLE.findall(text or "")]
