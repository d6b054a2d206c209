"""A detection of a few lines, for tests of what stands around detection.

It names everybody who shared a link that somebody else shared, and is right about nothing.
"""

from types import SimpleNamespace

from unswarm import open_case
from unswarm.model import (
    CANDIDATE,
    CAVEAT,
    COUNTERPART,
    EDGE,
    LINKED,
    MEMBERSHIP,
    NETWORK,
    OCCASION,
)

POSTS = "account,time,text,url\n" + "".join(
    f"{who},2024-03-0{day} 12:00:0{second},good morning to all of you {who},https://news.com/{day}\n"
    for day in (1, 2, 3)
    for second, who in enumerate(("ann", "bob", "eve"))
)
OTHERS = "account,time,text,url\n" + "".join(
    f"o{n},2024-03-02 1{n}:00:00,another text of mine {n},https://blogs.com/{n}\n" for n in range(5)
)

TRACE = (
    "SELECT 'links' AS signal, account, url AS object, time, post, false AS reaction, "
    "CAST(NULL AS BIGINT) AS born, domain AS source, precision FROM link"
)

POWER = [
    {"signal": "links", "window": 60, "actions": 14, "sentence": "14 would have sufficed."},
    {"signal": "links", "window": 300, "actions": 17, "sentence": "17 would have sufficed."},
]


def detected(folder, monkeypatch):
    """A case in a folder, of `POSTS`, in which the stand-in found its network."""
    monkeypatch.setattr("unswarm.detection.detect", detect)
    (folder / "posts.csv").write_text(POSTS)
    case = open_case(folder / "case")
    case.read(folder / "posts.csv")
    case.detect()
    return case


def detect(engine, settings, progress, listed=None, previous=None, way=None):
    """One confirmed network of everybody who shared somebody's link, or of the listed."""
    progress("detecting", 0, 2)
    engine.keep("trace", TRACE)
    engine.keep("heavy", "SELECT object FROM trace WHERE object IS NULL")
    rows = engine.fetch(
        "SELECT DISTINCT account FROM trace WHERE object IN "
        "(SELECT object FROM trace GROUP BY object HAVING count(DISTINCT account) > 1) ORDER BY 1"
    )
    members = [a for a in rows["account"].to_pylist() if listed is None or a in listed]
    progress("detecting", 2, 2)
    return SimpleNamespace(tables=_tables(members), counts={"tests": 7}, power=POWER)


def _tables(members):
    networks = [_network(members)] if members else []
    return {
        "network": NETWORK.rows(networks),
        "membership": MEMBERSHIP.rows([_member(account) for account in members]),
        "candidate": CANDIDATE.rows([{"account": a, "probability": 0.99} for a in members]),
        "edge": EDGE.rows(_edges(members)),
        "occasion": OCCASION.rows([]),
        "linked": LINKED.rows([]),
        "counterpart": COUNTERPART.rows([]),
        "caveat": CAVEAT.rows([{"caveat": "stand-in", "claim": "This is a stand-in."}]),
    }


def _network(members):
    figures = {"occasions": 9, "together": 9, "expected": 0.1, "probability": 0.99}
    said = {"signals": "links", "reason": "", "strength": "moderate", "top_objects": "x"}
    named = {"network": "n1", "tier": "confirmed", "accounts": len(members)}
    return {**named, **figures, **said, "first": 0, "last": 1000}


def _member(account):
    figures = {"occasions": 3, "together": 3, "expected": 0.1, "probability": 0.99, "p": 1e-9}
    said = {"signals": "links", "explanation": f"On 3 of 3 occasions {account} came together."}
    return {"network": "n1", "account": account, **figures, **said}


def _edges(members):
    figures = {"objects": 3, "actions": 3, "expected": 0.1, "p": 1e-9, "q": 1e-8, "window": 60_000}
    return [
        {"network": "n1", "source": a, "target": b, "signal": "links", "min_gap": 1000, **figures}
        for a in members
        for b in members
        if a < b
    ]
