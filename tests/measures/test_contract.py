"""Every measure, on worlds with everything in them: rows fit, queries run, nobody is accused."""

from types import ModuleType
from typing import Any

import pytest
from worlds import accounts, world

from unswarm.engines import Engine
from unswarm.model import DAY, EVIDENCE, HOUR, MINUTE
from unswarm.plugins import load

MEMBERS = [f"Maria Smith{1000 + i}" for i in range(6)]
OTHERS = [f"o'{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)]
BIO = "Hello, welcome to my little page about everything and nothing"
MEASURES = load("measures")
START = 1_500_000_000_000


def everything(others: list[str]) -> Engine:
    """A network that shows every trait, and others that show none."""
    members = [
        {"account": a, "handle": a.replace(" ", ""), "name": "Maria Smith", "bio": BIO,
         "created": START - 800 * DAY + i, "created_precision": 1, "posts": 300,
         "claimed_country": "US", "operator_country": "Vietnam",
         "website": "https://home.example"}
        for i, a in enumerate(MEMBERS)
    ]  # fmt: skip
    rest = [
        {"account": a, "handle": a, "name": a, "bio": f"{a} likes number {i * 7919} and {a * 2}",
         "created": START - i * 9 * DAY, "created_precision": 1, "posts": 9_000,
         "claimed_country": "US", "operator_country": "USA"}
        for i, a in enumerate(others)
    ]  # fmt: skip
    posts = [_post(a, i, START + i * 90 * MINUTE) for a in MEMBERS for i in range(200)]
    posts += [_post(a, i, START + _human(i, n)) for n, a in enumerate(others) for i in range(60)]
    return world(
        {"n1": MEMBERS},
        account=members + rest,
        post=posts,
        link=[_link(p, "site" if p["account"] in MEMBERS else p["account"][2:]) for p in posts],
        mention=[{**_event(p), "target": MEMBERS[0]} for p in posts[:50]],
        trace=[
            {"signal": "texts", "account": a, "object": f"{i}"} for a in MEMBERS for i in "abcde"
        ],
        network=[
            {
                "network": "n1",
                "tier": "confirmed",
                "accounts": len(MEMBERS),
                "occasions": 40,
                "together": 30,
                "expected": 1.5,
                "days": 3,
                "objects": 5,
                "exclusive": 1.0,
            }
        ],
        occasion=[
            {
                "network": "n1",
                "account": a,
                "signal": "texts",
                "window": MINUTE,
                "object": i,
                "time": START,
                "together": True,
                "gap": 3_000,
            }
            for a in MEMBERS
            for i in "abcde"
        ],
        photo=[_photo(a, i) for i, a in enumerate([*MEMBERS, *others])],
        ad=[_ad(a, i) for i, a in enumerate(MEMBERS)],
        role=[_role(a) for a in [*MEMBERS, *others]],
        infrastructure=[
            {"account": a, "medium": "device", "value": "one" if a in MEMBERS else a}
            for a in [*MEMBERS, *others]
        ],
        follow=[{"account": f"{a}'s fan", "target": a} for a in [*MEMBERS, *others]],
        site=[
            {"domain": f"{name}.example", "trait": "analytics", "value": "UA-4711-1"}
            for name in ("site", "home")
        ],
        rename=[{"account": MEMBERS[0], "what": "name", "before": "It's", "after": "I"}],
    )


def _role(target: str) -> dict[str, Any]:
    """Members are run by one account, each of the others by its own."""
    who = "It's the boss" if target in MEMBERS else f"{target}'s owner"
    return {"account": who, "role": "administers", "target": target}


def _ad(account: str, number: int) -> dict[str, Any]:
    return {
        "ad": f"ad{number}", "account": account, "platform": "facebook", "payer": "It's us",
        "time": START, "precision": 1, "currency": "EUR", "spend_low": 100, "spend_high": 19_900,
        "impressions_low": 0, "impressions_high": 999, "targeting": "location: Here",
        "url": "https://site.example/1", "domain": "site.example",
    }  # fmt: skip


def _photo(account: str, number: int) -> dict[str, Any]:
    """Members' eyes are where generators put them, the others' anywhere above."""
    x, y, apart = 0.45 + number % 7 * 0.02, 0.3 + number % 5 * 0.02, 0.07
    eyes = (0.373, 0.469, 0.627, 0.469) if account in MEMBERS else (x - apart, y, x + apart, y)
    named = dict(zip(("left_x", "left_y", "right_x", "right_y"), eyes, strict=True))
    return {
        "account": account, "photo": f"{number:064x}", "file": f"{number}.jpg", "faces": 1,
        "result": "one face", "form": "jpeg", "width": 400, "height": 400, **named,
    }  # fmt: skip


def _post(account: str, number: int, time: int) -> dict[str, Any]:
    member = account in MEMBERS
    return {
        "post": f"{account}-{number}", "account": account, "time": time, "precision": 1,
        "kind": "repost", "text": "…", "client": "It's mine" if member else "Web",
        "target_account": "idol" if member or number == 0 else f"x{number % 7}",
    }  # fmt: skip


def _human(number: int, account: int) -> int:
    day, hour = divmod(number, 6)
    return day * DAY + hour * 2 * HOUR + (number * 7_919 + account * 104_729) % (110 * MINUTE)


def _event(post: dict[str, Any]) -> dict[str, Any]:
    return {name: post[name] for name in ("account", "time", "precision", "post", "kind")}


def _link(post: dict[str, Any], site: str) -> dict[str, Any]:
    return {**_event(post), "url": f"https://{site}.example/1", "domain": f"{site}.example"}


@pytest.fixture(scope="module")
def crowd() -> Engine:
    return everything(OTHERS)


@pytest.fixture(scope="module")
def suspects() -> Engine:
    return everything([])


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_rows_can_be_checked(measure: ModuleType, crowd: Engine) -> None:
    rows = measure.measure(crowd)
    assert rows.schema == EVIDENCE.schema
    for row in rows.to_pylist():
        assert row["network"] == "n1"
        assert row["claim"].endswith(".")
        assert row["measure"] == measure.__name__.rpartition(".")[2]
        assert len(crowd.fetch(row["query"])) > 0
        assert not (row["inauthentic"] and row["p"] is None)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_suspects_alone_are_described_not_compared(measure: ModuleType, suspects: Engine) -> None:
    """Photos are compared with the reference that comes with unswarm, whoever else is there."""
    for row in measure.measure(suspects).to_pylist():
        if "real profile photos" not in row["claim"]:
            assert row["p"] is None
            assert row["baseline"] is None or row["family"] == "coordination"
            assert not row["inauthentic"]
        assert len(suspects.fetch(row["query"])) > 0


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_no_word_accuses(measure: ModuleType, crowd: Engine) -> None:
    text = " ".join(measure.measure(crowd).column("claim").to_pylist()).casefold()
    assert not any(word in text.split() for word in ("bot", "troll", "fake"))


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_nothing_is_said_of_nothing(measure: ModuleType) -> None:
    assert len(measure.measure(world({}))) == 0
    assert len(measure.measure(world({"n1": ["a", "b", "c"]}, account=accounts("abc")))) == 0


def test_every_measure_sees_the_planted_network(crowd: Engine) -> None:
    silent = [name for name, m in MEASURES.items() if not len(m.measure(crowd))]
    assert silent == ["feeds"]
