"""What the report is made of: words, colours, layout, charts and fair shares."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.exporters._report import charts, words
from unswarm.exporters._report.material import fair
from unswarm.exporters._report.names import Names
from unswarm.layout import lay_out
from unswarm.model import DAY, HOUR, MINUTE, SECOND

JANUARY = 1_767_225_600_000  # 2026-01-01T00:00:00Z, a Thursday


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.count(1_234_567), "1,234,567"),
        (words.count(None), "unknown"),
        (words.figure(0.05321), "0.0532"),
        (words.figure(14.0), "14"),
        (words.figure(3_120.4), "3,120"),
        (words.figure(float("inf")), "unknown"),
        (words.share(0.653), "65 %"),
        (words.share(0.9991), "99.9 %"),
        (words.share(1), "100 %"),
        (words.chance(0.0421), "0.042"),
        (words.chance(3e-7), "3 × 10⁻⁷"),
        (words.chance(0), "below 10⁻³⁰⁰"),
        (words.moment(JANUARY + 3_723_456, 1), "2026-01-01 01:02:03.456"),
        (words.moment(JANUARY + 3_723_456, SECOND), "2026-01-01 01:02:03"),
        (words.moment(JANUARY + 3_723_456, MINUTE), "2026-01-01 01:02"),
        (words.moment(JANUARY, DAY), "2026-01-01"),
        (words.span(JANUARY, JANUARY + HOUR), "1 January 2026"),
        (words.gap(400), "0.4 s"),
        (words.gap(200 * SECOND), "3 min 20 s"),
        (words.gap(2 * HOUR + 5 * MINUTE), "2 h 5 min"),
        (words.gap(3 * DAY), "3 days"),
        (words.several(1, "network"), "one network"),
        (words.several(204, "network"), "204 networks"),
        (words.band(0.99), "almost certain"),
        (words.band(0.9), "likely"),
        (words.band(0.8999), "undetermined"),
        (words.verdict(1, True), "One network of accounts acted together beyond what we can "
         "explain."),
        (words.together(["links", "texts"]), "put out the same links and published the same texts"),
        (words.together([]), "acted alike"),
        (words.clean("see HTTPS://a.example.org/x.y \x00\u202eabc"),
         "see HxxPS://a[.]example[.]org/x.y \ufffd\ufffdabc"),
        (words.cut("abcdef", 4), "abc…"),
        (words.verdict(0, True, behaviour=False), "No finding is possible on this data: it holds "
         "no posts that could be compared."),
        (words.kinds(["coordinated, openly organised"]), ""),
        (words.kinds(["coordinated", "coordinated"]), ""),
        (words.kinds(["coordinated, automated", "coordinated, signs of inauthenticity",
                      "coordinated, openly organised", "coordinated"]),
         "Of these networks, one shows signs of inauthenticity and two are openly organised or "
         "automated."),
        (words.excuses({"innocent": None}), []),
        (words.excuses({"innocent": "a club: 2 of 3.\nshared ownership possible: x.\na club: y."}),
         ["a club", "shared ownership possible"]),
        (words.acts([{"signal": "links", "test": "time", "widest": 5 * MINUTE},
                     {"signal": "texts", "test": "choice", "widest": DAY}]),
         "put out the same links within 5 min of each other, and published the same texts within "
         "a day of each other"),
        (words.acts([]), "acted alike"),
        (words.prose("on 5% of 3, p = 8.5e-08."), "On 5 % of 3, p = 8.5 × 10⁻⁸."),
        (words.gloss("2 accounts; a finding needs 3"),
         "Two accounts may belong to one person or one office."),
        (words.gloss("something new"), ""),
        (words.times_over(4.958), "4.96"),
        (words.times_over(1e11), "over 1,000"),
        (words.power("Groups of 4."), "Groups of 4."),
    ],
)  # fmt: skip
def test_words(said: str, expected: str) -> None:
    assert said == expected


def test_places_of_confirmation_are_told_once_each() -> None:
    lines = (
        "links within 300 s, found on half A, tested on half B",
        "links within 300 s, found on half B, tested on half A",
        "several signals within 10 s, found on half B, tested on half A",
        "a list brought",
    )
    assert words.places("\n".join(lines)) == [
        "links within 5 min, in both halves of the data",
        "several signals within 10 s, in one half of the data",
        "a list brought",
    ]


def test_moderate_evidence_says_what_it_lacks() -> None:
    row = {"strength": "moderate", "confirmed_in": "", "stability": 0.5, "first": 0, "last": HOUR}
    said = words.strength(row)
    assert "one half of the data" in said
    assert "less than 80 %" in said
    assert "within one day" in said
    assert words.strength({**row, "strength": "strong"}) == words.STRENGTH["strong"]


@pytest.mark.parametrize(
    ("text", "expected"), [("31847", True), ("96a8c19e", True), ("hello you", False), ("x", False)]
)
def test_objects_that_say_nothing_are_known(text: str, expected: bool) -> None:
    assert words.opaque(text) is expected


def test_creations_are_shown_beside_those_of_two_months_around_them() -> None:
    born = JANUARY // HOUR
    course = charts.births({born: 40}, {born: 2, born + 24: 1, born + 24 * 400: 99})
    assert course is not None
    assert [bar.says for bar in course.bars] == [
        "1 January 2026: members 40, others 2 accounts created",
        "2 January 2026: members 0, others 1 accounts created",
    ]
    assert charts.births({}, {born: 1}) is None


def test_accounts_called_in_texts_are_left_out_unless_they_are_named() -> None:
    names = Names({"1": "ann"}, frozenset({"ann", "1"}))
    said = names.in_text("RT @Ann: ask @bob or @eve@host.example, write to me@mail.example")
    assert said == "RT @Ann: ask @… or @…, write to me@mail.example"


@given(st.lists(st.integers(0, 500), max_size=20), st.integers(0, 2_000))
def test_fair_shares_fit_into_the_budget_and_leave_none_of_it_unused(
    wanted: list[int], budget: int
) -> None:
    cap = fair(wanted, budget)
    given_out = sum(min(want, cap) for want in wanted)
    assert given_out <= budget
    assert given_out == sum(wanted) or sum(min(want, cap + 1) for want in wanted) > budget


@pytest.mark.parametrize("nodes", [0, 1, 2, 30, 700])
def test_a_layout_is_inside_its_square_and_always_the_same(nodes: int) -> None:
    ends = np.array([(i, (i + 1) % nodes) for i in range(nodes)], np.int64).reshape(-1, 2)
    places = lay_out(nodes, ends)
    assert places.shape == (nodes, 2)
    assert np.isfinite(places).all()
    assert ((places >= -1e-9) & (places <= 1 + 1e-9)).all()
    assert np.array_equal(places, lay_out(nodes, ends))
    if nodes > 1:
        assert len(np.unique(places.round(6), axis=0)) == nodes


def test_two_groups_are_drawn_apart() -> None:
    groups = [[(a, b) for a in range(s, s + 10) for b in range(a + 1, s + 10)] for s in (0, 10)]
    places = lay_out(20, np.array(sum(groups, [(0, 10)]), np.int64))
    within = np.linalg.norm(places[:10] - places[:10].mean(axis=0), axis=1).mean()
    between = np.linalg.norm(places[:10].mean(axis=0) - places[10:].mean(axis=0))
    assert between > 2 * within


def test_a_week_begins_on_monday_and_is_shaded_by_its_busiest_hour() -> None:
    cells = charts.week({JANUARY // HOUR + 9: 4, JANUARY // HOUR + 10: 1})
    assert len(cells) == 168
    full = [cell for cell in cells if cell.level == charts.LEVELS]
    assert [(cell.x, cell.y) for cell in full] == [(9, 3)]
    assert full[0].says == "Thursday 09:00, 80 % of posts"
    assert charts.week({}) == []


def test_a_course_counts_posts_per_account_and_day() -> None:
    start = JANUARY // HOUR
    course = charts.course({start: 6, start + 24: 3}, {start: 10}, (3, 10), [JANUARY // DAY])
    assert course is not None
    assert [bar.says.split(": ")[1] for bar in course.bars] == [
        "members 2, others 1 posts per account and day",
        "members 1, others 0 posts per account and day",
    ]
    assert len(course.marks) == 1
    assert charts.course({}, {}, (0, 0), []) is None


def test_a_long_course_has_wide_bars() -> None:
    start = JANUARY // HOUR
    course = charts.course({start: 1, start + 24 * 700: 1}, {}, (1, 0), [])
    assert course is not None
    assert len(course.bars) <= charts.MOST_BARS
    assert course.days == 10


def test_colours_of_text_are_readable_in_both_themes() -> None:
    style = (resources.files("unswarm.exporters") / "_report" / "report.css").read_text("utf-8")
    colours = {
        name: (light, dark)
        for name, light, dark in re.findall(
            r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", style
        )
    }  # fmt: skip
    for theme in (0, 1):
        for ink in ("ink", "soft", "blue", "ochre"):
            for paper in ("paper", "sheet", "faint"):
                assert contrast(colours[ink][theme], colours[paper][theme]) >= 4.5, (ink, paper)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
