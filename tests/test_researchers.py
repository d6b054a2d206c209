"""Data goes to researchers in advance, under pseudonyms, and their word comes back."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

import stand_in
from unswarm import log
from unswarm.cli import app
from unswarm.errors import CaseError, InputError, SettingsError
from unswarm.release import verify

TODAY = datetime.now(UTC).date()
TOMORROW, YESTERDAY = (f"{TODAY + timedelta(days=days)}" for days in (1, -1))


@pytest.fixture
def case(tmp_path, monkeypatch):
    return stand_in.detected(tmp_path, monkeypatch)


def users(path, name):
    with zipfile.ZipFile(path) as pack:
        text = pack.read(f"{name}_users_csv_hashed.csv").decode()
    return [row["userid"] for row in csv.DictReader(io.StringIO(text))]


def opinions(tmp_path, *rows):
    path = tmp_path / "findings.csv"
    lines = ["account,label,note,source", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_release_is_signed_and_written_down(case):
    path = case.export("release", name="spring", embargo=TOMORROW)
    assert path == case.exports / "spring.zip"
    assert verify(path) == []
    made = case.desk.record.releases["spring"]
    assert (made.embargo, made.path) == (TOMORROW, str(path.resolve()))


def test_two_releases_cannot_be_joined_by_their_pseudonyms(case):
    one, other = (case.export("release", name=name) for name in ("one", "other"))
    assert len(users(one, "one")) == len(users(other, "other")) == 3
    assert not set(users(one, "one")) & set(users(other, "other"))


def test_a_release_made_again_is_the_same(case):
    first = case.export("release", name="one").read_bytes()
    assert case.export("release", name="one").read_bytes() == first


def test_an_embargo_that_has_run_out_is_refused(case):
    with pytest.raises(SettingsError, match="has run out"):
        case.export("release", name="spring", embargo=YESTERDAY)
    assert not (case.exports / "spring.zip").exists()
    assert not case.desk.record.releases


def test_a_release_whose_embargo_ran_out_is_not_shared(case):
    path = case.export("release", name="spring")
    case.desk.released("spring", log_digest(case), path, YESTERDAY)
    with pytest.raises(SettingsError, match="has run out"):
        case.desk.share("spring", "an observatory")


def log_digest(case):
    return case.desk.record.releases["spring"].sha256


def test_recipients_are_written_down(case):
    case.export("release", name="spring", embargo=TODAY.isoformat())
    case.desk.share("spring", "an observatory", "kim")
    case.desk.share("spring", "a newsroom", "ann")
    given = case.desk.record.releases["spring"].recipients
    assert [(to, who) for to, who, _ in given] == [("an observatory", "kim"), ("a newsroom", "ann")]


def test_another_file_is_not_shared(case):
    path = case.export("release", name="spring")
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CaseError, match="not the file that was made"):
        case.desk.share("spring", "an observatory")
    path.unlink()
    with pytest.raises(CaseError, match="not the file that was made"):
        case.desk.share("spring", "an observatory")


def test_opinions_on_pseudonyms_come_back_to_accounts(case, tmp_path):
    shown = users(case.export("release", name="spring"), "spring")
    rows = [(name, "fake", "same words", "Observatory") for name in shown]
    reading = case.read_opinions(opinions(tmp_path, *rows, ("nobody", "fake", "", "x")))
    assert (reading.rows, reading.quarantined) == ({"opinion": 3}, 1)
    said = case.desk.record.opinions
    assert {each.account for each in said} == {"ann", "bob", "eve"}
    assert {each.source for each in said} == {"Observatory"}


def test_opinions_by_id_need_no_release(case, tmp_path):
    case.read_opinions(opinions(tmp_path, ("@Ann", "person", "met her", "Observatory")))
    assert [each.account for each in case.desk.record.opinions] == ["ann"]


def test_rejected_opinions_are_listed_with_their_reason(case, tmp_path):
    path = opinions(tmp_path, ("ann", "fake", "", "x"), ("nobody", "fake", "", "x"))
    (note,) = case.read_opinions(path).notes
    rows = list(csv.reader((case.exports / "rejected-findings.csv").open()))
    assert str(case.exports) in note
    assert rows[1][:3] == ["3", "nobody", "no account of this case"]


def test_a_file_of_opinions_is_read_once(case, tmp_path):
    path = opinions(tmp_path, ("ann", "fake", "", "x"))
    case.read_opinions(path)
    assert case.read_opinions(path).skipped
    assert sum(line["act"] == "opinions" for line in log.entries(case.path / "log.jsonl")) == 1


def test_opinions_on_nobody_are_refused(case, tmp_path):
    with pytest.raises(InputError, match="none of its rows can be used"):
        case.read_opinions(opinions(tmp_path, ("nobody", "fake", "", "x")))


def test_decided_networks_are_released_and_cleared_ones_are_not(case):
    case.decide("n1", "authentic", "a choir")
    assert users(case.export("release", name="cleared"), "cleared") == []
    case.decide("n1", "inauthentic", "no choir")
    assert len(users(case.export("release", name="decided"), "decided")) == 3
    case.decide("bob", "authentic", "met him")
    assert len(users(case.export("release", name="two"), "two")) == 2


# --- commands


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_way_of_a_release(case, tmp_path):
    made = run("export", "release", "--option", "name=spring", "--case", case.path)
    assert made.stdout.strip().endswith("spring.zip")
    shared = run("share", "spring", "an observatory", "--who", "kim", "--case", case.path)
    assert "for an observatory" in shared.stdout
    checked = run("verify", case.exports / "spring.zip")
    assert "every file is as it was made" in checked.stdout
    back = opinions(tmp_path, (users(case.exports / "spring.zip", "spring")[0], "fake", "", "x"))
    read = run("read", back, "--opinions", "--json", "--case", case.path)
    assert json.loads(read.stdout)["sources"][0]["rows"] == {"opinion": 1}


def test_a_changed_pack_is_seen(case, tmp_path):
    path = case.export("release", name="spring")
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as pack, zipfile.ZipFile(changed, "w") as copy:
        for name in pack.namelist():
            copy.writestr(name, pack.read(name) + (b"x" if name == "README.md" else b""))
    with pytest.raises(InputError, match=r"README\.md was changed"):
        raise run("verify", changed).exception
    with pytest.raises(InputError, match="another key"):
        raise run("verify", path, "--key", "00" * 32).exception
