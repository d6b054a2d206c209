"""A mapping file: what lies where in an export that no reader knows."""

import json
import re
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import Rows, write

from unswarm import open_case
from unswarm.errors import InputError, SettingsError
from unswarm.model import DAY, MINUTE, SECOND
from unswarm.readers import Source, mapped, recognise
from unswarm.readers._parts.paths import find, leads, parse_path, paths_in

PAGE = Path(__file__).parents[1] / "data" / "mapping" / "page.json"
DOCUMENT = Path(__file__).parents[2] / "docs" / "mapping.md"
FIELDS = '[fields]\naccount = "user"\ntime = "at"\n'


def read(path: Path, mapping: str, **besides: str) -> Rows:
    source = Source(path, {"m.toml": mapping, **besides})
    name, module = recognise(source)
    assert name == "mapped"
    found: Rows = {}
    for table, rows in module.read(source):
        found.setdefault(table, []).extend(rows.to_pylist())
    return found


def one(tmp_path: Path, mapping: str, **record: object) -> Rows:
    return read(write(tmp_path / "x.jsonl", json.dumps(record)), mapping)


def times(tmp_path: Path, head: str, *values: object) -> tuple[list[tuple[int, int]], list[str]]:
    """What becomes of times: (time, precision) of the posts, reasons of what was rejected."""
    rows = [json.dumps({"user": "ann", "at": value}) for value in values]
    found = read(write(tmp_path / "x.jsonl", *rows), head + FIELDS)
    posts = [(post["time"], post["precision"]) for post in found.get("post", ())]
    return posts, [row["reason"] for row in found.get("quarantine", ())]


# --- the document


def examples() -> dict[str, str]:
    text = DOCUMENT.read_text("utf-8")
    return dict(re.findall(r"<!-- mapping: (\S+) -->\n```\w+\n(.*?)```", text, re.DOTALL))


def test_the_example_of_the_document_does_what_it_says(tmp_path: Path) -> None:
    for name, content in examples().items():
        (tmp_path / name).write_text(content, "utf-8")
    said = mapped.carried(tmp_path / "mapping.toml")
    found = read(tmp_path / "page.json", said["mapping.toml"])
    assert [(post["account"], post["text"]) for post in found["post"]] == [
        *(("11", "Read this"), ("12", "Read this too")),
    ]
    second = found["post"][1]
    assert (
        second["time"]
        == datetime(2023, 11, 13, 11, 30, 20, tzinfo=ZoneInfo("Europe/Kyiv")).timestamp() * 1_000
    )
    assert (second["precision"], second["kind"], second["target_post"]) == (SECOND, "repost", "1")
    assert (second["platform"], second["place"], second["views"]) == ("bakehouse", "bakers", 50)
    assert second["language"] == "uk"
    assert len([link for link in found["link"] if link["post"] == second["post"]]) == 2
    assert {(a["handle"], a["kind"]) for a in found["account"]} == {
        *(("ann", "person"), ("bob", "person")),
    }


def test_the_document_names_every_field() -> None:
    text = DOCUMENT.read_text("utf-8")
    for field in mapped.FIELDS:
        group = field.split("_")[0]
        assert f"`{field}`" in text or (group in ("quote", "reply") and f"`{group}_…`" in text)


def test_the_error_of_the_document_is_the_one_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(examples()["page.json"], "utf-8")
    wrong = examples()["mapping.toml"].replace("links[].href", "links.href")
    with pytest.raises(InputError) as error:
        read(tmp_path / "page.json", wrong)
    shown = re.search(r"```\n(mapping\.toml, .*?)\n```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert shown
    expected = shown[1].replace("\n", " ").replace("mapping.toml", "m.toml")
    assert str(error.value) == expected.replace("page.json", str(tmp_path / "page.json"))


# --- cases


def test_a_case_keeps_what_the_mapping_said(tmp_path: Path) -> None:
    for name, content in examples().items():
        (tmp_path / name).write_text(content, "utf-8")
    case = open_case(tmp_path / "case")
    said = mapped.carried(tmp_path / "mapping.toml")
    (reading,) = case.read(tmp_path / "page.json", columns=said)
    assert reading.reader == "mapped"
    assert reading.notes[0].startswith("mapping.toml: account ← user.id, ")
    (taken,) = open_case(tmp_path / "case").sources
    assert taken.columns == said
    assert tomllib.loads(taken.columns["mapping.toml"])["time_zone"] == "Europe/Kyiv"


def test_the_command_takes_a_mapping_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from unswarm import cli

    monkeypatch.chdir(tmp_path)
    for name, content in examples().items():
        (tmp_path / name).write_text(content, "utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["unswarm", "read", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    status, _ = run("page.json", "--case", "a", "--map", "mapping.toml", "--map", "text=body.full")
    assert status == 0
    taken = open_case(tmp_path / "a").sources[0]
    assert (taken.reader, taken.columns["text"]) == ("mapped", "body.full")
    status, said = run("page.json", "--case", "b", "--map", "absent.toml")
    assert status == 2 and "absent.toml" in said and "--map takes" in said
    status, said = run("page.json", "--case", "c", "--map", "mapping.toml", "--map", "mapping.toml")
    assert status == 2 and "one mapping file" in said
    status, said = run("page.json", "--case", "d", "--reader", "mapped")
    assert status == 2 and "No mapping file was given" in said


def test_other_runs_for_other_mappings(tmp_path: Path) -> None:
    from unswarm.runs import statement
    from unswarm.settings import Settings

    runs = set()
    for number, zone in enumerate(("Europe/Kyiv", "Europe/Berlin")):
        for name, content in examples().items():
            (tmp_path / name).write_text(content.replace("Europe/Kyiv", zone), "utf-8")
        case = open_case(tmp_path / f"case{number}")
        case.read(tmp_path / "page.json", columns=mapped.carried(tmp_path / "mapping.toml"))
        runs.add(statement(Settings(), case.sources, None, ())["run"])
    assert len(runs) == 2


# --- what is read


def test_records_inside_a_page_alternatives_and_rows_that_cannot_be_used() -> None:
    mapping = """
        records = "hits.hits[]._source"
        platform = "bakehouse"
        time_format = "%d.%m.%Y %H:%M"
        time_zone = "Europe/Kyiv"
        [fields]
        account = "user.id"
        handle = "user.name"
        time = "created"
        text = ["body.text", "title"]
        urls = "links[].href"
        place = "group.id"
        views = "stats.views"
    """
    found = read(PAGE, mapping)
    assert [(post["text"], post["precision"]) for post in found["post"]] == [
        *(("Read this", MINUTE), ("A title", MINUTE)),
    ]
    assert [link["url"] for link in found["link"]] == [
        *("https://news.example.com/1", "https://news.example.com/2"),
    ]
    (rejected,) = found["quarantine"]
    assert rejected["field"] == "time"
    assert rejected["reason"] == "not a time in the form %d.%m.%Y %H:%M"


def test_columns_of_a_table_and_constants(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.csv",
        *("who;when;what", "ann;2023-11-13T10:00:00Z;hi", "bob;2023-11-13T10:00:01Z;ho", ";;"),
    )
    mapping = """
        kind = "original"
        time_format = "iso"
        [fields]
        account = ["id", "who"]
        time = "when"
        text = "what"
        [constants]
        place = "square"
    """
    found = read(path, mapping)
    assert [(post["account"], post["kind"], post["place"]) for post in found["post"]] == [
        *(("ann", "original", "square"), ("bob", "original", "square")),
    ]
    assert len(found["quarantine"]) == 1


def test_profiles_where_there_is_no_time(tmp_path: Path) -> None:
    mapping = """
        time_format = "%d/%m/%Y"
        account_kind = "group"
        [fields]
        account = "id"
        created = "since"
        followers = "size"
    """
    found = one(tmp_path, mapping, id=7, since="02/03/2020", size="1,234")
    assert list(found) == ["account"]
    (account,) = found["account"]
    assert (account["account"], account["kind"], account["followers"]) == ("7", "group", 1_234)
    assert account["created"] == datetime(2020, 3, 2, tzinfo=ZoneInfo("UTC")).timestamp() * 1_000
    assert account["created_precision"] == DAY


def test_text_in_parts_is_put_together(tmp_path: Path) -> None:
    mapping = FIELDS + 'text = "parts[].t"\nhashtags = "tags[].name"\nurl = "links[0]"'
    found = one(
        tmp_path,
        mapping,
        user="ann",
        at="2023-11-13T10:00:00Z",
        parts=[{"t": "one"}, {"u": 1}, {"t": "two"}],
        tags=[{"name": "A b"}, {"name": "C"}],
        links=["https://news.example.com/1", "https://news.example.com/2"],
    )
    assert found["post"][0]["text"] == "one\ntwo"
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["a b", "c"]
    assert len(found["link"]) == 1


def test_records_that_lie_elsewhere_are_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.jsonl",
        *('{"hits": [{"user": "ann", "at": 1700000000}, 7]}', '{"error": "none"}', '{"hits": []}'),
    )
    found = read(path, 'records = "hits[]"\n' + FIELDS)
    assert len(found["post"]) == 1
    assert [row["reason"] for row in found["quarantine"]] == [
        *("not an object", "nothing lies at this path"),
    ]


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"user": "ann", "by": "bob", "at": 1700000000}')
    assert read(path, FIELDS, account="by")["post"][0]["account"] == "bob"


@pytest.mark.parametrize("value", [{"a": 1}, ["x", {"y": 2}], 10**30, 1.5, True, "", None])
def test_values_of_any_type_are_survived(tmp_path: Path, value: object) -> None:
    fields = ("text", "views", "place", "name", "followers", "urls", "target_post", "created")
    mapping = FIELDS + "".join(f'{field} = "x"\n' for field in fields)
    found = one(tmp_path, mapping, user="ann", at=1_700_000_000, x=value)
    assert len(found["post"]) == 1


# --- times


def test_a_zone_is_minded_in_summer_and_winter(tmp_path: Path) -> None:
    head = 'time_format = "iso"\ntime_zone = "Europe/Berlin"\n'
    found, wrong = times(
        tmp_path,
        head,
        *("2023-01-01 12:00:00", "2023-07-01T12:00", "2023-07-01T12:00:00.123+00:00"),
    )
    assert found == [
        (1_672_570_800_000, SECOND),
        (1_688_205_600_000, MINUTE),
        (1_688_212_800_123, 1),
    ]
    assert not wrong


def test_times_that_came_twice_or_never_are_set_aside(tmp_path: Path) -> None:
    head = 'time_format = "%Y-%m-%d %H:%M:%S"\ntime_zone = "Europe/Berlin"\n'
    found, wrong = times(
        tmp_path, head, "2023-10-29 02:30:00", "2023-03-26 02:30:00", "2023-10-29 03:00:00"
    )
    assert found == [(1_698_544_800_000, SECOND)]
    assert wrong == [
        "a local time that came twice: the clocks went back",
        "a local time that came never: the clocks went forward",
    ]


def test_a_day_is_that_day_in_every_zone(tmp_path: Path) -> None:
    head = 'time_format = "%Y-%m-%d"\ntime_zone = "Asia/Tokyo"\n'
    assert times(tmp_path, head, "2023-11-13", "2023-11-14") == (
        [(1_699_833_600_000, DAY), (1_699_920_000_000, DAY)],
        [],
    )


def test_unix_times_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    seconds, milliseconds = 'time_format = "unix"\n', 'time_format = "unix_ms"\n'
    assert times(tmp_path, seconds, 1_700_000_001, "1700000001.25") == (
        [(1_700_000_001_000, SECOND), (1_700_000_001_250, 1)],
        [],
    )
    assert times(tmp_path, milliseconds, 1_700_000_000_123)[0] == [(1_700_000_000_123, 1)]
    _, wrong = times(tmp_path, seconds, 1_700_000_000_123, "x", None, True, float("nan"))
    assert wrong[0].endswith("are they seconds or milliseconds?")
    assert wrong[1:] == ["not a unix time", "no time", "not a unix time", "not a unix time"]


@given(st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1)))
def test_a_pattern_reads_what_it_writes(moment: datetime) -> None:
    pattern = "%d.%m.%Y %H:%M:%S.%f"
    clock = mapped._clock("m.toml", pattern, None)
    assert clock
    time, _ = clock(moment.strftime(pattern))
    since = moment - datetime(1970, 1, 1)
    assert time == (since.days * 86_400 + since.seconds) * SECOND + since.microseconds // 1_000


# --- errors


@pytest.mark.parametrize(
    ("mapping", "field", "message"),
    [
        ("fields = 1", "fields", "no table"),
        ("[fields\n", None, "This is no TOML"),
        ('feilds = "x"\n' + FIELDS, "feilds", "did you mean 'fields'"),
        (FIELDS + 'txt = "t"', "fields.txt", "did you mean 'text'"),
        (FIELDS + 'text = "a..b"', "fields.text", "'a..b' is no path"),
        (FIELDS + "text = 5", "fields.text", "is no path"),
        (FIELDS + "text = []", "fields.text", "No path is given"),
        (FIELDS + 'url = "links[]"', "fields.url", r"'links\[0\]', or map urls"),
        (FIELDS + 'place = "g[].id"', "fields.place", "leads to several values"),
        (FIELDS + 'text = "body.txt"', "fields.text", r"did you mean 'body\.text'"),
        ('time_zone = "Europe/Kyjiv"\ntime_format = "iso"\n' + FIELDS, "time_zone", "Europe/Kyiv"),
        ('time_zone = "Europe/Kyiv"\n' + FIELDS, "time_zone", "time_format"),
        ('time_zone = "Europe/Kyiv"\ntime_format = "unix"\n' + FIELDS, "time_zone", "no time zone"),
        ('time_format = "dd.mm"\n' + FIELDS, "time_format", "is no form of time"),
        ('time_format = "%H:%M"\n' + FIELDS, "time_format", "has no year"),
        ('time_format = "%Y %Q"\n' + FIELDS, "time_format", "cannot be read by"),
        ('kind = "retweet"\n' + FIELDS, "kind", "is no kind of post"),
        ("platform = true\n" + FIELDS, "platform", "no text or number"),
        (FIELDS + 'kind = "k"\n[constants]\nkind = "reply"', "kind", "said twice"),
        (FIELDS + '[constants]\nplaec = "x"', "constants.plaec", "did you mean 'place'"),
        ('[fields]\ntime = "at"', "fields.account", "Nothing tells the account"),
        ('records = "hits..x"\n' + FIELDS, "records", "is no path"),
        ('records = "bodies"\n' + FIELDS, "records", "did you mean 'body'"),
        ('optional = ["url"]\n' + FIELDS, "optional", "is not under"),
        ("optional = 1\n" + FIELDS, "optional", "is no list"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, mapping: str, field: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        one(tmp_path, mapping, user="ann", at=1_700_000_000, body={"text": "hi"})
    assert (error.value.source, error.value.field) == ("m.toml", field)
    assert error.value.hint


def test_what_the_data_may_lack_is_said(tmp_path: Path) -> None:
    mapping = 'optional = ["url"]\n' + FIELDS + 'url = "link"'
    assert "link" not in one(tmp_path, mapping, user="ann", at=1_700_000_000)
    nulls = one(tmp_path, FIELDS + 'url = "a.link"', user="ann", at=1_700_000_000, a=None)
    assert len(nulls["post"]) == 1  # null hides what it might hold


def test_a_field_on_the_command_line_needs_no_file() -> None:
    with pytest.raises(InputError, match="No mapping file was given"):
        list(mapped.read(Source(PAGE, {"account": "x"})))
    assert not mapped.recognises(Source(PAGE, {"account": "x"}))
    with pytest.raises(SettingsError, match=r"m\.toml"):
        list(
            recognise(Source(PAGE, {"m.toml": FIELDS}), "tables")[1].read(
                Source(PAGE, {"m.toml": FIELDS})
            )
        )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        mapped.carried(path)


# --- paths


JSON = st.recursive(
    st.none() | st.integers() | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("a", "b", "c d")), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_every_path_that_is_listed_leads_somewhere(record: object) -> None:
    for written in paths_in(record):
        if written and not written.startswith("["):
            assert leads(record, parse_path(written))


@given(JSON)
def test_a_path_finds_what_steps_find(record: object) -> None:
    inner = record.get("a") if isinstance(record, dict) else None
    items = inner if isinstance(inner, list) else []
    expected = [i["b"] for i in items if isinstance(i, dict) and i.get("b") is not None]
    assert find(record, parse_path("a[].b")) == expected
    assert find(record, parse_path("a[0].b")) == (
        inner[0].get("b")
        if isinstance(inner, list) and inner and isinstance(inner[0], dict)
        else None
    )


def test_a_key_that_holds_dots_is_found_first() -> None:
    record = {"user": {"id": 1, "a.b": {"c": 3}}, "user.id": 2}
    assert find(record, parse_path("user.id")) == 2
    assert find(record, parse_path("user.a.b.c")) == 3


def test_records_of_one_line_are_posts_of_their_own(tmp_path: Path) -> None:
    rows = [{"user": user, "at": 1_700_000_000} for user in ("ann", "bob", "eve")]
    found = read(write(tmp_path / "x.json", json.dumps(rows), json.dumps(rows[0])), FIELDS)
    assert [post["post"] for post in found["post"]] == [
        *("x.json:1", "x.json:1.1", "x.json:1.2", "x.json:2"),
    ]
