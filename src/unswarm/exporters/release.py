"""A pack of data for researchers, in the shape of the Twitter/X information-operations archives.

Accounts and posts of the networks that were decided on as a zip of CSV files, with a README, a
manifest and a signature. Accounts with few followers stand under keyed pseudonyms wherever they are
named, and nothing is written if one of them would be named. The key of the pseudonyms comes from
the case.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.findings import Findings
from unswarm.release import Options, write_pack

__all__ = ["Options", "export", "suffix"]

suffix = ".zip"

DEFAULT = Options()


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the pack to `path`."""
    write_pack(findings, path, options)
