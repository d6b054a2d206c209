"""A case as objects of STIX 2.1, written without a library so that large cases take seconds."""

from __future__ import annotations

from unswarm.exporters._stix.bundle import bundle

__all__ = ["bundle"]
