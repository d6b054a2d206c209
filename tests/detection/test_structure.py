"""Leads that ties alone give away."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_expand import ADMINISTRATORS, PHOTOS, held

from unswarm.detection.held import Holdings
from unswarm.detection.structure import joined, tied_networks
from unswarm.settings import Settings
from unswarm.ties import FEWEST_COMMON


def holdings(**ties: list[tuple[int, int]]) -> Holdings:
    kinds = {"administrators": ADMINISTRATORS, "photos": PHOTOS}
    ids = pa.array([f"a{n:04}" for n in range(3000)])
    return Holdings(ids, {name: held(kinds[name], rows) for name, rows in ties.items()})


ORGANIC = [(page, 10 + page % 1500) for page in range(2000)]


def test_pages_with_the_same_rare_administrators_are_a_lead() -> None:
    rows = ORGANIC + [(2500 + page, n) for page in range(5) for n in range(3)]
    (found,) = tied_networks(holdings(administrators=rows), Settings())
    assert found.kind == "shared administrators"
    assert list(found.members) == [f"a{2500 + page}" for page in range(5)]
    assert "5 accounts have 3 administrators in common" in found.claim


def test_what_innocent_people_share_makes_no_lead() -> None:
    rows = ORGANIC + [(2500 + page, n) for page in range(5) for n in range(3)]
    assert tied_networks(holdings(photos=rows), Settings()) == []


def test_one_thing_in_common_makes_no_lead() -> None:
    rows = ORGANIC + [(2500 + page, 0) for page in range(5)]
    assert tied_networks(holdings(administrators=rows), Settings()) == []


def test_what_behaviour_shows_is_not_said_again() -> None:
    rows = ORGANIC + [(2500 + page, n) for page in range(5) for n in range(3)]
    seen = [frozenset({"a2500", "a2501", "a2502", "elsewhere"})]
    assert tied_networks(holdings(administrators=rows), Settings(), seen) == []


@pytest.mark.parametrize("seed", range(5))
def test_chance_joins_nobody(seed: int) -> None:
    random = np.random.default_rng(seed)
    things = random.zipf(1.5, 6000) % 900
    rows = list(zip(random.integers(0, 2000, 6000).tolist(), things.tolist(), strict=True))
    assert tied_networks(holdings(administrators=rows), Settings()) == []


@settings(max_examples=100, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 6)), min_size=1, max_size=40))
def test_pairs_are_those_one_can_count(rows: set[tuple[int, int]]) -> None:
    found = joined(held(ADMINISTRATORS, rows), 1.0)
    assert max(len({a for a, t in rows if t == thing}) for _, thing in rows) <= FEWEST_COMMON
    has = {a: {t for b, t in rows if a == b} for a, _ in rows}
    objects = 1 + max(t for _, t in rows)  # codes without holders count, too
    pairs = {}
    for a in has:
        for b in has:
            shared = len(has[a] & has[b])
            if a < b and shared >= 2:
                p = stats.hypergeom.sf(shared - 1, objects, len(has[a]), len(has[b]))
                if (p := p * len(has) * (len(has) - 1) / 2) <= 1:
                    pairs[a, b] = (shared, p)
    got = zip(found.source.tolist(), found.target.tolist(), strict=True)
    assert dict(
        zip(got, zip(found.shared.tolist(), found.p.tolist(), strict=True), strict=True)
    ) == {pair: (n, pytest.approx(p)) for pair, (n, p) in pairs.items()}
