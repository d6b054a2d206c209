"""An invented case: 400 accounts, 30 days, two networks, two leads, and hostile strings.

Nothing here was detected: the tables are made up to look like those of a run, and agree with each
other where the report puts them side by side.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from unswarm import model
from unswarm.engines.duckdb import DuckDB
from unswarm.findings import Findings
from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.settings import Settings

Rows = list[dict[str, Any]]

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAYS, PEOPLE, WAVES = 30, 400, 20
HEAVY = model.Table(
    "heavy",
    "A viral object whose events were counted only for pairs that passed.",
    (
        model.Field("signal", model.TEXT, "the signal"),
        model.Field("object", model.TEXT, "the object"),
        model.Field("events", model.INTEGER, "its heavy events"),
        model.Field("pairs", model.INTEGER, "pairs of events left out"),
    ),
)

HOSTILE = {
    "a000": ("script_kid", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>"),
    "a001": ('=HYPERLINK("https://evil.example")', "“Quotes” & <b>bold</b>", "javascript:alert(1)"),
    "a002": ("rtl_\u202eevil", "مرحبا بالعالم \u202e reversed", "שלום 🐝🇪🇺 \x0b\x00 control"),
    "a003": ("emoji🐝", "Zoë 🐝 O'Brien {{ 7*7 }}", "{% raw %}{{ config }} ${1} --><!--"),
}  # fmt: skip

NETWORKS: dict[str, dict[str, Any]] = {
    "n1": {"tier": "confirmed", "signals": ("links",), "accounts": range(0, 12)},
    "n2": {"tier": "confirmed", "signals": ("texts", "reposts"), "accounts": range(12, 37)},
    "n3": {"tier": "lead", "signals": ("reposts",), "accounts": range(40, 45)},
    "n4": {"tier": "lead", "signals": ("hashtags",), "accounts": range(45, 51)},
}
REASONS = {
    "n3": "explained by fast reaction to the same source",
    "n4": "too few joint occasions: 4 of the 7 that would be needed",
}


def account_id(number: int) -> str:
    return f"a{number:03}"


class World:
    """The tables of the case while they are being made up."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, Rows] = {name: [] for name in (*model.EVENTS, *model.RUNS)}
        for number in range(PEOPLE):
            self._account(number)
        for number in range(PEOPLE):
            self._daily_life(number)
        for network, about in NETWORKS.items():
            self._campaign(network, about)
        for network, about in NETWORKS.items():
            self._verdict(network, about)
        self.tables["caveat"] = CAVEATS

    def _account(self, number: int) -> None:
        account = account_id(number)
        handle, name, bio = HOSTILE.get(account, (f"person{number:03}", f"Person {number}", "Hi"))
        self.tables["account"].append(
            {
                "account": account,
                "platform": "twitter",
                "handle": handle,
                "name": name,
                "bio": bio,
                "created": START - self.random.randrange(3_000) * DAY,
                "created_precision": DAY,
                "followers": self.random.randrange(5_000) if number % 9 else None,
                "language": "en",
            }
        )

    def _daily_life(self, number: int) -> None:
        for _ in range(self.random.randrange(5, 24)):
            hour = min(23, max(0, int(self.random.gauss(15, 4))))
            time = START + self.random.randrange(DAYS) * DAY + hour * HOUR
            text = f"{self.random.choice(WORDS)} {self.random.choice(WORDS)} for @person399 today"
            post = self.post(account_id(number), time + self.random.randrange(HOUR), text)
            if self.random.random() < 0.4:
                self.link(post, f"https://news.example/{self.random.randrange(300)}")
            if self.random.random() < 0.3:
                self.hashtag(post, self.random.choice(WORDS))

    def post(self, account: str, time: int, text: str, kind: str = "original") -> dict[str, Any]:
        row = {
            "post": f"p{len(self.tables['post']):05}",
            "account": account,
            "platform": "twitter",
            "time": time - time % SECOND,
            "precision": SECOND,
            "kind": kind,
            "text": text,
            "target_account": "a399" if kind == "repost" else None,
        }
        self.tables["post"].append(row)
        return row

    def _event(self, table: str, post: Mapping[str, Any], **more: Any) -> None:
        kept = {key: post[key] for key in ("account", "time", "precision", "post", "kind")}
        self.tables[table].append({**kept, **more})

    def link(self, post: Mapping[str, Any], url: str) -> None:
        self._event("link", post, url=url, domain=url.split("/")[2])

    def hashtag(self, post: Mapping[str, Any], tag: str) -> None:
        self._event("hashtag", post, hashtag=tag, position=0)

    def _campaign(self, network: str, about: Mapping[str, Any]) -> None:
        members = [account_id(number) for number in about["accounts"]]
        for wave in range(WAVES):
            signal = about["signals"][wave % len(about["signals"])]
            born = START + (wave * 7 % 5 + wave // 5 * 7) * DAY + 8 * HOUR + wave * 13 * MINUTE
            taking_part = [account for account in members if self.random.random() < 0.7]
            for place, account in enumerate(taking_part):
                time = born + place * 2 * SECOND + self.random.randrange(2_000)
                self._touch(network, signal, wave, account, time)
            if wave % 3 == 0:
                stranger = account_id(self.random.randrange(100, PEOPLE))
                self._touch(network, signal, wave, stranger, born + 3 * HOUR)

    def _touch(self, network: str, signal: str, wave: int, account: str, time: int) -> None:
        kind = "repost" if signal == "reposts" else "original"
        url = f"https://the-{network}-gazette.example/story/{wave}?a=1&b=<2>"
        said = HOSTILE.get(account, ("", "", "<b>everybody</b> must read this"))[2]
        post = self.post(account, time, f"Story {wave}: {said} {url}", kind)
        thing = {
            "links": url,
            "reposts": f"p9{wave:04}",
            "texts": f"story {wave}",
            "hashtags": "now",
        }
        if signal in ("links", "texts"):
            self.link(post, url)
        self.hashtag(post, f"{network}now")
        trace = {key: post[key] for key in ("account", "time", "post", "precision")}
        self.tables["trace"].append({**trace, "signal": signal, "object": thing[signal]})

    def _verdict(self, network: str, about: Mapping[str, Any]) -> None:
        members = [account_id(number) for number in about["accounts"]]
        traces = [row for row in self.tables["trace"] if row["account"] in members]
        occasions = [self._occasion(network, row, traces) for row in traces]
        self.tables["occasion"] += occasions
        self._edges(network, traces)
        for place, account in enumerate(members):
            self._member(network, account, place, about, occasions)
        self._network(network, about, occasions)
        self.tables["evidence"] += [{"network": network, **row} for row in evidence(network)]

    def _occasion(self, network: str, row: Mapping[str, Any], traces: Rows) -> dict[str, Any]:
        others = [t for t in traces if _same(t, row) and t["account"] != row["account"]]
        near = min(others, key=lambda t: (abs(t["time"] - row["time"]), t["account"]), default=None)
        gap = abs(near["time"] - row["time"]) if near else None
        return {
            **{key: row[key] for key in ("account", "signal", "object", "time", "post")},
            "network": network,
            "window": MINUTE,
            "together": gap is not None and gap <= MINUTE,
            "partner": near["account"] if near else None,
            "partner_post": near["post"] if near else None,
            "gap": gap,
            "outsiders": self.random.randrange(4),
            "explained": 0.05,
            "by": self.random.choice(("burst", "reaction")),
        }

    def _edges(self, network: str, traces: Rows) -> None:
        touched: dict[tuple[str, str], dict[str, int]] = {}
        for row in traces:
            touched.setdefault((row["signal"], row["account"]), {})[row["object"]] = row["time"]
        keys = sorted(touched)
        for place, (signal, source) in enumerate(keys):
            for other_signal, target in keys[place + 1 :]:
                both = touched[signal, source].keys() & touched[other_signal, target].keys()
                gaps = [abs(touched[signal, source][o] - touched[signal, target][o]) for o in both
                        if other_signal == signal]  # fmt: skip
                if len(gaps) >= 2:
                    self.tables["edge"].append(_edge(network, signal, source, target, gaps))

    def _member(
        self, network: str, account: str, place: int, about: Mapping[str, Any], occasions: Rows
    ) -> None:
        own = [row for row in occasions if row["account"] == account]
        together = sum(row["together"] for row in own)
        self.tables["membership"].append(
            {
                "network": network,
                "account": account,
                "probability": 0.6 if place == 3 else 0.95 if place % 4 == 1 else 0.998,
                "signals": " ".join(about["signals"]),
                "p": 10.0 ** -(together - 2),
                "occasions": len(own) + 6,
                "together": together,
                "expected": round(0.05 * len(own) + 0.3, 2),
                "stability": 0.95,
                "explanation": f"On {together} of {len(own) + 6} occasions this account acted "
                "within 60 s of other members. Accounts outside the group, at this account's own "
                f"hours, would do so on {0.05 * len(own) + 0.3:.1f}. It survives 19 of 20 "
                "settings. It does not say who operates the account.",
            }
        )

    def _network(self, network: str, about: Mapping[str, Any], occasions: Rows) -> None:
        joint = [row for row in occasions if row["together"]]
        own = [row for row in self.tables["membership"] if row["network"] == network]
        confirmed = about["tier"] == "confirmed"
        expected = sum(row["expected"] for row in own)
        self.tables["network"].append(
            {
                "network": network,
                "tier": about["tier"],
                "reason": REASONS.get(network, ""),
                "accounts": sum(row["probability"] >= 0.9 for row in own),
                "probability": 0.998,
                "signals": " ".join(about["signals"]),
                "first": min(row["time"] for row in joint),
                "last": max(row["time"] for row in joint),
                "top_objects": "\n".join(sorted({row["object"] for row in joint})[:3]),
                "inauthenticity": "creation identity" if network == "n2" else "",
                "label": LABELS.get(network, ""),
                "p": 3.2e-9 if confirmed else 0.004,
                "occasions": len(occasions) + 6 * len(own),
                "together": len(joint),
                "expected": expected,
                "lift": len(joint) / expected,
                "days": len({row["time"] // DAY for row in joint}),
                "objects": len({row["object"] for row in joint}),
                "exclusive": 0.65,
                "stability": 0.95 if confirmed else None,
                "strength": "weak"
                if not confirmed
                else "strong"
                if network == "n2"
                else "moderate",
                "confirmed_in": "links, 60 s, second half\nlinks, 60 s, first half",
                "innocent": INNOCENT.get(network, ""),
            }
        )


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["signal"] == other["signal"] and one["object"] == other["object"])


def _edge(
    network: str, signal: str, source: str, target: str, gaps: Sequence[int]
) -> dict[str, Any]:
    return {
        "network": network,
        "signal": signal,
        "source": source,
        "target": target,
        "objects": len(gaps),
        "actions": len(gaps),
        "expected": 0.21,
        "p": 10.0 ** -len(gaps),
        "q": 10.0 ** -(len(gaps) - 1),
        "min_gap": min(gaps),
        "window": MINUTE,
    }


WORDS = ("bread", "river", "weather", "football", "election", "garden", "music", "harbour")
LABELS = {"n1": "coordinated", "n2": "coordinated, signs of inauthenticity"}
INNOCENT = {"n1": "The accounts may belong to one newsroom: all link one domain."}
CAVEATS = [
    {"caveat": "heavy", "claim": "2 viral objects were counted only for pairs that passed."},
    {"caveat": "slow", "claim": "Groups spread over more than 15 minutes are mostly not seen."},
]


def evidence(network: str) -> Rows:
    """Evidence of every family for a network; queries that work on the invented tables."""
    members = f"SELECT account FROM membership WHERE network = '{network}'"
    posts = f"SELECT account, time, text FROM post WHERE account IN ({members})"
    born = f"SELECT account, handle, created FROM account WHERE account IN ({members})"
    everyone = "SELECT handle, followers FROM account"
    say = (
        ("excess", "coordination", False, 0.71, 0.05, 1e-9, posts,
         "Members acted within 60 s of each other on 71 % of occasions; others on 5 %."),
        ("hours", "rhythm", False, 0.9, 0.3, 0.2, posts,
         "90 % of the members' posts fall between 08:00 and 12:00; of others' posts 30 %."),
        ("domains", "traffic", False, 0.64, 0.0, None, posts,
         "64 % of the members' links lead to one domain; of others' links 0 %."),
        ("spread", "amplification", False, 4.0, 1.2, None, everyone,
         "Each object was carried by 4 members; by 1.2 other accounts."),
    )  # fmt: skip
    signs = (
        ("creation", "creation", True, 9.0, 0.4, 2e-6, born,
         "9 of the accounts were created on 2 days <i>in a row</i>; 0.4 would be expected."),
        ("names", "identity", True, 0.8, 0.02, 4e-5, born,
         "80 % of the handles follow one pattern; 2 % of other handles do."),
    )  # fmt: skip
    chosen = (*say, *signs) if network == "n2" else say
    keys = ("measure", "family", "inauthentic", "value", "baseline", "p", "query", "claim")
    return [{**dict(zip(keys, row, strict=True)), "n": 25} for row in chosen]


QUARANTINED: Rows = [
    {"source": "data/posts.csv", "line": line, "field": "time", "reason": reason,
     "content": "<svg onload=alert(1)>,secret outsider text"}
    for line, reason in ((12, "time cannot be read"), (80, "time cannot be read"), (99, "no id"))
]  # fmt: skip

VIRAL: Rows = [
    {"signal": "hashtags", "object": "election", "events": 5_000, "pairs": 12_000_000},
    {"signal": "links", "object": "https://news.example/1", "events": 1_200, "pairs": 700_000},
]


def told(tables: Mapping[str, Rows]) -> dict[str, Any]:
    """What `run.toml` would say of these tables."""
    tiers = [row["tier"] for row in tables.get("network", ())]
    posts, accounts = len(tables.get("post", ())), len(tables.get("account", ()))
    return {
        "settings": Settings().as_dict(),
        "versions": {"unswarm": "0.1.0", "duckdb": "2.0.0", "python": "3.11.7"},
        "counts": {
            "posts": posts,
            "accounts": accounts,
            "confirmed": tiers.count("confirmed"),
            "leads": tiers.count("lead"),
            "quarantined": len(QUARANTINED),
            "tests": 412,
            "candidates": 37,
            "pairs": 81_204,
        },
        "sources": [
            {"path": "/home/somebody/data/posts.csv", "sha256": "ab" * 32, "reader": "tables",
             "rows": posts, "quarantined": len(QUARANTINED), "precision": SECOND,
             "when": "2026-02-01T09:00:00Z", "comparison": False},
            {"path": "/home/somebody/data/others.csv", "sha256": "cd" * 32, "reader": "tables",
             "rows": 210, "quarantined": 0, "precision": SECOND,
             "when": "2026-02-01T09:01:00Z", "comparison": True},
        ],
        "signals": ["hashtags", "links", "reposts", "texts"],
        "power": [{"group": 10, "actions": 14, "recall": 0.9}, {"group": 5, "actions": 28}],
        "expected_false": 0.01,
        "when": "2026-02-01T09:02:11Z",
        "seconds": 14.2,
    }  # fmt: skip


def findings(
    tables: Mapping[str, Rows], run: Mapping[str, Any] | None = None, name: str = "harbour <town>"
) -> Findings:
    """The tables behind an engine, as a case would hand them to an exporter."""
    engine = DuckDB()
    for table in (*model.EVENTS.values(), *model.RUNS.values(), model.QUARANTINE, HEAVY):
        engine.see(table.name, table.rows(tables.get(table.name, [])))
    return Findings(name, engine, told(tables) if run is None else run)


def invented() -> Findings:
    """The whole case."""
    return findings({**World().tables, "quarantine": QUARANTINED, "heavy": VIRAL})


def empty() -> Findings:
    """A case in which nothing was found."""
    kept = {name: World().tables[name] for name in model.EVENTS}
    return findings({**{name: [] for name in model.RUNS}, **kept})


def crowd(size: int = 10_000, edges: int = 50_000) -> Findings:
    """One network of many accounts: does the report cope?"""
    chance = random.Random(3)
    accounts = [f"c{number:05}" for number in range(size)]
    pairs = {
        (min(pair), max(pair))
        for pair in ((_near(chance, accounts)) for _ in range(edges))
        if pair[0] != pair[1]
    }
    tables = World().tables
    known = [{"account": a, "handle": f"h_{a}", "platform": "twitter"} for a in accounts]
    members = [
        {"network": "n9", "account": a, "probability": chance.choice((0.6, 0.95, 0.999)),
         "signals": "links", "p": 1e-6, "occasions": 40, "together": chance.randrange(5, 30),
         "expected": 2.0, "explanation": "On many of 40 occasions, " + "so it is said. " * 20}
        for a in accounts
    ]  # fmt: skip
    bonds = [
        _edge("n9", "links", a, b, [1_000] * chance.randrange(2, 12)) for a, b in sorted(pairs)
    ]
    whole = {**tables["network"][0], "network": "n9", "accounts": size}
    return findings(
        {
            **tables,
            "account": tables["account"] + known,
            "membership": tables["membership"] + members,
            "edge": tables["edge"] + bonds,
            "network": [*tables["network"], whole],
        }
    )


def _near(chance: random.Random, accounts: Sequence[str]) -> tuple[str, str]:
    place = chance.randrange(len(accounts))
    step = int(chance.expovariate(1 / 60)) + 1
    return accounts[place], accounts[(place + step) % len(accounts)]


def table(findings: Findings, sql: str) -> pa.Table:
    return findings.engine.fetch(sql)
