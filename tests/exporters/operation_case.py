"""The invented case with a whole operation behind its second network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from invented_case import START, Rows, World, account_id, told

from unswarm import model
from unswarm.engines.duckdb import DuckDB
from unswarm.findings import Findings
from unswarm.model import DAY, HOUR, SECOND

PAGES, GROUPS, ABROAD = range(12, 17), range(17, 20), range(33, 37)  # members of n2
LINKED = {"x100": "page", "x101": "person", "x102": "group", "x103": "page", "x104": "person"}
NAMED = ("x100", "x101", "x102")
SECRET = "do_not_name"  # in the handles of accounts that the report may not name
HOSTILE = "<img src=x onerror=alert(7)>"
SITES = ("the-n2-gazette.example", "n2-daily-news.example", "n2-shop.example", "alone.example")
TIED = (
    "3 of its 4 administrators are the network's, too; of the 310 administrators of accounts "
    "outside, 2 are (at most 2 %)."
)
LED = pa.table(
    {
        "account": ["a020"] * 7,
        "post": [f"led {n}" for n in range(7)],
        "url": [f"https://bit.ly/{n}" for n in range(7)],
        "domain": ["bit.ly"] * 7,
        "target": ["https://alone.example/1"] * 7,
        "target_domain": ["alone.example"] * 7,
        "hops": [1] * 7,
    }
)


def tables() -> dict[str, Rows]:
    """The whole invented case, and what this operation has besides."""
    world = World()
    found = world.tables
    found["account"] = [_kept(row) for row in found["account"]] + _others()
    for number in range(12, 33):
        for place, site in enumerate(SITES):
            _links(world, account_id(number), site, (9, 5, 2, 2)[place])
    for number in range(20, 24):
        _links(world, account_id(number), "bit.ly", 3)
        _links(world, account_id(number), "facebook.com", 2)
        for place in range(9):
            _links(world, account_id(number), f"small-{place}.example", 1)
    found["site"] = [_seen(d, t, v) for d, t, v in OWNERS]
    found["linked"] = [_linked(account, kind) for account, kind in LINKED.items()]
    found["counterpart"] = COUNTERPARTS
    found["ad"] = [_ad(n) for n in range(6)]
    found["follow"] = [
        {"account": f"fan {n}", "target": account_id(PAGES[n % len(PAGES)])} for n in range(40)
    ]
    found["evidence"] += [{"network": "n2", "measure": "x", **row} for row in EVIDENCE]
    return found


OWNERS = (
    *((site, "analytics", f"UA-4711{HOSTILE}") for site in SITES[:2]),
    *((site, "ads", "pub-5550001112") for site in SITES[:3]),
    *((f"small-{n}.example", "verification", "token-1") for n in range(2)),
    ("alone.example", "registrant", "ann@secret.example"),
    ("elsewhere.example", "ads", "pub-5550001112"),
    *((f"other-{n}.example", "analytics", f"UA-99{n}-1") for n in range(60)),
)


def operation(without: tuple[str, ...] = (), *, led: bool = True, **changed: Rows) -> Findings:
    """The case behind an engine, without some tables' rows, or with others."""
    found = {name: [] if name in without else rows for name, rows in tables().items()} | changed
    engine = DuckDB()
    for table in (*model.EVENTS.values(), *model.RUNS.values(), model.QUARANTINE):
        engine.see(table.name, table.rows(found.get(table.name, [])))
    if led:
        engine.see("led_link", LED)
    return Findings("operation", engine, told(found))


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """An account of the invented case with its kind and platform."""
    number = int(row["account"][1:])
    kind = "page" if number in PAGES else "group" if number in GROUPS else "person"
    if number not in range(12, 37):
        return dict(row)
    where = "instagram" if number in ABROAD else "facebook"
    followers = {"page": 9_000_000 + number, "group": 52_000 + number}.get(kind, 23_000)
    return {**row, "kind": kind, "platform": where, "followers": followers}


def _others() -> Rows:
    linked = [
        {
            "account": account,
            "platform": "facebook",
            "kind": kind,
            "handle": f"tied_{account}" if account in NAMED else f"{SECRET}_{account}",
            "name": HOSTILE if account == "x100" else None,
            "followers": 1_200_000 if kind == "page" else 900,
        }
        for account, kind in LINKED.items()
    ]
    away = [
        {"account": f"y{n}", "platform": "instagram", "kind": "person", "handle": handle}
        for n, handle in enumerate(("likely_one", f"{SECRET}_two", f"{SECRET}_three", "returned"))
    ]
    return linked + away


def _links(world: World, account: str, site: str, number: int) -> None:
    for place in range(number):
        time = START + place * DAY + 9 * HOUR + int(account[1:]) * SECOND
        world.link(world.post(account, time, f"news {site}"), f"https://{site}/{place}")


def _seen(domain: str, trait: str, value: str) -> dict[str, Any]:
    return {"domain": domain, "trait": trait, "value": value, "time": START, "precision": DAY}


def _linked(account: str, kind: str) -> dict[str, Any]:
    named = account in NAMED
    return {
        "network": "n2",
        "account": account,
        "kind": kind,
        "round": 2 if account == "x102" else 1,
        "ties": "administrators mail_patterns" if named else "devices",
        "probability": 0.98 if named else 0.0,
        "shared": 3,
        "p": 2e-7 if named else 0.004,
        "q": 4e-5 if named else 0.2,
        "named": named,
        "explanation": f"{TIED} {HOSTILE} seen by @{SECRET}_x104.",
    }


COUNTERPARTS: Rows = [
    {"network": "n2", "account": account, "other": other, "platform": "instagram",
     "probability": probability, "weight": 14.2, "past": past,
     "agrees": f"photo: 11.0 bits\nname alike {HOSTILE}: 3.2 bits"}
    for account, other, probability, past in (
        ("a013", "x100", 0.98, None),
        ("a013", "y0", 0.97, None),  # no account of the network: its photo may have been copied
        ("a014", "y1", 0.5, None),
        ("a399", "y2", 0.99, None),  # of no named account
        ("4fe21c0d", "y3", 0.95, f"case of May {HOSTILE}"),
    )
]  # fmt: skip


def _ad(number: int) -> dict[str, Any]:
    return {
        "ad": f"ad {number}",
        "account": account_id(PAGES[number % 3]),
        "platform": "facebook",
        "payer": f"{SECRET} payer",
        "time": START,
        "precision": DAY,
        "currency": "VND" if number == 5 else "USD",
        "spend_low": 150_000_000,
        "spend_high": 160_000_000 if number < 5 else None,
    }


EVIDENCE: Rows = [
    {"family": family, "inauthentic": inauthentic, "claim": claim, "value": 0.5, "baseline": 0.1,
     "n": 9, "p": p, "query": "SELECT account FROM membership WHERE network = 'n2'"}
    for family, inauthentic, claim, p in (
        ("advertising", False, "5 ads were paid in USD by 3 Pages.", None),
        ("audience", False, "50 % of the followers stand in another country.", None),
        ("administration", True, "9 of 12 administrators run 5 Pages each <b>alone</b>.", 1e-6),
        ("administration", False, "4 Pages have one administrator.", 0.2),
        ("infrastructure", True, "9 members share one device; 1 other account does.", 1e-5),
        ("concealment", True, "4 of 5 Pages state a place they are not run from.", 1e-4),
    )
]  # fmt: skip
