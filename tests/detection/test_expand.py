"""Growing a network by what its accounts have: error under the null, power, and who is spared."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection.expand import grow, majority, products
from unswarm.detection.held import Held
from unswarm.settings import Settings
from unswarm.ties import Example, Tie

NOTHING = Example({}, [], [])
ADMINISTRATORS = Tie("", "administrators", "administration", True, (), NOTHING, True, True)
ADMINISTERED = Tie("", "pages", "administration", True, (), NOTHING, True)
DEVICES = Tie("", "devices", "infrastructure", True, (), NOTHING)
NAMES = Tie("", "names", "identity", False, (), NOTHING)
PHOTOS = Tie("", "photos", "photos", False, (), NOTHING)
SITES = Tie("", "destinations", "traffic", False, (), NOTHING)
PAYERS = Tie("", "payers", "advertising", False, (), NOTHING)
COUNTERS = Tie("", "ids", "infrastructure", True, (), NOTHING, bundled=True)
ADDRESSES = Tie("", "addresses", "infrastructure", True, (), NOTHING, bundled=True)


def held(tie: Tie, rows: Iterable[tuple[int, int]], itself: Iterable[int] = ()) -> Held:
    """Rows of (account, object); `itself`: the account that each object is."""
    account, thing = np.array(sorted(set(rows)), np.int64).reshape(-1, 2).T
    objects = int(thing.max(initial=-1)) + 1
    own = np.array(list(itself) or [-1] * objects, np.int64)
    return Held(tie.words, tie, account, thing, pa.array([str(o) for o in range(len(own))]), own)


def roles(rows: Iterable[tuple[int, int]], accounts: int) -> dict[str, Held]:
    """(page, administrator) rows as both ties; every code is an account's."""
    rows = sorted(set(rows))
    everybody = range(accounts)
    return {
        "administrators": held(ADMINISTRATORS, rows, everybody),
        "administered": held(ADMINISTERED, [(a, p) for p, a in rows], everybody),
    }


def belongs(accounts: int, members: Iterable[int], probability: float = 0.9999) -> np.ndarray:
    found = np.zeros(accounts)
    found[list(members)] = probability
    return found


@given(st.lists(st.floats(0, 1), max_size=7))
def test_majority_is_that_of_all_outcomes(chances: list[float]) -> None:
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(chances)):
        weights = [c if happens else 1 - c for c, happens in zip(chances, outcome, strict=True)]
        total += float(np.prod(weights)) * (2 * sum(outcome) > len(chances))
    assert majority(chances) == pytest.approx(total if chances else 0.0, abs=1e-9)


def test_products_of_uniform_p_are_no_smaller_than_they_say() -> None:
    p = products(np.random.default_rng(1).uniform(size=(5, 200_000)))
    for level in (0.1, 0.01, 0.001):
        assert (p <= level).mean() <= 1.1 * level


def test_a_page_run_by_members_is_theirs_and_so_is_what_its_administrators_run() -> None:
    pages = {1000: (0, 1, 2), 1001: (0, 1, 50), 1002: (2, 50, 51), 1003: (3,)}
    rows = [(page, admin) for page, admins in pages.items() for admin in admins]
    rows += [(1010 + n, 100 + n % 60) for n in range(200)]
    found = grow(roles(rows, 1300), belongs(1300, range(10)), Settings())
    assert found.named[[1000, 1001, 1003]].all()
    assert not found.named[1002]  # one of three who run it: infiltrated, perhaps
    assert found.named.sum() == 3


def test_doubtful_members_name_no_page() -> None:
    rows = [(1000, 0), (1001, 1)] + [(1010 + n, 100 + n % 60) for n in range(200)]
    found = grow(roles(rows, 1300), belongs(1300, range(10), 0.9), Settings())
    assert not found.named.any()
    assert found.control[1000] == pytest.approx(0.9)


def test_silent_accounts_that_run_only_the_networks_pages_are_found() -> None:
    rows = [(1000 + page, page % 5) for page in range(40)]
    rows += [(1000 + page, 20) for page in range(40)]  # 20 is no member
    rows += [(2000 + n, 100 + n % 300) for n in range(900)]
    found = grow(roles(rows, 3000), belongs(3000, [*range(5), *range(1000, 1040)]), Settings())
    assert found.named[20]
    assert found.named.sum() == 1


def test_an_agency_is_not_drawn_in_by_two_pages_nor_its_other_clients() -> None:
    rows = [(1000 + page, page % 5) for page in range(40)]
    rows += [(1000, 20), (1001, 20)] + [(1500 + n, 20) for n in range(5)]
    rows += [(2000 + n, 100 + n % 300) for n in range(900)]
    found = grow(roles(rows, 3000), belongs(3000, [*range(5), *range(1000, 1040)]), Settings())
    assert not found.named.any()


def test_volunteers_of_one_group_are_spared() -> None:
    rows = [(1000, a) for a in range(5)] + [(1000, 50 + n) for n in range(30)]
    rows += [(2000 + n, 100 + n % 300) for n in range(900)]
    found = grow(roles(rows, 3000), belongs(3000, [*range(5), 1000]), Settings())
    assert not found.named.any()


def test_a_carriers_address_ties_nobody() -> None:
    rows = [(a, 0) for a in range(400)]  # everybody has it, members too
    rows += [(a, 1 + a) for a in range(400)]
    found = grow({"devices": held(DEVICES, rows)}, belongs(400, range(10)), Settings())
    assert not found.named.any()


def test_several_families_say_more_than_one() -> None:
    """A device, a photo or a name of the network's is a coincidence; all three are none."""
    accounts = 20_000
    own = [(a, a) for a in range(accounts)]
    ties = {
        "devices": held(DEVICES, [*own, (100, 0), (101, 1)]),
        "photos": held(PHOTOS, [*own, (100, 2), (102, 3)]),
        "names": held(NAMES, [*own, (100, 4), (103, 5), (102, 6)]),
    }
    found = grow(ties, belongs(accounts, range(10)), Settings())
    assert found.named[100]
    assert found.named.sum() == 1


def test_who_lives_with_a_member_is_spared() -> None:
    """One home has many addresses in a year, and a few devices."""
    own = [(a, 1000 + a) for a in range(20_000)]
    home = [(a, thing) for a in (0, 100) for thing in range(12)]
    for tie in (ADDRESSES, DEVICES):
        found = grow({"tie": held(tie, [*own, *home])}, belongs(20_000, range(10)), Settings())
        assert not found.named.any()
        assert found.stands["tie"][100]  # worth a look all the same
        assert found.shared["tie"].hits[100] == 1


def test_who_works_beside_several_members_is_spared() -> None:
    random = np.random.default_rng(1)
    own = [(a, 1000 + a) for a in range(20_000)]
    office = [(a, n) for a in (*range(10), 100, 101) for n in random.choice(20, 8, replace=False)]
    ties = {"addresses": held(ADDRESSES, [*own, *office])}
    assert not grow(ties, belongs(20_000, range(10)), Settings()).named.any()


def test_devices_of_many_members_are_no_household() -> None:
    own = [(a, 1000 + a) for a in range(20_000)]
    farm = [(a, n) for a in (100, 101) for n in range(6)] + [(n, n) for n in range(6)]
    ties = {"devices": held(DEVICES, [*own, *farm])}
    named = grow(ties, belongs(20_000, range(10)), Settings()).named
    assert np.flatnonzero(named).tolist() == [100, 101]


def test_what_a_past_network_had_is_one_home_too() -> None:
    rows = [(a, 100 + a) for a in range(20_000)] + [(50, n) for n in range(12)]
    ties = {"addresses": held(ADDRESSES, rows)}
    owned = {"addresses": np.arange(ties["addresses"].objects) < 12}
    assert not grow(ties, np.zeros(20_000), Settings(), owned=owned).named.any()


def test_fans_of_what_a_network_pretends_to_like_are_spared() -> None:
    """Photo, slogan and site of one idol, and they post alongside: all of it is one taste."""
    accounts = 100_000
    own = [(a, 100 + a) for a in range(60, accounts)]
    idol = [(a, a % 4) for a in range(60)]
    kinds = (("photos", PHOTOS), ("names", NAMES), ("destinations", SITES))
    ties = {name: held(tie, [*own, *idol]) for name, tie in kinds}
    beside = np.random.default_rng(1).uniform(size=accounts)
    beside[40:60] = 0.001
    found = grow(ties, belongs(accounts, range(40)), Settings(), beside)
    assert not found.named.any()
    assert found.stands["photos"][40:60].all()


def test_an_agencys_other_clients_are_spared() -> None:
    """One agent runs pages of the network and of others, pays for their ads, counts their visits.

    Six of ten pages are the network's.
    """
    rows = [(1000 + n, 1) for n in range(10)] + [(1000 + n, 2) for n in range(6)]
    rows += [(1000 + n, 3) for n in range(6)] + [(2000 + n, 100 + n % 800) for n in range(9000)]
    payers = [(1000 + n, 0) for n in range(10)] + [(2000 + n, 1 + n) for n in range(9000)]
    counters = [(1000 + n, k) for n in range(10) for k in range(3)]
    counters += [(2000 + n, 3 + n) for n in range(9000)]
    ties = {
        **roles(rows, 11_000),
        "advertisers": held(PAYERS, payers),
        "sites": held(COUNTERS, counters),
    }
    found = grow(ties, belongs(11_000, [2, 3, 4, 5]), Settings())
    assert np.flatnonzero(found.named).tolist() == list(range(1000, 1006))


def test_whose_pages_are_mostly_others_is_spared() -> None:
    rows = [(1000 + n, n % 5) for n in range(60)] + [(1000 + n, 20) for n in range(60)]
    rows += [(1500 + n, 20) for n in range(61)]
    rows += [(2000 + n, 95_000 + n % 9000) for n in range(90_000)]
    members = [*range(5), *range(1000, 1060)]
    assert not grow(roles(rows, 104_000), belongs(104_000, members), Settings()).named.any()


def test_nothing_in_common_and_nobody_at_all() -> None:
    assert not grow({}, belongs(5, [0]), Settings()).named.any()
    assert not grow({}, np.zeros(0), Settings()).named.any()
    lonely = {"devices": held(DEVICES, [(0, 0), (1, 0)])}  # suspects only: no reference
    assert not grow(lonely, belongs(2, [0]), Settings()).named.any()


@pytest.mark.parametrize("seed", range(6))
def test_chance_names_hardly_anybody(seed: int) -> None:
    """Random members of a world in which administrators, devices and photos are heavy-tailed."""
    random = np.random.default_rng(seed)
    accounts, pages = 3000, 1500
    weight = 1 + random.pareto(1.2, accounts - pages)
    who = random.choice(np.arange(pages, accounts), 4 * pages, p=weight / weight.sum())
    ties = roles(zip(random.integers(0, pages, 4 * pages), who, strict=True), accounts)
    for tie in (DEVICES, PHOTOS):
        things = random.zipf(1.6, 2 * accounts) % 4000
        ties[tie.words] = held(
            tie, zip(random.integers(0, accounts, 2 * accounts), things, strict=True)
        )
    members = random.choice(np.arange(pages, accounts), 60, replace=False)
    found = grow(ties, belongs(accounts, members), Settings())
    by_chance = found.named & (found.control < 0.5)
    assert by_chance.sum() <= 1
