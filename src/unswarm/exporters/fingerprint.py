"""What confirmed networks leave behind, as JSON, to recognise them when they come back.

Networks that are openly organised or automated leave nothing, nor do those that a person cleared.
It names the accounts of the networks and what they had; of devices, addresses, phones and cards it
holds keyed hashes. It is for those who work on such cases, not for the public.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.findings import Findings
from unswarm.fingerprint import dumps, fingerprints

suffix = ".json"


def export(findings: Findings, path: Path) -> None:
    """Write the fingerprints of the networks that are to be remembered to `path`."""
    path.write_text(dumps(fingerprints(findings, findings.run.get("remembered", ()))), "utf-8")
