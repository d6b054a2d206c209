"""A case small enough to see through, and one in which nothing was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unswarm.engines import Engine, open_engine
from unswarm.findings import Findings
from unswarm.model import DAY, EVENTS, MINUTE, QUARANTINE, RUNS

Rows = Sequence[Mapping[str, Any]]
MEMBERS = {"n1": ["ann", "bob", "cat", "<b>dan</b>"], "n2": ["eve", "fay", "gus", "o'hal"]}
OTHERS = [f"other {number}" for number in range(30)]
START = 1_600_000_000_000
HOSTILE = "<script>alert('1')</script>"


def engine_with(tables: Mapping[str, Rows]) -> Engine:
    """An engine that sees every table of events and runs; those that are not given are empty."""
    engine = open_engine()
    for name, table in (EVENTS | RUNS | {QUARANTINE.name: QUARANTINE}).items():
        engine.see(name, table.rows(list(tables.get(name, ()))))
    return engine


def events() -> dict[str, Rows]:
    """Members post the same link at the same time every day; the others whenever they like."""
    members = [account for network in MEMBERS.values() for account in network]
    posts = [_post(a, d, START + d * DAY + n) for n, a in enumerate(members) for d in range(20)]
    posts += [
        _post(a, d, START + d * DAY + (n * 37 + d * 101) % 1400 * MINUTE)
        for n, a in enumerate(OTHERS)
        for d in range(20)
    ]
    return {
        "account": [_account(n, a) for n, a in enumerate([*members, *OTHERS])],
        "post": posts,
        "link": [
            _event(p) | {"url": f"https://a.example/{n}", "domain": "a.example"}
            for n, p in enumerate(posts)
        ],
        "hashtag": [_event(p) | {"hashtag": "vote", "position": 0} for p in posts],
        "mention": [_event(p) | {"target": "zoe"} for p in posts],
    }


def runs() -> dict[str, Rows]:
    """What a run says of the two networks: one finding and one lead."""
    return {
        "network": [
            _network("n1", "confirmed", "", "coordinated"),
            _network("n2", "lead", "too few occasions", ""),
        ],
        "membership": [_member(n, a) for n, accounts in MEMBERS.items() for a in accounts],
        "edge": [
            {"source": a, "target": b, "signal": "links", "objects": 20, "actions": 20,
             "expected": 0.1, "p": 1e-20, "q": 1e-18, "network": n, "min_gap": 1, "window": 60_000}
            for n, (a, b, *_) in MEMBERS.items()
        ],
        "evidence": [
            {"network": "n1", "measure": "creation", "family": "creation", "inauthentic": True,
             "claim": f"4 of 4 accounts {HOSTILE}", "value": 1.0, "baseline": 0.1, "n": 4,
             "p": 0.001, "query": "SELECT * FROM membership"}
        ],
        "caveat": [{"caveat": "texts", "claim": f"9 texts were too short {HOSTILE}", "value": 9.0}],
    }  # fmt: skip


def findings() -> Findings:
    """Two networks, in a case whose name and rows try to be markup."""
    return Findings(HOSTILE, engine_with(events() | runs()), _run(confirmed=1, leads=1))


def no_findings() -> Findings:
    """A case in which nothing was found."""
    return Findings("quiet", engine_with(events()), _run(confirmed=0, leads=0))


def _run(**counts: int) -> dict[str, Any]:
    return {
        "settings": {"q": 0.01, "windows": [10, 60, 300]},
        "versions": {"unswarm": "0.1.0"},
        "counts": counts | {"posts": 760, "accounts": 38},
        "sources": [{"path": "posts.csv", "sha256": "0" * 64, "reader": "tables"}],
    }


def _account(number: int, account: str) -> dict[str, Any]:
    return {
        "account": account, "platform": "twitter", "kind": "person", "handle": account,
        "name": f"{account} {HOSTILE}", "created": START - number * DAY, "created_precision": 1,
        "followers": 10 + number, "following": 20, "posts": 100, "bio": f"I am {account}",
    }  # fmt: skip


def _post(account: str, day: int, time: int) -> dict[str, Any]:
    return {
        "post": f"{account} {day}", "account": account, "platform": "twitter", "time": time,
        "precision": 1, "kind": "original", "text": f"read this, day {day}", "client": "Web",
    }  # fmt: skip


def _event(post: Mapping[str, Any]) -> dict[str, Any]:
    return {key: post[key] for key in ("account", "time", "precision", "post", "kind")}


def _network(name: str, tier: str, reason: str, label: str) -> dict[str, Any]:
    return {
        "network": name, "tier": tier, "reason": reason, "label": label, "accounts": 4,
        "probability": 0.99, "signals": "links", "first": START, "last": START + 20 * DAY,
        "top_objects": HOSTILE, "inauthenticity": "", "p": 1e-9, "occasions": 20, "together": 19,
        "expected": 0.5, "lift": 38.0, "days": 20, "objects": 20, "exclusive": 1.0,
        "stability": 1.0, "strength": "strong", "confirmed_in": "links 60 s A", "innocent": "",
    }  # fmt: skip


def _member(network: str, account: str) -> dict[str, Any]:
    return {
        "network": network, "account": account, "probability": 0.99, "signals": "links",
        "p": 1e-9, "occasions": 20, "together": 19, "expected": 0.5,
    }  # fmt: skip
