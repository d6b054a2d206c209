"""Tables with the columns of unswarm's own, however they are written."""

from __future__ import annotations

import base64
import bz2
import gzip
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reading import Rows, read, write

from unswarm.case import open_case
from unswarm.errors import InputError, SettingsError
from unswarm.model import DAY, SECOND
from unswarm.readers import Source, operation, recognise
from unswarm.readers._parts import streams, vectors
from unswarm.readers._parts.columns import chunks
from unswarm.readers._parts.values import parse_id, parse_time
from unswarm.sketches import Sketcher, merged
from unswarm.sketches import write as write_sketches

FIXTURES = Path(__file__).parents[1] / "data" / "operation"
MOMENT = 1_577_934_245_000  # 2020-01-02 03:04:05


def fixture(name: str) -> Rows:
    return read(FIXTURES / name, "operation")


def said(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what is null."""
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def faults(found: Rows) -> list[tuple[int, str | None]]:
    return [(row["line"], row["field"]) for row in found["quarantine"]]


# --- which table it is


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("account,target", "follow"),
        ("Follower ID;Followee ID;Since", "follow"),
        ("user_id,page_id,followed_at", "follow"),
        ("account,role,target,country", "role"),
        ("role,target,people", "role"),
        ("admin_id,page_id", "role"),
        ("moderator,group", "role"),
        ("account,medium,value", "infrastructure"),
        ("user_id,ip_address,timestamp,user_agent", "infrastructure"),
        ("account,what,before,after,time", "rename"),
        ("page_id,old_name,new_name,changed_at", "rename"),
        ("ad,account,spend_low,spend_high,currency", "ad"),
        ("ad_id,page_id,amount_spent,impressions", "ad"),
        ("url,target", "redirect"),
        ("short_url,final_url,status", "redirect"),
        ("domain,trait,value,time", "site"),
        ("currency,into,rate", "rate"),
        ("target,relation,method,sketch", "audience_sketch"),
    ],
)
def test_tables_are_told_by_their_columns(tmp_path: Path, header: str, table: str) -> None:
    path = write(tmp_path / "x.csv", header, header.replace("_", ""))
    assert operation.recognises(Source(path))
    assert operation.describe(Source(path)).startswith(f"table {table}: ")


@pytest.mark.parametrize(
    "header",
    [
        "account,target,time,text",
        "account,target,time,post,kind",
        "account,target_account,time",
        "source,target,weight",
        "user_id,page_id,likes",
        "user_id,page_id,score",
        "account,url,target,time",
        "account,name,bio,ip",
        "account,time,url",
        "account,role",
        "page,admin,message",
        "signal,account,object,time",
    ],
)
def test_other_tables_are_left_alone(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "x.csv", header, header)
    assert not operation.recognises(Source(path))


def test_a_person_can_name_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "who,whom,extra", "ann,page1,1")
    found = read(path, account="who", target="whom")
    assert said(found["follow"]) == [{"account": "ann", "target": "page1"}]
    with pytest.raises(InputError, match=r"make none of the tables .*who, whom, extra"):
        read(path, "operation")
    with pytest.raises(SettingsError, match=r"Unknown field 'acount'.*account"):
        read(path, "operation", acount="who")
    with pytest.raises(InputError, match=r"no such column.*who"):
        read(path, "operation", account="whoo", target="whom")


# --- the tables


def test_followers() -> None:
    found = fixture("followers.csv")
    assert [tuple(row.values()) for row in found["follow"]] == [
        ("1001", "page1", MOMENT, SECOND, "RO"),
        ("1002", "page1", MOMENT + SECOND, SECOND, "RO"),
        ("1003", "page1", 1_577_923_200_000, DAY, None),
        ("1001", "page2", MOMENT + 1_789, 1, "DE"),
        ("1004", "page2", None, None, "MD"),
    ]
    assert faults(found) == [(7, "account"), (8, "account"), (9, "time"), (10, None)]


def test_roles() -> None:
    found = fixture("roles.tsv")
    assert said(found["role"]) == [
        {"account": "ann", "role": "administers", "target": "page1", "country": "MD",
         "time": 1_556_668_800_000, "precision": SECOND},
        {"role": "administers", "target": "page1", "country": "RU", "people": 4},
        {"account": "bob", "role": "member", "target": "group1", "until": 1_577_836_800_000},
    ]  # fmt: skip
    assert faults(found) == [(5, "account"), (6, "role")]


def test_a_column_may_say_the_role() -> None:
    rows = fixture("administrators.csv")["role"]
    assert [(row["account"], row["role"], row["target"]) for row in rows] == [
        ("ann", "administers", "page1"),
        ("ann", "administers", "page2"),
        ("bob", "administers", "page3"),
    ]
    assert {row["precision"] for row in rows} == {DAY}


def test_infrastructure_and_what_follows_from_it() -> None:
    found = fixture("infrastructure.csv")
    assert [(r["account"], r["medium"], r["value"]) for r in found["infrastructure"]] == [
        ("ann", "ip", "203.0.113.9"),
        ("bob", "ip", "203.0.113.77"),
        ("bob", "ip", "2001:db8:1:2::3"),
        ("ann", "email", "ann.smith82@mail-house.example"),
        ("bob", "phone", "40721000111"),
        ("eve", "phone", "40721000111"),
        ("eve", "ip", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        ("ann", "network", "203.0.113.0/24"),
        ("bob", "network", "203.0.113.0/24"),
        ("bob", "network", "2001:db8:1::/48"),
        ("ann", "pattern", "a.a0@mail-house.example"),
    ]
    assert found["infrastructure"][7]["time"] == MOMENT
    assert faults(found) == [(10, "value"), (11, "medium"), (12, None)]


def test_nothing_rejected_of_infrastructure_is_shown() -> None:
    for name in ("infrastructure.csv", "logins.csv"):
        for row in fixture(name)["quarantine"]:
            assert row["content"] == "" and "203.0" not in row["reason"]


def test_own_networks_are_left_out_and_told() -> None:
    notes: list[str] = []
    for _ in operation.read(Source(FIXTURES / "infrastructure.csv", {}, notes.append)):
        pass
    assert len(notes) == 1 and "left out, 1 times" in notes[0] and "10.0" not in notes[0]


def test_a_case_keeps_hashes_of_infrastructure_only(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    case.read(FIXTURES / "infrastructure.csv", FIXTURES / "logins.csv")
    kept = b"".join(p.read_bytes() for p in (tmp_path / "case").rglob("*") if p.is_file())
    stored = pq.read_table(tmp_path / "case" / "events" / "infrastructure").to_pylist()
    assert not any(secret in kept for secret in (b"203.0.113", b"mail-house", b"40721000111"))
    assert all(len(row["value"]) == 32 for row in stored)
    same = {row["value"] for row in stored if row["medium"] == "network" and row["account"] != "x"}
    assert len(same) == 2  # one IPv4 network, one IPv6 network


def test_a_column_per_medium() -> None:
    found = fixture("logins.csv")
    assert [(r["account"], r["medium"], r["value"]) for r in found["infrastructure"]] == [
        ("ann", "ip", "203.0.113.9"),
        ("bob", "ip", "203.0.113.9"),
        ("ann", "network", "203.0.113.0/24"),
        ("bob", "network", "203.0.113.0/24"),
        ("ann", "device", "d-1"),
        ("eve", "device", "d-1"),
    ]
    assert found["infrastructure"][5]["time"] == 1_577_934_248_000
    assert faults(found) == [(5, None)]


def test_renames() -> None:
    found = fixture("renames.csv")
    assert [(r["what"], r["before"], r["after"]) for r in found["rename"]] == [
        ("name", "Kittens daily", "News of the north"),
        ("handle", "kittens", "northnews"),
    ]
    assert faults(found) == [(4, "after")]
    (row,) = fixture("handles.csv")["rename"]
    assert (row["what"], row["before"], row["after"]) == ("handle", "kittens", "northnews")


def test_ads_with_decimals_become_hundredths_exactly() -> None:
    found = fixture("ads.csv")
    first, second = said(found["ad"])
    assert (first["spend_low"], first["spend_high"], second["spend_high"]) == (
        10_050,
        19_999,
        10_000,
    )
    assert (first["impressions_low"], first["impressions_high"]) == (1_000, 1_999)
    assert (first["url"], first["domain"]) == ("https://shop.example/x", "shop.example")
    assert (first["platform"], first["currency"], first["text"]) == (
        "facebook",
        "EUR",
        'Buy, "now"',
    )
    assert second["ad"] == "a2" and "url" not in second  # an address of no website
    assert faults(found) == [(4, "spend_low"), (5, "spend_high"), (6, "currency")]


@pytest.mark.parametrize(
    ("low", "high", "hundredths"),
    [
        ("100", "199", (100, 199)),  # hundredths already
        ("100.0", "199.0", (100, 199)),  # as a program writes them beside missing values
        ("100.00", "199", (10_000, 19_900)),
        ("0.29", "1,000", (29, 100_000)),
    ],
)
def test_amounts_are_hundredths_unless_they_have_decimals(
    tmp_path: Path, low: str, high: str, hundredths: tuple[int, int]
) -> None:
    line = f'a1,page1,"{low}","{high}"'
    path = write(tmp_path / "x.csv", "ad,account,spend_low,spend_high", "a0,page1,,", line)
    row = read(path)["ad"][1]
    assert (row["spend_low"], row["spend_high"]) == hundredths
    assert ("units" in operation.describe(Source(path))) == (hundredths[0] != 100)


@given(st.integers(0, 10**14), st.sampled_from(["{}", "{:,}"]))
def test_no_hundredth_is_lost(hundredths: int, whole: str) -> None:
    units, rest = divmod(hundredths, 100)
    text = f"{whole.format(units)}.{rest:02}"
    (read,), wrong = operation.UNITS.read(pa.array([text]))
    assert (read.to_pylist(), wrong) == ([hundredths], [])


def test_spends_in_any_writing() -> None:
    rows = fixture("spends.csv")["ad"]
    spends = [(row["spend_low"], row["spend_high"]) for row in rows]
    assert spends == [(10_000, 49_900), (123_456, 123_456), (0, 10_000)]
    assert rows[2]["impressions_high"] is None and rows[2]["impressions_low"] == 1_000_000


def test_redirects_are_cleaned() -> None:
    found = fixture("redirects.csv")
    assert [tuple(row.values()) for row in found["redirect"]] == [
        ("https://short.example/a", "https://news.example/story", "news.example"),
        ("https://short.example/b", "https://news.example/other", "news.example"),
    ]
    assert faults(found) == [(4, "target")]


def test_sites_and_rates() -> None:
    sites, rates = fixture("sites.csv"), fixture("rates.csv")
    assert [(r["domain"], r["trait"], r["value"]) for r in sites["site"]] == [
        ("news.example", "analytics", "UA-12345-1"),
        ("other.example", "ads", "pub-42"),
    ]
    assert [tuple(row.values()) for row in rates["rate"]] == [
        ("EUR", "USD", 1.1, 1_577_836_800_000)
    ]
    assert (faults(sites), faults(rates)) == ([(4, "trait")], [(3, "rate")])


def test_sketches_are_checked() -> None:
    found = fixture("sketches.csv")
    rows = found["audience_sketch"]
    assert [(r["target"], r["relation"], r["country"], r["method"]) for r in rows] == [
        ("page1", "follow", None, "hll"),
        ("page2", "follow", None, "hll"),
    ]
    (estimate,) = merged((row["method"], row["sketch"]) for row in rows)
    assert (estimate.low, estimate.high) == (20, 20)
    assert faults(found) == [(4, "sketch"), (5, "method"), (6, "sketch")]


def test_sketches_may_be_bytes_of_parquet(tmp_path: Path) -> None:
    rows = sketcher_of(["a", "b"]).rows()
    pq.write_table(rows, tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet")["audience_sketch"] == rows.to_pylist()


def sketcher_of(people: list[str]) -> Sketcher:
    sketcher = Sketcher()
    sketcher.add("follow", pa.table({"account": people, "target": ["page1"] * len(people)}))
    return sketcher


def test_sketches_written_are_read(tmp_path: Path) -> None:
    rows = sketcher_of([f"p{number}" for number in range(40_000)]).rows()
    write_sketches(rows, tmp_path / "x.csv")
    assert read(tmp_path / "x.csv")["audience_sketch"] == rows.to_pylist()
    text = (tmp_path / "x.csv").read_text("utf-8").splitlines()[1].rpartition(",")[2]
    assert base64.b64decode(text) == rows["sketch"][0].as_py()


# --- files as they come


FOLLOWERS = "account,target\nann,page1\nbob,page1\n"


@pytest.mark.parametrize(
    "content",
    [
        FOLLOWERS.encode(),
        FOLLOWERS.encode("utf-8-sig"),
        FOLLOWERS.encode("utf-16"),
        FOLLOWERS.replace(",", "\t").encode(),
        FOLLOWERS.replace(",", ";").replace("\n", "\r\n").encode(),
        f"\n\n{FOLLOWERS.replace('bob', chr(10) + 'bob')}\n\n".encode(),
        b'"account","target"\n"ann","page1"\n"bob","page1"',
        gzip.compress(FOLLOWERS.encode(), mtime=0),
        bz2.compress(FOLLOWERS.encode()),
    ],
)
def test_any_writing_of_a_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    found = read(path)
    assert said(found["follow"]) == [
        {"account": "ann", "target": "page1"},
        {"account": "bob", "target": "page1"},
    ]
    assert "quarantine" not in found


def test_words_that_are_not_utf8(tmp_path: Path) -> None:
    path, notes = tmp_path / "x.csv", []
    path.write_bytes("account,target\nzoë,page1\n".encode("cp1252"))
    _, reader = recognise(Source(path))
    ((_, rows),) = reader.read(Source(path, {}, notes.append))
    assert rows["account"].to_pylist() == ["zoë"] and "Windows-1252" in notes[0]


def test_parquet_of_any_types(tmp_path: Path) -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    columns = {
        "account": pa.array([1, 2], pa.int64()),
        "target": pa.array(["page1", "page1"]).dictionary_encode(),
        "time": pa.array([moment, None], pa.timestamp("us", "UTC")),
        "country": pa.array([None, "RO"], pa.large_string()),
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    rows = read(tmp_path / "x.parquet")["follow"]
    assert [tuple(row.values()) for row in rows] == [
        ("1", "page1", MOMENT, SECOND, None),
        ("2", "page1", None, None, "RO"),
    ]


def test_numbers_beside_missing_ones_as_pandas_writes_them(tmp_path: Path) -> None:
    columns = {"account": [1.0, 2.0], "target": ["page1"] * 2, "time": [MOMENT / SECOND, None]}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    rows = read(tmp_path / "x.parquet")["follow"]
    assert [(row["account"], row["time"]) for row in rows] == [("1", MOMENT), ("2", None)]


def test_a_compressed_file_that_breaks_off_says_where(tmp_path: Path) -> None:
    draw = random.Random(0)
    lines = [f"p{draw.random()},page1" for _ in range(150_000)]
    path = write(tmp_path / "x.csv", "account,target", *lines)
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    found = read(path)
    assert 30_000 < len(found["follow"]) < 90_000
    assert "damaged or cut" in found["quarantine"][-1]["reason"]
    assert found["quarantine"][-1]["line"] >= len(found["follow"]) + 2


# --- the fast reader against the slow one

cell = st.sampled_from(["a", "b c", "", '"q"', '"x,y"', '"two\nlines"', 'in"side', "é", " "])
line = st.lists(cell, min_size=1, max_size=4).map(",".join)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(line, max_size=12), block=st.sampled_from([30, 60, 1 << 20]))
@example(lines=["a,b", "c", "c,d", "e", "f,g"], block=30)
@example(lines=["a", "", "b,c,d", "e,f", "g"], block=30)
def test_rows_are_those_of_the_slow_reader(tmp_path: Path, lines: list[str], block: int) -> None:
    """Lines are those of the file, or count rows where a row may be no line or several."""
    path = write(tmp_path / "x.csv", "account,target", *lines)
    expected, expected_torn = slowly(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "BLOCK", block)
        torn: list[int] = []
        rows = [
            (number, *values)
            for some in streams.streamed(
                Source(path), ["account", "target"], lambda number, *_: torn.append(number)
            )
            for number, *values in zip(
                some.lines, *(column.to_pylist() for column in some.columns.values()), strict=True
            )
        ]
    if "" in lines or any("\n" in line for line in lines):
        assert [row[1:] for row in rows] == [row[1:] for row in expected]
        assert len(torn) == len(expected_torn)
        assert len({*(row[0] for row in rows), *torn}) == len(rows) + len(torn)
    else:
        assert (rows, torn) == (expected, expected_torn)


def slowly(path: Path) -> tuple[list[tuple[Any, ...]], list[int]]:
    torn: list[int] = []
    rows = [
        (line, *values)
        for chunk in chunks(Source(path), ["account", "target"], lambda line, *_: torn.append(line))
        for line, *values in zip(chunk.lines, *chunk.columns.values(), strict=True)
    ]
    return rows, torn


def test_a_quotation_mark_left_open_costs_one_row(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(streams, "BLOCK", 2_000)
    lines = [f"p{number},page1" for number in range(3_000)]
    lines[1_500] = '"p1500,page1'
    found = read(write(tmp_path / "x.csv", "account,target", *lines))
    assert [row["account"] for row in found["follow"]] == [
        f"p{number}" for number in range(3_000) if number != 1_500
    ]
    assert faults(found) == [(1_502, None)]


times = st.one_of(
    st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)).map(
        lambda t: t.isoformat(" ", "seconds")
    ),
    st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)).map(lambda t: t.isoformat() + "Z"),
    st.dates(datetime(1975, 1, 1).date()).map(str),
    st.integers(0, 10**19).map(str),
    st.sampled_from(["", "null", "2020-13-01T00:00:00", "2020-02-30 00:00:00Z", "soon", "3/4/17"]),
)


@settings(max_examples=300)
@given(st.lists(times, max_size=8))
def test_times_are_those_of_the_slow_parser(texts: list[str]) -> None:
    (time, precision), wrong = vectors.times(pa.array(texts, pa.string()))
    assert_same(texts, list(zip(time.to_pylist(), precision.to_pylist(), strict=True)), wrong)


def assert_same(texts: list[str], found: list[Any], wrong: vectors.Faults) -> None:
    for row, text in enumerate(texts):
        if text in ("", "null"):
            assert found[row] == (None, None) and row not in dict(wrong)
            continue
        try:
            expected = parse_time(text)
        except ValueError as error:
            assert dict(wrong)[row] == str(error)
        else:
            assert found[row] == expected and row not in dict(wrong)


ids = st.one_of(
    st.text(max_size=12),
    st.integers(0, 10**20).map(str),
    st.floats(0, 1e20).map(repr),
    st.sampled_from(["", " a ", "NA", "1.0", "9.06E+17", "9e5", "12e3", "1.5.2", "did:plc:1e.5"]),
)


@settings(max_examples=300)
@given(st.lists(ids, max_size=8))
def test_ids_are_those_of_the_slow_parser(texts: list[str]) -> None:
    (found,), wrong = vectors.ids(pa.array(texts, pa.string()))
    for row, text in enumerate(texts):
        try:
            expected = parse_id(text)
        except ValueError as error:
            assert dict(wrong)[row] == str(error)
        else:
            assert found[row].as_py() == expected and row not in dict(wrong)
