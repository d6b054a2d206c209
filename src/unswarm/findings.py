"""What a run found: a read-only view of a case that reads well in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.model.verdicts import DISCLOSED
from unswarm.record import Record

SHOWN_ROWS = 20
NAMED = 0.9  # probability of belonging to a network below which no account is named


@dataclass(frozen=True)
class Frame:
    """A table of results: Arrow at heart, pandas or Polars on request, rich in a notebook."""

    arrow: pa.Table

    def __len__(self) -> int:
        return len(self.arrow)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.arrow.to_pylist())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.arrow.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame; needs pandas installed."""
        return self.arrow.to_pandas()

    def to_polars(self) -> Any:
        """The rows as a Polars DataFrame; needs polars installed."""
        import polars

        return polars.from_arrow(self.arrow)

    def __repr__(self) -> str:
        names = ", ".join(self.arrow.column_names)
        return f"{len(self)} rows: {names}"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.arrow.column_names)
        body = "".join(_row(row) for row in self.arrow.slice(0, SHOWN_ROWS).to_pylist())
        more = f"<p>{len(self):,} rows</p>" if len(self) > SHOWN_ROWS else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _row(row: Mapping[str, Any]) -> str:
    cells = ("" if value is None else html.escape(str(value)) for value in row.values())
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


@dataclass(frozen=True)
class Findings:
    """Everything one run found. Tables are those of `model.RUNS` and `model.EVENTS`.

    Args:
        name: the case's name.
        engine: sees every event table (`account` holds each account of the input once) and every
            table of the run (`network`, `membership`, `edge`, `occasion`, `evidence`, `caveat`,
            `trace`), and `quarantine`.
        run: what `run.toml` says: settings, versions, counts, sources.
        record: what people said and did with the case.
    """

    name: str
    engine: Engine = field(repr=False)
    run: Mapping[str, Any] = field(repr=False)
    record: Record = field(default_factory=Record, repr=False)

    def query(self, sql: str) -> Frame:
        """Rows of any SELECT over the case's tables."""
        return Frame(self.engine.fetch(sql))

    @property
    def networks(self) -> Frame:
        """The networks, findings first, then leads."""
        return self.query("SELECT * FROM network ORDER BY tier, network")

    @property
    def membership(self) -> Frame:
        """Which account stands in which network, and by which evidence of its own."""
        return self.query("SELECT * FROM membership ORDER BY network, probability DESC, account")

    def members(self, network: str) -> list[str]:
        """Ids of the accounts of a network that may be named, sorted: members, and linked ones.

        Members below `NAMED` are counted by the run and named by nobody.
        """
        name = network.replace("'", "''")
        rows = self.query(
            "SELECT account FROM (SELECT network, account FROM membership "
            f"WHERE probability >= {NAMED} UNION "
            "SELECT network, account FROM linked WHERE probability > 0) AS m "
            f"WHERE network = '{name}' ORDER BY account"
        )
        return [row["account"] for row in rows]

    def nameable(self, network: str) -> list[str]:
        """The members of a network that nobody cleared or reinstated, sorted."""
        return [each for each in self.members(network) if self.record.may_be_named(each)]

    @property
    def accused(self) -> list[str]:
        """Ids of the networks that may be handed on to others, sorted.

        They are those that somebody decided to be inauthentic; while nobody decided on any, the
        findings that nobody cleared and that do not say openly what they are.
        """
        rows = self.query(
            "SELECT network, label FROM network WHERE tier = 'confirmed' ORDER BY network"
        )
        return self.decided or [
            row["network"]
            for row in rows
            if row["label"] not in DISCLOSED and not self.record.cleared("network", row["network"])
        ]

    @property
    def decided(self) -> list[str]:
        """Ids of the networks whose standing decision is that they are inauthentic, sorted."""
        found = {row["network"] for row in self.query("SELECT network FROM network")}
        return [name for name in self.record.inauthentic("network") if name in found]

    @property
    def edges(self) -> Frame:
        """Pairs of accounts of one network, with their co-actions."""
        return self.query("SELECT * FROM edge ORDER BY network, p, source, target, signal")

    @property
    def evidence(self) -> Frame:
        """What the measures say of the networks."""
        return self.query("SELECT * FROM evidence ORDER BY network, family, measure, claim")

    @property
    def caveats(self) -> Frame:
        """What this run could not see or left out."""
        return self.query("SELECT * FROM caveat")

    def __repr__(self) -> str:
        counts = self.run.get("counts", {})
        return (
            f"{self.name}: {counts.get('confirmed', 0)} confirmed networks, "
            f"{counts.get('leads', 0)} leads in {counts.get('posts', 0):,} posts "
            f"of {counts.get('accounts', 0):,} accounts"
        )
