from hypothesis import given
from hypothesis import strategies as st

from unswarm.detection.tracking import network_ids
from unswarm.model import MEMBERSHIP

GROUPS = st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=1), max_size=6)


def membership(groups):
    return MEMBERSHIP.rows(
        [{"network": n, "account": a} for n, group in groups.items() for a in sorted(group)]
    )


def group(letters):
    return frozenset(letters)


def test_the_first_run_numbers_its_networks():
    assert network_ids([group("abc"), group("de")]) == ["n-0001", "n-0002"]


def test_a_network_keeps_its_id_while_half_of_its_members_persist():
    before = membership({"n-0007": "abcd", "n-0009": "wxyz"})
    assert network_ids([group("wxy"), group("abcde")], before) == ["n-0009", "n-0007"]


def test_a_network_of_mostly_new_members_is_a_new_one():
    before = membership({"n-0007": "abcd"})
    assert network_ids([group("abefg")], before) == ["n-0008"]


def test_of_two_heirs_the_closer_one_inherits():
    before = membership({"n-0001": "abcdef"})
    assert network_ids([group("abc"), group("abcde")], before) == ["n-0002", "n-0001"]


def test_ids_of_networks_that_ended_are_not_given_again():
    before = membership({"n-0001": "abc", "n-0005": "xyz"})
    assert network_ids([group("klm"), group("abc")], before) == ["n-0006", "n-0001"]


@given(GROUPS, GROUPS)
def test_ids_are_distinct_and_stable(first, second):
    ids = network_ids(first)
    before = membership(dict(zip(ids, first, strict=True)))
    later = network_ids(second, before)
    assert len(set(later)) == len(second)
    assert set(network_ids(first, before)) == set(ids)
