"""Growing a network beyond what a run found: in this data, in other data, out of past cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from unswarm.detection.across import Match, match
from unswarm.detection.linked import by_ties
from unswarm.engines import Engine, quoted
from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.fingerprint import Fingerprint
from unswarm.model import COUNTERPART, DISCLOSED, LINKED, Tier, Verdict
from unswarm.settings import Settings

CLEARED = frozenset({Verdict.AUTHENTIC, Verdict.NOT_COORDINATED})
"""What a person says of a network that nobody is to be tied to, and that leaves no fingerprint."""


@dataclass(frozen=True)
class Expansion:
    """What a network grew by in one place.

    Args:
        network: its id.
        place: where its accounts were looked for: this case, another one, or a past one's print.
        findings: a view of that place that holds its tables `linked` and `counterpart`.
        unchanged: accounts of the network that are there under the same id.
        folder: where the tables were written.
        sealed_apart: both sides hold sealed values, under different keys: they were not compared.
    """

    network: str
    place: str
    findings: Findings
    unchanged: Sequence[str]
    folder: Path
    sealed_apart: bool = False

    @property
    def linked(self) -> list[dict[str, Any]]:
        """Rows of `model.LINKED`, those within the error rate first."""
        return list(self.findings.query("SELECT * FROM linked ORDER BY NOT named, p, account"))

    @property
    def counterparts(self) -> list[dict[str, Any]]:
        """Rows of `model.COUNTERPART`, most probable first."""
        return list(
            self.findings.query("SELECT * FROM counterpart ORDER BY probability DESC, other")
        )


def is_remembered(network: Mapping[str, Any], verdict: Verdict | None) -> bool:
    """Whether a row of `model.NETWORK` leaves a fingerprint; who hides nothing leaves none."""
    confirmed = network["tier"] == Tier.CONFIRMED and network["label"] not in DISCLOSED
    return verdict is Verdict.INAUTHENTIC or (confirmed and verdict not in CLEARED)


def standing(findings: Findings, network: str, verdict: Verdict | None) -> list[str]:
    """The members of a network that may be grown.

    Raises:
        CaseError: it is neither confirmed nor called inauthentic by a person, or a person cleared
            it.
    """
    if verdict in CLEARED:
        raise CaseError(
            f"Network '{network}' was called {verdict}, and nobody is to be tied to it. Hint: "
            f"unswarm decide {network} inauthentic --reason '…', if that was a mistake."
        )
    rows = findings.query(
        f"SELECT m.account, n.tier FROM membership m JOIN network n ON m.network = n.network "
        f"WHERE m.network = {quoted(network)} ORDER BY m.account"
    )
    members = [row["account"] for row in rows]
    if any(row["tier"] == Tier.CONFIRMED for row in rows) or verdict is Verdict.INAUTHENTIC:
        return members
    raise CaseError(
        f"Network '{network}' is a lead, and nobody is to be tied to a lead. Hint: "
        f"unswarm decide {network} inauthentic --reason '…', if a person knows more."
    )


def only(findings: Findings, network: str, members: Sequence[str], settings: Settings) -> None:
    """Leave `linked` and `counterpart` of one network in the findings' engine.

    Of a network that is no finding, the accounts it has something in common with are looked up now.
    """
    engine, where = findings.engine, f"WHERE network = {quoted(network)}"
    linked = engine.fetch(f"SELECT * FROM linked {where}")
    tiers = {row["tier"] for row in findings.query(f"SELECT tier FROM network {where}")}
    if Tier.CONFIRMED not in tiers:
        linked = by_ties(engine, network, members, settings)
    _show(engine, linked, engine.fetch(f"SELECT * FROM counterpart {where}"))


def look_for(engine: Engine, left: Fingerprint, settings: Settings, key: str) -> Match:
    """A fingerprint against the accounts that an engine sees; it then sees what was found.

    Args:
        key: of the seal of the engine's events, see `unswarm.sealing.tells`.
    """
    found = match(engine, left, settings, key)
    _show(engine, found.linked, found.counterparts)
    return found


def _show(engine: Engine, linked: pa.Table, counterparts: pa.Table) -> None:
    engine.see(LINKED.name, LINKED.fit(linked))
    engine.see(COUNTERPART.name, COUNTERPART.fit(counterparts))
