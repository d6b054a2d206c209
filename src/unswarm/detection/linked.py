"""Confirmed networks → the accounts tied to them, as rows with the reason in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.detection.alongside import Company, Scenes, alongside, probabilities, scenes
from unswarm.detection.expand import COORDINATION, Growth, Shared, grow
from unswarm.detection.held import Holdings, holdings
from unswarm.detection.layer import Ints, codes
from unswarm.detection.search import Ground
from unswarm.engines import Engine
from unswarm.model import LINKED, SECOND, Tier
from unswarm.progress import Progress, silent
from unswarm.settings import Settings
from unswarm.ties import Tie, ties

SHOWN = 3  # kinds of ties in an explanation


def linked(
    engine: Engine,
    held: Holdings,
    ground: Ground,
    written: Mapping[str, pa.Table],
    settings: Settings,
    progress: Progress = silent,
) -> pa.Table:
    """`model.LINKED` of every confirmed network of a run.

    Args:
        engine: sees the events.
        held: what accounts have in common.
        ground: the run's traces.
        written: its tables `network` and `membership`.
        settings: the run's; `q` is the false-discovery rate of each network's list.
    """
    members = confirmed_members(written)
    if not members:
        return LINKED.rows([])
    progress("linked accounts", 0, len(members))
    taken = sorted({account for accounts in members.values() for account in accounts})
    rows: list[dict[str, Any]] = []
    acts = scenes(ground)
    for number, (network, own) in enumerate(members.items(), 1):
        rows += _linked(network, own, taken, held, ground, acts, settings)
        progress("linked accounts", number, len(members))
    return LINKED.rows(with_kinds(engine, rows))


Members = Mapping[str, float]
"""Account → the probability that it belongs to its network."""


def confirmed_members(written: Mapping[str, pa.Table]) -> dict[str, Members]:
    """Network → its members, of the confirmed ones."""
    tiers = written["network"].select(["network", "tier"]).to_pylist()
    standing = {row["network"] for row in tiers if row["tier"] == Tier.CONFIRMED}
    members: dict[str, dict[str, float]] = {network: {} for network in sorted(standing)}
    for row in written["membership"].select(["network", "account", "probability"]).to_pylist():
        if row["network"] in members:
            members[row["network"]][row["account"]] = row["probability"]
    return dict(members)


def by_ties(engine: Engine, network: str, accounts: Sequence[str], settings: Settings) -> pa.Table:
    """`model.LINKED` of accounts that are known to be one network: by what they have only."""
    held = holdings(engine)
    belongs = np.zeros(len(held.ids))
    belongs[held.codes(list(accounts))] = 1.0
    growth = grow(held.ties, belongs, settings)
    found = rows(network, growth, held, {}, held.codes(list(accounts)))
    return LINKED.rows(with_kinds(engine, list(found)))


def with_kinds(engine: Engine, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `model.LINKED` with the kind of each account."""
    if not rows:
        return []
    said = engine.fetch("SELECT account, kind FROM account WHERE kind IS NOT NULL").to_pylist()
    kinds = {row["account"]: row["kind"] for row in said}
    return [{**row, "kind": kinds.get(row["account"])} for row in rows]


def _linked(
    network: str,
    members: Members,
    taken: list[str],
    held: Holdings,
    ground: Ground,
    acts: Scenes,
    settings: Settings,
) -> Iterator[dict[str, Any]]:
    active = codes(pa.chunked_array([ground.ids]), held.ids)
    place = {int(code): number for number, code in enumerate(active)}
    seed = held.codes(list(members))
    acting = np.array([place[int(code)] for code in seed if int(code) in place], np.int64)
    met = alongside(acts, acting, settings)
    beside = probabilities(met, ground, active, len(held.ids))
    belongs = np.zeros(len(held.ids))
    belongs[seed] = list(members.values())
    growth = grow(held.ties, belongs, settings, beside)
    company = {int(active[code]): found for code, found in met.items()}
    yield from rows(network, growth, held, company, held.codes(taken))


def rows(
    network: str,
    growth: Growth,
    held: Holdings,
    company: Mapping[int, Company],
    left_out: Ints,
) -> Iterator[dict[str, Any]]:
    """Rows of `model.LINKED` but for the kind: accounts that stand, and those worth a look.

    Args:
        company: account code → how it acted with members.
        left_out: accounts that stand in a confirmed network themselves.
    """
    worth = np.logical_or.reduce([growth.named, growth.control > 0.5, *growth.stands.values()])
    worth[left_out] = False
    names = held.ids.to_pylist()
    known = ties()
    for account in np.flatnonzero(worth).tolist():
        standing = [name for name, flags in growth.stands.items() if flags[account]]
        counts = {name: int(each.hits[account]) for name, each in growth.shared.items()}
        yield {
            "network": network,
            "account": names[account],
            "round": int(growth.round[account]),
            "probability": float(growth.belongs[account]),
            "ties": " ".join(sorted(standing)),
            "shared": sum(counts.values()),
            "p": float(growth.p[account]),
            "q": float(growth.q[account]),
            "control": float(growth.control[account]),
            "named": bool(growth.named[account]),
            "explanation": explain(account, standing, growth, known, company),
        }


def explain(
    account: int,
    standing: Sequence[str],
    growth: Growth,
    known: Mapping[str, Tie],
    company: Mapping[int, Company],
) -> str:
    """Why an account is tied to a network, in sentences with their figures."""
    shared = growth.shared
    kinds = sorted(
        (name for name in standing if name in shared), key=lambda n: (shared[n].p[account], n)
    )
    said = [_run(float(growth.control[account]))] if growth.control[account] > 0.5 else []
    said += [_of(known[name], shared[name], account) for name in kinds[:SHOWN]]
    if len(kinds) > SHOWN:
        said.append(f"It shares {len(kinds) - SHOWN} more kinds of things with the network.")
    if COORDINATION in standing and account in company:
        said.append(_acted(company[account]))
    return " ".join(said)


def _run(control: float) -> str:
    return f"Most of the accounts that run it are the network's (probability {control:.3f})."


def _of(tie: Tie, shared: Shared, account: int) -> str:
    once = " (those of one place count once)" if tie.bundled else ""
    return (
        f"{tie.words.capitalize()}{once}: {shared.hits[account]:,} of its "
        f"{shared.things[account]:,} are also the network's; of the {shared.outside:,} that "
        f"accounts outside have, {shared.known:,} are (at most {100 * shared.bound:.2g} %)."
    )


def _acted(found: Company) -> str:
    return (
        f"It acted within {found.window // SECOND:,} s of members on {found.together:,} of "
        f"{found.occasions:,} occasions; the innocent explanations account for "
        f"{found.expected:.1f}."
    )
