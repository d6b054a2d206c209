"""What confirmed networks leave behind, as JSON, to recognise them when they come back.

Networks that are openly organised or automated leave nothing, nor do those that a person cleared.
It names the accounts of the networks and what they had; of devices, addresses, phones and cards it
holds keyed hashes. It is for those who work on such cases, not for the public.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.findings import Findings
from unswarm.fingerprint import dumps, fingerprint

suffix = ".json"

MEMBERS = """
SELECT m.network, m.account FROM membership AS m JOIN network AS n ON n.network = m.network
UNION
SELECT l.network, l.account FROM linked AS l WHERE l.named
ORDER BY network, account
"""


def export(findings: Findings, path: Path) -> None:
    """Write the fingerprints of the networks that are to be remembered to `path`."""
    members: dict[str, list[str]] = {network: [] for network in findings.run.get("remembered", ())}
    for row in findings.query(MEMBERS):
        if row["network"] not in members:
            continue
        members[row["network"]].append(row["account"])
    key = str(findings.run.get("seal", ""))
    found = [
        fingerprint(findings.engine, findings.name, network, accounts, key)
        for network, accounts in members.items()
    ]
    path.write_text(dumps(found), "utf-8")
