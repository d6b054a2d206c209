"""Findings that are parts of one operation, and findings that only like the same thing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from test_expand import DEVICES, NAMES, NOTHING, PHOTOS, held

from unswarm.detection.held import Holdings
from unswarm.detection.joined import parts_joined
from unswarm.detection.operations import operations
from unswarm.model import DAY
from unswarm.settings import Settings
from unswarm.ties import Tie

SITES = Tie("", "sites", "traffic", False, (), NOTHING)
SIZE = 3000
ONE, TWO = [f"a{n:04}" for n in range(20)], [f"a{n:04}" for n in range(20, 40)]
OWN = [(n, 100 + n) for n in range(SIZE)]


def parts(*networks: list[str], **ties: list[tuple[int, int]]) -> list[list[int]]:
    kinds = {
        **{"devices": DEVICES, "names": NAMES, "destinations": SITES, "bios": NAMES},
        "photos": PHOTOS,
    }
    ids = pa.array([f"a{n:04}" for n in range(SIZE)])
    found = {name: held(kinds[name], [*OWN, *rows]) for name, rows in ties.items()}
    return operations(Holdings(ids, found), networks or (ONE, TWO), Settings())


def shared(*accounts: int, things: int = 1) -> list[tuple[int, int]]:
    return [(account, account % things) for account in accounts]


def test_two_families_make_two_networks_one() -> None:
    everybody = shared(*range(40), things=5)
    assert parts(devices=everybody, destinations=everybody) == [[0, 1]]
    assert parts(devices=everybody, names=everybody) == [[0, 1]]


def test_one_family_does_not() -> None:
    everybody = shared(*range(40), things=5)
    assert parts(devices=everybody) == [[0], [1]]
    assert parts(names=everybody, bios=everybody) == [[0], [1]]


def test_fans_of_one_thing_stay_apart() -> None:
    """They push the same site and say the same of themselves."""
    everybody = shared(*range(40), things=5)
    assert parts(bios=everybody, destinations=everybody) == [[0], [1]]
    assert parts(names=everybody, destinations=everybody) == [[0], [1]]  # a slogan for a name
    assert parts(photos=everybody, destinations=everybody) == [[0], [1]]


def test_what_people_outside_have_as_well_joins_nobody() -> None:
    everybody = shared(*range(40), *range(100, 1500), things=100)
    assert parts(devices=everybody, destinations=everybody) == [[0], [1]]


def test_parts_of_parts_are_one() -> None:
    three = [f"a{n:04}" for n in range(40, 60)]
    rows = shared(*range(40), things=5) + [(n, 10 + n % 5) for n in range(20, 60)]
    assert parts(ONE, TWO, three, devices=rows, destinations=rows) == [[0, 1, 2]]
    assert parts(ONE, three, devices=rows, destinations=rows) == [[0], [1]]
    assert parts() == [[0], [1]]


def test_random_networks_stay_apart() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        people = random.permutation(SIZE)
        networks = [[f"a{n:04}" for n in people[k : k + 25]] for k in range(0, 100, 25)]
        things = {
            name: list(enumerate((random.zipf(1.5, SIZE) % 2000).tolist()))
            for name in ("devices", "names", "destinations")
        }
        assert parts(*networks, **things) == [[0], [1], [2], [3]]


def pairs(number: int, probability: float = 0.95) -> list[dict]:
    return [{"account": ONE[n], "other": TWO[n], "probability": probability} for n in range(number)]


def test_sure_counterparts_make_networks_of_two_platforms_one() -> None:
    held = Holdings(pa.array([f"a{n:04}" for n in range(SIZE)]), {})
    settings = Settings()
    assert operations(held, (ONE, TWO), settings, pairs(3)) == [[0, 1]]
    assert operations(held, (ONE, TWO), settings, pairs(2)) == [[0], [1]]
    assert operations(held, (ONE, TWO), settings, pairs(20, 0.8)) == [[0], [1]]
    crowd = [f"a{n:04}" for n in range(40, 400)]
    some = [{"account": ONE[0], "other": who, "probability": 0.99} for who in crowd[:3]]
    assert operations(held, (ONE, crowd), settings, some) == [[0, 1]]
    large = [f"a{n:04}" for n in range(400, 700)]
    assert operations(
        held, (large, crowd), settings, [{**r, "account": large[0]} for r in some]
    ) == [
        [0],
        [1],
    ]


# --- rows


def _network(name: str, number: int) -> dict:
    return {
        "network": name, "tier": "confirmed", "reason": "", "accounts": 2, "probability": 0.9,
        "signals": "links" if number % 2 else "texts",
        "first": number * DAY, "last": (9 + number) * DAY,
        "top_objects": "", "inauthenticity": "", "label": "", "p": 10.0 ** -(number + 3),
        "occasions": 10, "together": 5, "expected": 0.5, "lift": 10.0, "days": 1, "objects": 1,
        "exclusive": 1.0, "stability": 1 - number / 10, "confirmed_in": f"part {number}",
        "strength": "moderate" if number else "strong", "innocent": "one event" if number else "",
    }  # fmt: skip


def _member(network: str, account: str, p: float) -> dict:
    return {
        "network": network,
        "account": account,
        "p": p,
        "probability": 1 - p,
        "signals": "links",
    }


def _meeting(network: str, account: str, thing: str, day: int, outsiders: int) -> dict:
    return {
        "network": network, "account": account, "signal": "links", "object": thing,
        "time": day * DAY, "together": True, "outsiders": outsiders,
    }  # fmt: skip


@given(st.integers(1, 4))
def test_a_network_of_one_part_stays_as_it_is(number: int) -> None:
    rows = [_network(f"n{k}", k) for k in range(number)]
    people = [_member(f"n{k}", "a", 0.01) for k in range(number)]
    assert parts_joined(rows, people, []) == (rows, people)


def test_parts_are_summed_and_the_weakest_speaks() -> None:
    rows = [_network("n1", 0), _network("n1", 1)]
    people = [_member("n1", "a", 0.01), _member("n1", "b", 0.02), _member("n1", "a", 0.001)]
    met = [
        _meeting("n1", "a", "x", 1, 0),
        _meeting("n1", "b", "x", 1, 0),
        _meeting("n1", "a", "y", 2, 3),
    ]
    (one,), members = parts_joined(rows, people, met)
    assert [(m["account"], m["p"]) for m in members] == [("a", 0.001), ("b", 0.02)]
    assert (one["accounts"], one["occasions"], one["together"], one["expected"]) == (2, 20, 10, 1.0)
    assert (one["first"], one["last"], one["days"], one["objects"]) == (0, 10 * DAY, 2, 2)
    assert (one["p"], one["stability"], one["strength"]) == (1e-3, 0.9, "moderate")
    assert one["signals"] == "links texts" and one["exclusive"] == 0.5
    assert one["top_objects"] == "x\ny"
    assert one["confirmed_in"] == "part 0\npart 1" and one["innocent"] == "one event"
