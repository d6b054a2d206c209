"""Sites of one owner: one form for each id, and groups that rare ids join."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.sites import MOST_ELSEWHERE, Crawl, owner_id


@pytest.mark.parametrize(
    ("trait", "value", "same"),
    [
        ("analytics", "UA-34567123-1", "ua-34567123"),
        ("analytics", "G-AB12CD34EF", "g-ab12cd34ef"),
        ("analytics", "GTM-5K2J", "gtm-5k2j"),
        ("analytics", "UA-000000-1", None),
        ("analytics", "G-XXXXXXXXXX", None),
        ("analytics", "1234567", None),
        ("ads", "ca-pub-4433221100998877", "pub-4433221100998877"),
        ("ads", "CA-MB-PUB-4433221100998877", "pub-4433221100998877"),
        ("ads", "google.com, pub-4433221100998877, DIRECT, f08c47fec0942fa0",
         "pub-4433221100998877"),
        ("ads", "google.com, pub-4433221100998877, RESELLER", None),
        ("ads", "pub-1234567890123456", None),
        ("ads", "ca-host-pub-1556223355139109", None),
        ("registrant", "Ann  Ex ", "ann ex"),
        ("registrant", "Domains By Proxy, LLC", None),
        ("verification", "abc", None),
        ("certificate", "AB:CD:12", "ab:cd:12"),
        ("something else", "abcdefg", None),
        (None, "abcdefg", None),
    ],
)  # fmt: skip
def test_an_id_has_one_form_or_tells_no_owner(
    trait: str | None, value: str, same: str | None
) -> None:
    assert owner_id(trait, value) == same


def crawl(ids: Mapping[str, set[str]], others: int = 0) -> Crawl:
    """Id of a counter → the sites that carry it."""
    sites = frozenset().union(*ids.values()) | {f"o{n}" for n in range(others)}
    return Crawl({("analytics", name): frozenset(on) for name, on in ids.items()}, sites)


def test_ids_join_sites_in_chains() -> None:
    found = crawl({"1": {"a", "b"}, "2": {"b", "c"}, "3": {"x", "y"}, "4": {"z"}}).sisters("abcxyz")
    assert [group.sites for group in found] == [("a", "b", "c"), ("x", "y")]
    assert [mark.value for mark in found[0].marks] == ["1", "2"]


@pytest.mark.parametrize(("others", "carriers", "joined"), [(20, 3, 1), (20, 4, 0), (5_000, 10, 1),
                                                            (5_000, 11, 0)])  # fmt: skip
def test_an_id_that_too_many_other_sites_carry_joins_nothing(
    others: int, carriers: int, joined: int
) -> None:
    on = {"a", "b", *(f"o{n}" for n in range(carriers))}
    found = crawl({"1": on}, others).sisters(["a", "b"])
    assert len(found) == joined
    assert all(len(group.elsewhere) == carriers for group in found)


def test_how_alike_other_sites_are_counts_those_of_rare_ids_only() -> None:
    common = {f"o{n}" for n in range(MOST_ELSEWHERE + 1)}
    seen = crawl({"1": {"o1", "o2"}, "2": common, "3": {"o4", "own"}}, 50)
    assert seen.alike(seen.sites - {"own"}) == {"o1", "o2"}


@given(st.lists(st.frozensets(st.sampled_from("abcdefg"), min_size=2, max_size=3), max_size=8))
def test_groups_are_the_parts_that_hang_together(groups: list[frozenset[str]]) -> None:
    found = crawl({str(n): set(on) for n, on in enumerate(groups)}).sisters("abcdefg")
    reach = {site: {site} for site in "abcdefg"}
    for _ in "abcdefg":
        for on in groups:
            for site in on:
                reach[site] |= frozenset().union(*(reach[other] for other in on))
    slow = {tuple(sorted(part)) for part in reach.values() if len(part) > 1}
    assert {group.sites for group in found} == slow
