"""Tables read block by block, against the same tables read row by row."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.readers import Source
from unswarm.readers._parts import plain
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import Chunk, chunks
from unswarm.readers._parts.plain import Block, blocks
from unswarm.readers._parts.posts import events
from unswarm.readers._parts.reading import read_as

HEAD = [f"anchor{n},2024-01-01T00:00:0{n}Z,head{n},https://a.example/{n},no text" for n in range(4)]
FIELDS = ("account", "time", "post", "url", "text")

accounts = st.sampled_from(
    ["ann", "bob", " cat ", "17", "17.0", "9.06E+17", "", "NA", '{"id": "x"}']
)
times = st.sampled_from(
    [
        *("2024-01-01T00:00:01Z", "2024-01-01 10:00:07", "1704067200", "1704067200123"),
        *("10/1/17 19:58", "2024-02-30T00:00:00Z", "soon", "", "2024-01-01T00:00:01.5+02:00"),
    ]
)
posts = st.integers(0, 40).map(str) | st.sampled_from(["", "1.5E+17"])
urls = st.sampled_from(
    [
        "https://www.a.example/x?utm_source=y",
        "http://a.example/x/",
        "b.example",
        "none",
        "",
        "t.co/é",
    ]
)
texts = st.sampled_from(
    [
        *(
            "",
            "plain",
            "RT @ann: so",
            "#one two #One",
            '"said" he, twice',
            "two\nlines\n#x",
            "@bob hi",
        ),
        *("see https://a.example/x and www.b.example", "rt: none", "a\rb", "nul\0nul", "caf\u00e9"),
    ]
)
rows = st.tuples(accounts, times, posts, urls, texts)
torn = st.sampled_from(
    [
        "",
        "a,b",
        'x"y,2024-01-01T00:00:09Z,1,,t',
        '"open,2024-01-01T00:00:09Z,2,,t',
        "  ",
        '"a"b,c,d,e,f',
    ]
)
lines = st.lists(rows | torn, max_size=30)


def written(found: list[object], wanted: tuple[str, ...], end: str, last: bool) -> str:
    """Rows as delimited text, torn lines as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(wanted)
    places = [FIELDS.index(name) for name in wanted]
    for row in [tuple(line.split(",")) for line in HEAD] + found:
        if isinstance(row, str):
            out.write(row + end)
        else:
            writer.writerow([row[place] for place in places])
    return out.getvalue() if last else out.getvalue().removesuffix(end)


def by_rows(source: Source, roles: dict[str, str]) -> dict[str, Counter[tuple[object, ...]]]:
    """What the slower way gives."""
    batch = Batch(source)
    raw = chunks(source, list(roles.values()), batch.reject)
    meant = (Chunk(c.lines, {f: c.columns[name] for f, name in roles.items()}) for c in raw)
    return counted(events(source, meant, batch))


def counted(tables) -> dict[str, Counter[tuple[object, ...]]]:
    """Table → its rows, and how many there are of each."""
    found: dict[str, Counter[tuple[object, ...]]] = {}
    for name, table in tables:
        mine = found.setdefault(name, Counter())
        mine.update(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return found


def compared(text: bytes, wanted: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    roles = {name: name for name in wanted}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "posts.csv"
        path.write_bytes(text)
        said: tuple[list[str], list[str]] = [], []
        slow = by_rows(Source(path, report=said[0].append), roles)
        for block in (1 << 24, 400):
            monkeypatch.setattr(plain, "BLOCK", block)
            said[1].clear()
            assert counted(read_as(Source(path, report=said[1].append), roles)) == slow
            assert said[0] == said[1]


@settings(max_examples=300, deadline=None)
@given(lines, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans(), st.booleans())
def test_posts_with_texts(found, end, last, latin, with_ids) -> None:
    wanted = FIELDS if with_ids else ("account", "time", "url", "text")
    text = written(found, wanted, end, last).encode("latin-1" if latin else "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "LEAST", 2)
        compared(text, wanted, patch)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=40), st.integers(0, 9))
def test_posts_with_several_objects(found, stranger) -> None:
    """The rows of one post state one account and one time, but for one that is rejected."""
    some = [
        (f"a{post % 3}", f"2024-01-01T00:00:1{post}Z", str(post), f"o{item}")
        for post, item in found
    ]
    some.append(("other", "2024-01-01T00:00:10Z", str(stranger), "o1"))
    body = "".join(",".join(row) + "\n" for row in some)
    text = (
        "account,time,post,object\n"
        + "".join(f"h{n},170406720{n},h{n},o\n" for n in range(4))
        + body
    )
    roles = {name: name for name in ("account", "time", "post", "object")}
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(plain, "LEAST", 2)
        path = Path(folder) / "posts.csv"
        path.write_text(text)
        slow = by_rows(Source(path), roles)
        assert counted(read_as(Source(path), roles)) == slow
        patch.setattr(plain, "BLOCK", 150)
        swift = counted(read_as(Source(path), roles))
        assert {n: set(r) for n, r in swift.items()} == {n: set(r) for n, r in slow.items()}


def test_usual_text_is_read_by_blocks(tmp_path: Path) -> None:
    found = [("ann", f"2024-01-01T00:00:{n % 60:02}Z", f"p{n}", "", 'a "b",\nc') for n in range(99)]
    path = tmp_path / "posts.csv"
    path.write_text(written(found, FIELDS, "\n", True))
    parts = list(blocks(Source(path), FIELDS, pytest.fail))
    assert [type(part) for part in parts] == [Block]
    assert parts[0].numbers.tolist() == [*range(2, 6), *range(6, 204, 2)]


def test_what_is_unusual_is_read_by_lines_and_the_rest_by_blocks(tmp_path, monkeypatch) -> None:
    rows = [f"a{n},2024-01-01T00:00:{n % 60:02}Z" for n in range(2_000)]
    rows[1_000] = 'x"y,"2024-01-01T00:00:00Z"z'
    path = tmp_path / "posts.csv"
    path.write_text("account,time\n" + "\n".join(rows))
    monkeypatch.setattr(plain, "BLOCK", 4_000)
    monkeypatch.setattr(plain, "LEAST", 2)
    rejected: list[int] = []
    parts = list(blocks(Source(path), ("account", "time"), lambda line, *_: rejected.append(line)))
    kinds = [type(part) for part in parts]
    assert kinds.count(Chunk) == 1 and kinds[0] is kinds[-1] is Block
    assert sum(map(len, parts)) + len(rejected) == 2_000


def test_a_damaged_end_is_told_with_its_line(tmp_path: Path) -> None:
    text = "account,time\n" + "".join(f"a{n},2024-01-01T00:00:{n % 60:02}Z\n" for n in range(9_000))
    path = tmp_path / "posts.csv.gz"
    path.write_bytes(gzip.compress(text.encode())[:-3_000])
    roles = {"account": "account", "time": "time"}
    assert counted(read_as(Source(path), roles)) == by_rows(Source(path), roles)
