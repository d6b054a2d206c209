"""Opening files: compressed, damaged, in any encoding; and finding who reads them."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from reading import read, write

from unswarm.errors import InputError, SettingsError
from unswarm.readers import Source, recognise, sources

TEXT = "account,time,text\n" + "".join(f"a{i},2020-01-01 10:00:{i:02},hi\n" for i in range(60))


@pytest.mark.parametrize(
    "compress",
    [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress, bytes],
)
def test_the_content_says_how_it_is_compressed(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "posts.csv"  # the name says nothing of it
    path.write_bytes(compress(TEXT.encode()))
    assert Source(path).head(7) == b"account"
    assert len(read(path)["post"]) == 60


def test_zstd_frames_one_after_another(tmp_path: Path) -> None:
    path, text = tmp_path / "posts.zst", TEXT.encode()
    path.write_bytes(b"".join(zstandard.compress(part) for part in (text[:70], text[70:])))
    assert len(read(path)["post"]) == 60


def test_a_zip_holds_one_file(tmp_path: Path) -> None:
    path = tmp_path / "posts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("posts.csv", TEXT)
        archive.writestr("__MACOSX/._posts.csv", "x")
    assert len(read(path)["post"]) == 60
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", TEXT)
    with pytest.raises(InputError, match=r"posts\.csv, more\.csv"):
        recognise(Source(path))


def test_an_office_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "")
    with pytest.raises(InputError, match="save the sheet as CSV"):
        recognise(Source(path))


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress, bz2.compress])
def test_what_a_cut_file_still_holds_is_read(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "posts.csv.gz"
    rows = "".join(f"a{i},2020-01-01 10:00:00,{i * i * 7919:x}\n" for i in range(100_000))
    packed = compress(f"account,time,text\n{rows}".encode())
    path.write_bytes(packed[: len(packed) // 2])
    found = read(path)
    assert 1_000 < len(found["post"]) < 100_000
    assert "damaged or cut" in found["quarantine"][0]["reason"]
    with pytest.raises(InputError, match="damaged or cut"):
        list(Source(path).text_lines())


def test_a_byte_order_mark_says_the_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        path = write(tmp_path / encoding, TEXT.replace("hi", "žluť 😀"), encoding=encoding)
        assert {post["text"] for post in read(path)["post"]} == {"žluť 😀"}


def test_lines_that_are_not_utf8_are_read_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes(b"account,time,text\na,2020-01-01,caf\xe9\nb,2020-01-02,caf\xc3\xa9\n")
    said: list[str] = []
    source = Source(path, report=said.append)
    posts = [row for _, table in recognise(source)[1].read(source) for row in table.to_pylist()]
    assert [post["text"] for post in posts] == ["café", "café"]
    assert "1 of 3 lines are not UTF-8" in said[0]


def test_read_gives_the_same_text_as_the_lines(tmp_path: Path) -> None:
    source = Source(write(tmp_path / "posts.csv", *("é" * 50 for _ in range(100))))
    lines, pieces = source.text_lines(), []
    while piece := lines.read(7):
        pieces.append(piece)
    assert "".join(pieces) == "".join(source.text_lines())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (bytes(range(256)) * 50, "it is binary"),
        (b"just some prose without any table", "No reader recognises"),
    ],
)
def test_a_useless_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        recognise(Source(path))


def test_what_is_not_there(tmp_path: Path) -> None:
    write(tmp_path / "posts.csv", "a")
    with pytest.raises(InputError, match=r"did you mean 'posts\.csv'"):
        recognise(Source(tmp_path / "post.csv"))
    with pytest.raises(InputError, match="is a folder"):
        recognise(Source(tmp_path))


def test_an_unknown_reader(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="did you mean 'tables'"):
        recognise(Source(write(tmp_path / "x.csv", TEXT)), "table")


def test_a_case_is_no_folder_of_data(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text("[settings]\n")
    with pytest.raises(InputError, match="This is a case, not data") as raised:
        sources([tmp_path])
    assert "unswarm detect --case" in str(raised.value)


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.csv", "in/a.csv", ".hidden"):
        write(tmp_path / name, TEXT)
    found = sources([tmp_path, tmp_path / "b.csv"], {"post": "id"})
    assert [source.path.name for source in found] == ["b.csv", "a.csv", "b.csv"]
    assert found[0].columns == {"post": "id"}
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no files"):
        sources([tmp_path / "none"])
