"""What an investigator looks at, against slow and obvious readings of the same tables."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_case import invented
from photo_case import photo_case

from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.looking import dossier, graph, networks, objects, page, pairs, pictures, search, times
from unswarm.model import DAY, HOUR


@pytest.fixture(scope="module")
def findings() -> Findings:
    return invented()


def rows(findings: Findings, sql: str) -> list[dict[str, Any]]:
    return list(findings.query(sql))


# --- the picture


def drawn(number: int, edges: list[tuple[int, int]]) -> graph.Drawn:
    nodes = [{"account": f"a{place:06}"} for place in range(number)]
    lines = [
        {"source": f"a{one:06}", "target": f"a{other:06}", "objects": 1 + (one + other) % 5}
        for one, other in edges
    ]
    return graph.place(nodes, lines)


SMALL = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=60)


@given(SMALL)
@settings(max_examples=40, deadline=None)
def test_places_are_always_the_same_and_inside(edges):
    found = drawn(20, edges)
    assert found == drawn(20, edges)
    assert len(found.nodes) == 20 and not found.groups
    assert all(0 <= node["x"] <= 1 and 0 <= node["y"] <= 1 for node in found.nodes)


def large(number: int = 50_000, groups: int = 60) -> list[tuple[int, int]]:
    draw = np.random.default_rng(2)
    group = np.sort(draw.integers(0, groups, number))
    begins = np.searchsorted(group, np.arange(groups))
    sizes = np.bincount(group, minlength=groups)
    one = np.repeat(np.arange(number), 3)
    other = begins[group[one]] + draw.integers(0, sizes[group[one]])
    beyond = draw.random(len(one)) < 0.01
    other[beyond] = draw.integers(0, number, beyond.sum())
    kept = one != other
    return list(zip(one[kept].tolist(), other[kept].tolist(), strict=True))


def test_a_network_of_fifty_thousand_is_drawn_in_groups():
    edges = large()
    began = time.monotonic()
    found = drawn(50_000, edges)
    assert time.monotonic() - began < 30
    assert 10 < len(found.groups) < 300
    sizes = Counter(node["group"] for node in found.nodes)
    assert sizes == {name: at["accounts"] for name, at in found.groups.items()}
    assert max(sizes.values()) < 5_000
    same = sum(
        found.nodes[one]["group"] == found.nodes[other]["group"] for one, other in edges[:5_000]
    )
    assert same > 4_500  # who acted together stands together
    inside = graph.opened(found, "g1")
    assert len(inside) == sizes["g1"] and len({(node["x"], node["y"]) for node in inside}) > 9
    nodes, lines = graph._in_groups(found, [{**e, "signal": "links"} for e in found.edges])
    assert len(nodes) == len(found.groups)
    assert all(line["source"] < line["target"] for line in lines)


def test_lonely_accounts_of_a_large_network_are_drawn_too():
    found = drawn(5_000, [(n, n + 1) for n in range(0, 200)])
    assert len(found.nodes) == 5_000
    assert sum(at["accounts"] for at in found.groups.values()) == 5_000


def test_the_picture_holds_what_the_tables_hold(findings):
    for network in ("n1", "n2"):
        found = graph.graph(findings, network, graph.Filter())
        edges = rows(findings, f"SELECT * FROM edge WHERE network = '{network}'")
        names = [node["account"] for node in found["nodes"]]
        columns = found["edges"]
        seen = {
            (names[one], names[other], signal)
            for one, other, signal in zip(
                columns["source"], columns["target"], columns["signal"], strict=True
            )
        }
        assert seen == {(e["source"], e["target"], e["signal"]) for e in edges}
        assert found["edges_in_all"] == len(edges) == len(columns["objects"])


@pytest.mark.parametrize("part", [(0, 3), (2, 9), (5, 6), (0, 30)])
def test_a_part_of_the_time_keeps_the_edges_that_met_in_it(findings, part):
    (first,) = rows(findings, "SELECT min(time) AS t FROM trace")
    since, until = (first["t"] + day * DAY for day in part)
    found = graph.graph(findings, "n2", graph.Filter(since=since, until=until))
    expected = set()
    traces = rows(findings, "SELECT * FROM trace")
    for edge in rows(findings, "SELECT * FROM edge WHERE network = 'n2'"):
        own, other = (
            {t["object"]: t["time"] for t in traces
             if (t["account"], t["signal"]) == (edge[end], edge["signal"])}
            for end in ("source", "target")
        )  # fmt: skip
        if any(
            since <= at < until and abs(at - other[thing]) <= edge["window"]
            for thing, at in own.items()
            if thing in other
        ):
            expected.add((edge["source"], edge["target"], edge["signal"]))
    assert found["edges_in_all"] == len(expected)


# --- times


@given(
    st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=80),
    st.integers(0, 20 * DAY),
    st.integers(1, 30 * DAY),
    st.sampled_from([1, 1000, 60_000, DAY]),
)
def test_bars_hold_every_moment_once(moments, since, span, precision):
    bars = times.Bars.of(since, since + span, precision)
    assert bars.since <= since and bars.until >= since + span
    assert bars.width >= precision and bars.number <= times.BARS + 2
    counts = bars.count(np.array(moments))
    assert len(counts) == bars.number
    assert sum(counts) == sum(bars.since <= moment < bars.until for moment in moments)


def test_times_are_those_of_the_posts(findings):
    found = times.times(findings, "n1")
    own = rows(
        findings,
        "SELECT p.account, p.time FROM post AS p JOIN membership AS m ON m.account = p.account "
        "WHERE m.network = 'n1'",
    )
    others = rows(
        findings,
        "SELECT time FROM post WHERE account NOT IN (SELECT account FROM membership)",
    )
    assert sum(found["members"]) == len(own)
    week = Counter(((row["time"] // HOUR) + 72) % 168 for row in own)
    assert found["week"]["members"] == [week[hour] for hour in range(168)]
    inside = [row for row in others if found["since"] <= row["time"] < found["until"]]
    assert sum(found["others"]) == pytest.approx(len(inside), abs=len(others) * 0.01)
    busiest = Counter(row["account"] for row in own).most_common(1)[0][1]
    assert found["accounts"][0]["posts"] == busiest == sum(found["accounts"][0]["bars"])
    hour = times.times(findings, "n1", found["first"], found["first"] + HOUR)
    assert hour["width"] < HOUR
    assert sum(hour["members"]) == sum(hour["since"] <= row["time"] < hour["until"] for row in own)
    assert times.times(findings, "no such network") is None


# --- side by side

WORDS = st.text(alphabet="ab c.é🐝\n", max_size=40)


@given(WORDS, WORDS)
def test_differences_put_both_texts_together_again(first, second):
    found = pairs.differences(first, second)
    assert "".join(part["text"] for part in found["left"]) == first
    assert "".join(part["text"] for part in found["right"]) == second
    same = [
        "".join(part["text"] for part in found[side] if part["same"]) for side in ("left", "right")
    ]
    assert same[0] == same[1]
    assert (found["alike"] == 1) == (first == second)


def test_very_long_texts_are_compared_as_wholes():
    text = "word " * 9_000
    assert pairs.differences(text, text)["alike"] == 1
    assert pairs.differences(text, text + "x")["alike"] == 0


def test_meetings_are_those_within_the_window(findings):
    edge = rows(findings, "SELECT * FROM edge WHERE network = 'n1' LIMIT 1")[0]
    found = pairs.meetings(findings, edge, 0, 100)
    assert found["total"] == len(found["rows"]) >= edge["objects"]
    assert [m["gap"] for m in found["rows"]] == sorted(m["gap"] for m in found["rows"])
    assert pairs.pair(findings, edge["target"], edge["source"])[0]["source"] == edge["source"]


# --- lists, evidence, dossiers


def test_every_row_of_evidence_answers_one_question(findings):
    (network,) = rows(findings, "SELECT * FROM network WHERE network = 'n1'")
    found = networks.evidence(findings, network)
    assert [row["place"] for row in found] == list(range(len(found)))
    for row in found:
        if row["question"] == "signs":
            assert row["inauthentic"]
        if row["family"] == "innocent":
            assert row["question"] == "innocent"
    innocent = {row["claim"] for row in found if row["question"] == "innocent"}
    for line in (network["innocent"] or "").splitlines():
        assert line.strip() in innocent


@pytest.mark.parametrize(("offset", "limit"), [(-1, 5), (0, 0), (0, 501)])
def test_pages_are_bounded(offset, limit):
    with pytest.raises(CaseError, match="A page"):
        page("SELECT 1", offset, limit)


def test_objects_are_counted_for_members_and_for_everybody(findings):
    found = objects.objects(findings, "n1", "domain", 0, 50)
    for row in found["rows"]:
        (every,) = rows(
            findings, f"SELECT count(*) AS n FROM link WHERE domain = '{row['object']}'"
        )
        assert row["all_posts"] == every["n"] >= row["posts"] > 0
    assert found["total"] >= len(found["rows"]) > 0


def test_hostile_letters_are_letters(findings):
    for letters in ("'", "''; DROP TABLE post; --", "%", "_", "\\", "\x00", "<script>"):
        assert isinstance(search.search(findings, letters), list)
        assert dossier.dossier(findings, letters) is None
        networks.networks(findings, networks.Filter(text=letters))
        dossier.posts(findings, "a000", letters, 0, 10)
    assert search.search(findings, "  ") == []
    assert search.search(findings, "script_kid")[0]["id"] == "a000"


def test_the_wall_puts_the_same_pictures_together():
    findings = photo_case()
    networks_ = [row["network"] for row in findings.networks]
    walls = [wall for name in networks_ if (wall := pictures.wall(findings, name))]
    assert walls
    for wall in walls:
        hashes = [photo["pdq"] or photo["photo"] for photo in wall["photos"]]
        runs = [
            value for place, value in enumerate(hashes) if not place or value != hashes[place - 1]
        ]
        assert len(runs) == len(set(runs))
        assert wall["total"] == len(wall["photos"]) and wall["faces"] <= wall["total"]
    assert any(wall["composite"].startswith("data:image/png") for wall in walls)
