"""The case folder: nothing lost, nothing half-written, the same bytes for the same input."""

import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import stand_in
import unswarm
from unswarm import Verdict, log, open_case
from unswarm.errors import CaseError, InputError, PluginError, SettingsError
from unswarm.exporting import file_name
from unswarm.measuring import labelled
from unswarm.model import EVENTS, EVIDENCE, NETWORK
from unswarm.settings import Settings


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(stand_in.POSTS)
    return path


@pytest.fixture
def others(tmp_path):
    path = tmp_path / "others.csv"
    path.write_text(stand_in.OTHERS)
    return path


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.detection.detect", stand_in.detect)
    return open_case(tmp_path / "case")


def count(case, table):
    return case.findings.query(f"SELECT count(*) AS rows FROM {table}").arrow["rows"][0].as_py()


# --- opening


def test_a_case_is_made_and_found_again(tmp_path):
    made = open_case(tmp_path / "new" / "case")
    assert made.sources == []
    assert open_case(made.path, create=False).name == "case"


def test_a_case_that_is_absent_is_not_made_by_mistake(tmp_path):
    with pytest.raises(CaseError, match="No case"):
        open_case(tmp_path / "typo", create=False)
    assert not (tmp_path / "typo").exists()


def test_a_folder_with_something_else_is_no_case(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CaseError, match="is no case"):
        open_case(tmp_path)


def test_a_broken_case_file_is_named(case):
    (case.path / "case.toml").write_text("settings = [")
    with pytest.raises(CaseError, match=r"case\.toml"):
        open_case(case.path)


def test_a_source_written_by_hand_is_explained(case):
    (case.path / "case.toml").write_text("[[sources]]\npath = 'x'\n")
    with pytest.raises(CaseError, match="not as it was written"):
        _ = open_case(case.path).sources


# --- reading


def test_reading_counts_rows_and_lists_the_source(case, posts):
    (reading,) = case.read(posts)
    assert reading.rows["post"] == 9
    (source,) = open_case(case.path).sources
    assert (source.number, source.path, source.size) == (1, str(posts), posts.stat().st_size)
    assert source.precision == 1000
    assert len(source.sha256) == 64
    stored = pq.read_table(case.path / "events" / "post" / "000001.parquet")
    assert stored.column_names == [*EVENTS["post"].columns, "batch"]


def test_the_same_file_is_read_once(case, posts, tmp_path):
    case.read(posts)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(posts.read_bytes())
    (again,) = case.read(copy)
    assert again.skipped
    assert len(case.sources) == 1


def test_rows_that_cannot_be_used_are_kept_with_their_reason(case, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(stand_in.POSTS + "ann,yesterday,a text that is long enough,\n")
    (reading,) = case.read(path)
    assert reading.quarantined == 1
    case.detect()
    (row,) = case.findings.query("SELECT * FROM quarantine")
    assert row["line"] == 11
    assert case.findings.run["counts"]["quarantined"] == 1


def test_a_file_without_a_usable_row_is_refused_and_leaves_nothing(case, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("account,time,text\nann,never,a text that is long enough\n")
    with pytest.raises(InputError):
        case.read(path)
    assert case.sources == []
    assert not list((case.path / "events").rglob("*.parquet"))


def test_a_file_that_is_absent_is_one_sentence(case, tmp_path):
    with pytest.raises(InputError, match=r"none\.csv"):
        case.read(tmp_path / "none.csv")


def test_an_unknown_reader_is_a_settings_error(case, posts):
    with pytest.raises(SettingsError, match="Unknown reader"):
        case.read(posts, reader="twiter_v1")


def test_a_crash_while_reading_leaves_the_case_as_it_was(case, posts, others, monkeypatch):
    case.read(posts)
    with monkeypatch.context() as patch:
        patch.setattr(type(case), "add_source", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            case.read(others)
    assert (case.path / "events" / "post" / "000002.parquet").exists()
    after = open_case(case.path)
    after.detect()
    assert count(after, "account") == 3
    after.read(others)
    after.detect()
    assert count(after, "account") == 8
    assert count(after, "post") == 14


def test_a_second_writer_is_refused(case, posts):
    from unswarm.folder import alone

    with alone(case.path), pytest.raises(CaseError, match="Another unswarm"):
        case.read(posts)


def test_two_handles_on_a_case_lose_nothing(case, posts, others):
    second = open_case(case.path)
    case.read(posts)
    second.read(others)
    assert len(open_case(case.path).sources) == 2


# --- what SQL sees


def test_a_post_in_two_sources_counts_once_and_the_first_wins(case, tmp_path):
    header = "account,time,post,text,url\n"
    row = "ann,2024-03-01 12:00:00,p1,{},https://news.com/1\n"
    for name in ("first", "second"):
        path = tmp_path / f"{name}.csv"
        path.write_text(header + row.format(f"the {name} text of this post"))
        case.read(path, columns={"post": "post", "url": "url"})
    case.detect()
    assert [r["text"] for r in case.findings.query("SELECT text FROM post")] == [
        "the first text of this post"
    ]
    assert count(case, "link") == 1


def test_every_table_of_the_model_can_be_queried(case, posts):
    case.read(posts)
    case.detect()
    for name in (*EVENTS, "quarantine", "comparison", "network", "evidence", "trace", "heavy"):
        assert count(case, name) >= 0


def test_comparison_accounts_are_those_that_only_comparison_sources_hold(case, posts, others):
    others.write_text(stand_in.OTHERS + "ann,2024-03-02 12:00:00,a text of ann here,\n")
    case.read(posts)
    case.read(others, comparison=True)
    case.detect()
    rows = case.findings.query("SELECT account FROM comparison ORDER BY account")
    assert [row["account"] for row in rows] == ["o0", "o1", "o2", "o3", "o4"]


# --- runs


def test_detect_without_data_says_what_to_do(case):
    with pytest.raises(CaseError, match="unswarm read"):
        case.detect()


def test_findings_before_the_first_run(case):
    with pytest.raises(CaseError, match="no run yet"):
        _ = case.findings


def test_detect_writes_the_run_and_the_exports(case, posts):
    case.read(posts)
    found = case.detect()
    assert [row["network"] for row in found.networks] == ["n1"]
    assert {file.name for file in case.exports.iterdir()} == {
        "accounts.csv",
        "networks.csv",
        "edges.csv",
        "report.html",
    }
    run = tomllib.loads((case.path / "runs" / found.run["run"] / "run.toml").read_text())
    assert run["counts"]["posts"] == 9
    assert run["counts"]["confirmed"] == 1
    assert run["power"] == stand_in.POWER
    assert run["settings"]["q"] == 0.01
    timing = tomllib.loads((case.path / "runs" / found.run["run"] / "timing.toml").read_text())
    assert timing["steps"]["detecting"] >= 0
    assert not list(case.path.rglob("*.partial"))


def test_a_confirmed_network_gets_its_words_from_the_measures(case, posts):
    case.read(posts)
    assert [row["label"].split(",")[0] for row in case.detect().networks] == ["coordinated"]


def bytes_of(case: unswarm.Case) -> dict[str, bytes]:
    files = [*case.path.glob("runs/*/*.parquet"), *case.path.glob("runs/*/run.toml")]
    files += case.exports.iterdir()
    return {str(file.relative_to(case.path)): file.read_bytes() for file in files}


def test_the_same_input_gives_the_same_bytes(case, posts, tmp_path):
    found = []
    for folder in ("one", "two"):
        made = open_case(tmp_path / folder / "case")
        made.read(posts)
        made.detect()
        found.append(bytes_of(made))
    assert found[0].keys() == found[1].keys()
    assert [n for n in found[0] if found[0][n] != found[1][n]] == []


def test_a_run_stays_what_it_was_when_more_is_read(case, posts, others):
    case.read(posts)
    case.detect()
    case.read(others)
    assert count(case, "post") == 9
    case.detect()
    assert count(case, "post") == 14
    assert len(list((case.path / "runs").iterdir())) == 2


def test_settings_of_the_case_file_hold_and_can_be_changed_for_a_run(case, posts):
    case.read(posts)
    toml = case.path / "case.toml"
    toml.write_text(
        toml.read_text().replace("\n[settings]", "\n[settings]\nq = 0.005\nwindows = [60]")
    )
    again = open_case(case.path)
    assert again.settings == Settings(q=0.005, windows=(60,))
    assert (
        again.detect(q=0.002).run["settings"] | {"q": 0.002, "windows": [60]}
        == (again.findings.run["settings"])
    )


def test_an_unknown_setting_is_explained(case, posts):
    case.read(posts)
    with pytest.raises(SettingsError, match="did you mean 'windows'"):
        case.detect(window=(60,))


def test_a_measure_that_gives_no_evidence_is_a_plugin_error(case, posts, monkeypatch):
    import pyarrow as pa

    class Broken:
        @staticmethod
        def measure(engine):
            return pa.table({"value": ["many"]})

    case.read(posts)
    monkeypatch.setattr("unswarm.measuring.load", lambda folder: {"broken": Broken})
    with pytest.raises(PluginError, match="Measure 'broken'"):
        case.detect()


def test_measure_again(case, posts):
    case.read(posts)
    case.detect()
    before = bytes_of(case)
    case.measure()
    assert bytes_of(case) == before


def test_innocent_explanations_are_said_once_however_often_they_are_measured():
    network = NETWORK.rows([{"network": "n1", "tier": "confirmed", "signals": "links"}])
    club = {"network": "n1", "measure": "fans", "family": "innocent", "claim": "a fan club: 3."}
    evidence = EVIDENCE.rows([club])
    once = labelled(network, evidence)
    assert once["innocent"].to_pylist() == ["a fan club: 3."]
    assert labelled(once, evidence) == once


# --- a list


def test_a_list_is_tested_by_ids_and_handles(case, posts):
    case.read(posts)
    case.detect()
    found = case.test(["@Ann", "bob", "nobody "])
    assert found.run["listed"] == ["ann", "bob"]
    assert found.run["missing"] == ["nobody"]
    assert [m["account"] for m in found.membership] == ["ann", "bob"]
    assert (case.list_exports(found) / "report.html").exists()
    assert len(case.findings.membership) == 3


def test_a_list_that_is_not_in_the_data(case, posts):
    case.read(posts)
    with pytest.raises(CaseError, match="0 of the 2 listed accounts"):
        case.test(["x", "y"])


# --- decisions and exports


def test_decisions_are_kept_with_reason_and_members(case, posts):
    case.read(posts)
    case.detect()
    case.decide("n1", Verdict.AUTHENTIC, "a fan club", who="kim")
    case.decide("ann", "undecided", "read one post", who="kim")
    network, ann = open_case(case.path).decisions
    assert (network["network"], network["verdict"]) == ("n1", "authentic")
    assert network["members"] == ["ann", "bob", "eve"]
    assert (ann["account"], ann["who"], ann["reason"]) == ("ann", "kim", "read one post")


@pytest.mark.parametrize(
    ("subject", "verdict", "reason", "error"),
    [
        ("n1", "guilty", "why", SettingsError),
        ("n1", "authentic", "  ", SettingsError),
        ("n7", "authentic", "why", CaseError),
    ],
)
def test_decisions_that_say_too_little_are_refused(case, posts, subject, verdict, reason, error):
    case.read(posts)
    case.detect()
    with pytest.raises(error):
        case.decide(subject, verdict, reason)
    assert case.decisions == []


def test_a_log_that_was_changed_closes_the_case(case, posts):
    case.read(posts)
    path = case.path / "log.jsonl"
    path.write_text(path.read_text().replace("posts.csv", "other.csv"))
    with pytest.raises(CaseError, match="line 1"):
        open_case(case.path)


def test_exports_are_logged(case, posts, tmp_path):
    case.read(posts)
    case.detect()
    written = case.export("graphml", tmp_path / "graph" / "mine.graphml")
    assert written.read_text().startswith("<graphml")
    assert log.entries(case.path / "log.jsonl")[-1]["act"] == "export"


@pytest.mark.parametrize("asked", ["accounts", "accounts.csv", "ACCOUNTS_CSV"])
def test_formats_are_found_however_they_are_written(case, posts, asked):
    case.read(posts)
    case.detect()
    assert case.export(asked) == case.exports / "accounts.csv"


def test_an_unknown_format_is_explained(case, posts):
    case.read(posts)
    case.detect()
    with pytest.raises(SettingsError, match="did you mean 'graphml'"):
        case.export("grafml")


def test_file_names():
    assert file_name("accounts_csv", ".csv") == "accounts.csv"
    assert file_name("report", ".html") == "report.html"
    assert file_name("gexf", ".gexf") == "networks.gexf"


def test_cases_and_findings_read_well(case, posts):
    assert repr(case) == "case case: 0 sources, 0 rows of posts"
    case.read(posts)
    assert "1 confirmed networks" in repr(case.detect())
    assert isinstance(case.report, Path)
