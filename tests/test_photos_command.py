"""`unswarm photos`, `photos calibrate` and `detect --photos`, as a person runs them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="the photos extra is absent")

HERE = Path(__file__).parent / "data" / "photos"


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unswarm", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two groups of the fixtures, tested once."""
    folder = tmp_path_factory.mktemp("photos")
    done = run(folder, "photos", HERE / "groups.csv", "--case", "faces")
    assert done.returncode == 0, done.stderr
    assert "Generated faces in 1 of 2 groups" in done.stdout
    return folder / "faces"


def groups(case: Path) -> dict[str, dict[str, str]]:
    with (case / "exports" / "photo_groups.csv").open(newline="", encoding="utf-8") as file:
        return {row["network"]: row for row in csv.DictReader(file)}


def test_generated_faces_are_found_as_a_group(case: Path) -> None:
    found = groups(case)["generated"]
    assert (found["photos"], found["on_template"], found["generated"]) == ("12", "8", "yes")
    assert float(found["q"]) < 1e-9
    assert float(found["share_low"]) < 8 / 12 < float(found["share_high"])


def test_faces_of_diffusion_models_and_avatars_are_not(case: Path) -> None:
    found = groups(case)["unaligned"]
    assert (found["on_template"], found["generated"], found["no_face"]) == ("0", "no", "4")
    assert float(found["p"]) > 0.05


def test_every_photo_has_a_row_with_a_share_and_no_verdict(case: Path) -> None:
    text = (case / "exports" / "photos.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 26
    for row in rows:
        if row["result"] == "one face":
            low, share, high = (float(row[f"aligned{end}"]) for end in ("_low", "", "_high"))
            assert low <= share <= high
        else:
            assert row["aligned"] == row["on_template"] == ""
    assert "generated" not in text.splitlines()[0]


def test_the_page_is_there_and_shows_no_single_photo(case: Path) -> None:
    page = (case / "exports" / "photos.html").read_text("utf-8")
    assert "no clearance" in page
    assert "data:image/jpeg" not in page


def test_photos_are_not_kept(case: Path) -> None:
    kept = {path.suffix for path in case.rglob("*") if path.is_file()}
    assert kept <= {".toml", ".jsonl", ".parquet", ".csv", ".html"}


def test_the_same_album_twice_changes_nothing(case: Path) -> None:
    before = groups(case)
    done = run(case.parent, "photos", HERE / "groups.csv", "--case", "faces")
    assert "the case holds these already" in done.stderr
    assert groups(case) == before


def test_json_says_the_same(case: Path) -> None:
    done = run(case.parent, "photos", "--case", "faces", "--groups", HERE / "groups.csv", "--json")
    said = json.loads(done.stdout)
    assert {row["network"]: row["p"] for row in said["groups"]} == {
        name: row["p"] for name, row in groups(case).items()
    }
    assert said["photos"] == {"no face": 4, "one face": 22}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["photos", "calibrat"], "did you mean 'calibrate'?"),
        (["photos", "missing/"], "there is no such file or folder"),
        (["photos"], "No case here"),
        (["photos", HERE / "PROVENANCE.md", "--case", "x"], "it has no column 'account'"),
        (
            ["photos", "calibrate", HERE, "--to", "x.json"],
            "too few for a calibration",
        ),
        (["photos", HERE, "--calibration", HERE / "groups.csv", "--case", "y"], "it is no JSON"),
        (["photos", HERE, "--groups", HERE / "LICENSE-SFHQ", "--case", "z"], "no column 'group'"),
    ],
)
def test_what_a_person_can_mend_ends_with_a_hint(
    tmp_path: Path, arguments: list[str | Path], says: str
) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_detect_takes_photos_of_the_accounts_in_the_posts(tmp_path: Path) -> None:
    """By id and by handle in capitals; a photo of nobody in the posts is left out."""
    posts = ["account,handle,time,text"]
    posts += [f"{n},person_{n},2024-01-0{n}T10:00:00Z,hello number {n}" for n in range(1, 5)]
    (tmp_path / "posts.csv").write_text("\n".join(posts), "utf-8")
    faces = tmp_path / "faces"
    faces.mkdir()
    for name in ("1", "PERSON_2", "stranger"):
        shutil.copy(HERE / "diff_t2i_000.jpg", faces / f"{name}.jpg")
    (faces / "3.jpg").write_text("<html>not found</html>", "utf-8")
    done = run(tmp_path, "detect", "posts.csv", "--case", "c", "--photos", "faces")
    assert done.returncode == 0, done.stderr
    assert "3 one face, 1 unreadable" in done.stderr
    with (tmp_path / "c" / "exports" / "photos.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["account"]: row for row in csv.DictReader(file)}
    assert {account: row["result"] for account, row in rows.items()} == {
        "1": "one face", "2": "one face", "3": "unreadable",
    }  # fmt: skip
    assert rows["1"]["same"] == "1"
    shown = run(tmp_path, "show", "@person_2", "--case", "c").stdout
    assert "of real profile photos" in shown
    assert "no proof of anything" in shown
