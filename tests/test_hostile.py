"""Odd and hostile files: each gives a clear result, none a fault."""

import gzip
import sys

import pytest

from unswarm import cli, open_case

HEADER = "account,time,text,url\n"
ROW = "{who},2024-03-01 12:00:{second:02},a text that is long enough {n},https://news.com/{n}\n"
MARKUP = "<script>alert(1)</script>"


def rows(accounts, objects, second=lambda who, n: (7 * n + who) % 60):
    return HEADER + "".join(
        ROW.format(who=f"a{who}", second=second(who, n), n=n)
        for n in range(objects)
        for who in range(accounts)
    )


READ = {
    "one row": rows(1, 1),
    "one account": rows(1, 40),
    "all at the same time": rows(12, 12, lambda who, n: 0),
    "embedded newlines": HEADER + 'ann,2024-03-01 12:00:00,"two\nlines, one ""post""",\n' * 3,
    "no final newline": rows(3, 3).rstrip("\n"),
    "a line of ten megabytes": rows(2, 2) + f"ann,2024-03-01 12:00:00,{'x' * 10_000_000},\n",
    "a cut last line": rows(3, 3) + 'ann,2024-03-01 12:00:00,"never clo',
    "markup in names": rows(4, 6).replace("a1,", f'"{MARKUP}",'),
    "windows line ends": rows(3, 3).replace("\n", "\r\n"),
    "null bytes": rows(3, 3) + "b\0b,2024-03-01 12:00:00,a text\0 long enough,\n",
    "quotes in ids": rows(3, 3).replace("a1,", "o'neil,"),
}
REFUSED = {
    "empty": b"",
    "only blanks": b"\n \n",
    "only a header": HEADER.encode(),
    "binary": bytes(range(256)) * 50,
    "no times": b"account,text\nann,hello there to all\n",
    "broken gzip": gzip.compress(rows(3, 3).encode())[:20],
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
}


@pytest.fixture
def unswarm(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["unswarm", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


@pytest.mark.parametrize("name", READ)
def test_odd_files_give_a_result(unswarm, tmp_path, name):
    (tmp_path / "posts.csv").write_bytes(READ[name].encode())
    code, out, err = unswarm("detect", "posts.csv", "--set", "stability=false")
    assert code == 0, err
    assert "No network confirmed" in out
    assert MARKUP not in (tmp_path / "posts/exports/report.html").read_text("utf-8")


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_cannot_be_read_are_one_sentence(unswarm, tmp_path, name):
    (tmp_path / "posts.csv").write_bytes(REFUSED[name])
    code, out, err = unswarm("detect", "posts.csv", "--quiet")
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert "posts.csv" in err
    assert err.count("\n") == 1


def test_another_encoding_is_read(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_bytes(rows(3, 3).replace("a1,", "bjørn,").encode("cp1252"))
    case = open_case(tmp_path / "case")
    (reading,) = case.read(path)
    assert reading.rows["post"] == 9
    assert any("UTF-8" in note for note in reading.notes)


def test_a_folder_of_files_is_read_file_by_file(unswarm, tmp_path):
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, accounts in (("a.csv", 2), ("b.csv", 3)):
        (folder / name).write_text(rows(accounts, 3))
    assert unswarm("read", "posts", "--case", "mine")[0] == 0
    assert len(open_case(tmp_path / "mine").sources) == 2
