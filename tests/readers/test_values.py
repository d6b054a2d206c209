"""Times, ids, lists, flags and counts as exports write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.model import DAY, MINUTE, SECOND
from unswarm.readers._parts.values import parse_bool, parse_id, parse_int, parse_list, parse_time

NOON = 1_577_880_000_000  # 2020-01-01 12:00:00 UTC


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        ("2020-01-01T12:00:00Z", NOON, SECOND),
        ("2020-01-01T12:00:00.000Z", NOON, SECOND),
        ("2020-01-01T12:00:00.250Z", NOON + 250, 1),
        ("2020-01-01T14:00:00+02:00", NOON, SECOND),
        ("2020-01-01 12:00:00", NOON, SECOND),
        ("2020-01-01 12:00:00 UTC", NOON, SECOND),
        ("2020-01-01 12:00", NOON, MINUTE),
        ("2020-01-01", NOON - 12 * 60 * MINUTE, DAY),
        ("2020/01/01 12:00:00", NOON, SECOND),
        ("1/1/20 12:00", NOON, MINUTE),
        ("1/1/2020 12:00:00 PM", NOON, SECOND),
        ("01/01/20 04:00:00 AM PST", NOON, SECOND),
        ("1.1.2020, 12:00", NOON, MINUTE),
        ("Wed Jan 01 12:00:00 +0000 2020", NOON, SECOND),
        ("Wed, 01 Jan 2020 12:00:00 GMT", NOON, SECOND),
        ("January 1, 2020 at 12:00 PM", NOON, MINUTE),
        ("2020-01-01 07:00:00 EST", NOON, SECOND),
        ("20200101120000", NOON, SECOND),
        ("20200101", NOON - 12 * 60 * MINUTE, DAY),
        ("1577880000", NOON, SECOND),
        ("1577880000.0", NOON, SECOND),
        ("1577880000.5", NOON + 500, 1),
        ("1577880000250", NOON + 250, 1),
        ("1577880000000000", NOON, SECOND),
        ("1577880000000000000", NOON, SECOND),
        (1577880000, NOON, SECOND),
        (NOON, NOON, SECOND),
        (1577880000.0, NOON, SECOND),
        (datetime(2020, 1, 1, 12), NOON, SECOND),
        (datetime(2020, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))), NOON, SECOND),
        (date(2020, 1, 1), NOON - 12 * 60 * MINUTE, DAY),
    ],
)
def test_times(text: object, time: int, precision: int) -> None:
    assert parse_time(text) == (time, precision)


def test_day_first() -> None:
    assert parse_time("3/4/2020") == parse_time("2020-03-04")
    assert parse_time("3/4/2020", day_first=True) == parse_time("2020-04-03")
    assert parse_time("3.4.2020") == parse_time("2020-04-03")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((nothing, "no time") for nothing in ("", "NA", None, float("nan"), True)),
        ("1.62958E+09", "spreadsheet"),
        ("43831.5", "too small"),
        ("2020-01-01 12:00:00 IST", "ambiguous"),
        ("13/13/2020", "month"),
        ("2020-02-30", "day"),
        ("10:00:00", "not a time"),
        ("yesterday", "not a time"),
    ],
)
def test_what_is_no_time(text: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_time(text)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))
def test_iso_times_come_back(moment: datetime) -> None:
    time, _ = parse_time(moment.isoformat())
    assert time == (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


@given(st.text())
def test_no_text_breaks_a_parser(text: str) -> None:
    parse_list(text), parse_bool(text), parse_int(text)
    for parse in (parse_time, parse_id):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        *((nothing, None) for nothing in (None, "", "null", "NaN", "absent", float("nan"))),
        *((" 12 ", "12"), (12, "12"), (12.0, "12"), ("12.0", "12"), ("fb_1", "fb_1")),
        *(("107e22", "107e22"), ("0x1", "0x1"), ("1a2.b", "1a2.b"), ("none", "none")),
        (914580356430536707, "914580356430536707"),
    ],
)
def test_ids(value: object, found: str | None) -> None:
    assert parse_id(value) == found


@pytest.mark.parametrize(
    "value", ["2.48E+17", "9.06e17", "9E+17", 9.06e17, 2.0**53 + 2, "914580356430536707.0"]
)
def test_mangled_ids_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="mangled by a spreadsheet"):
        parse_id(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        *((nothing, []) for nothing in (None, "", "[]", "absent", float("nan"))),
        *((form, ["a", "b"]) for form in ("['a', 'b']", "[a, b]", '["a", "b"]', "a b", "a,b")),
        *(
            (form, ["a", "b"])
            for form in ('c("a", "b")', "a;b", "a|b", ["a", "b"], ("a", None, "b"))
        ),
        ("['it\\'s', 'b']", ["it's", "b"]),
        ("http://a.com/1,2 http://b.com", ["http://a.com/1,2", "http://b.com"]),
        ("['http://a.com/1,2', 'http://b.com']", ["http://a.com/1,2", "http://b.com"]),
        ("http://a.com,http://b.com", ["http://a.com", "http://b.com"]),
        ("[{'tag': 'x', 'start': 0}, {'tag': 'y'}]", ["x", "y"]),
        ('[{"url": "t.co/1", "expanded_url": "http://a.com"}]', ["http://a.com"]),
    ],
)
def test_lists(value: object, found: list[str]) -> None:
    assert parse_list(value) == found


def test_flags_and_counts() -> None:
    assert [parse_bool(v) for v in ("TRUE", "f", 1, False, "", None)] == [
        *(True, False, True, False, None, None)
    ]
    assert [parse_int(v) for v in ("1,234", "12.0", 5, "", None, "1.5", "x", "inf")] == [
        *(1234, 12, 5, None, None, None, None, None)
    ]
