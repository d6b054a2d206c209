"""What every reader owes, on the small files of its format that lie in `tests/data/<reader>/`."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from unswarm.model import CARRIED, EVENTS, POST_KINDS, QUARANTINE
from unswarm.plugins import load, summary
from unswarm.readers import Source

READERS = load("readers")
FIXTURES = Path(__file__).parents[1] / "data"
TABLES = EVENTS | {QUARANTINE.name: QUARANTINE}

NOTHING = (b"", b"\n", b"\x00\xff\xfe" * 99)
SOMETHING = (b"{}", b"a,b\n1,2\n")

CASES = [
    pytest.param(READERS[folder.name], path, id=f"{folder.name}/{path.name}")
    for folder in sorted(FIXTURES.iterdir())
    if folder.name in READERS
    for path in sorted(folder.iterdir())
    if path.is_file()
]

every_fixture = pytest.mark.parametrize(("reader", "path"), CASES)
every_reader = pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))


def read(reader: ModuleType, path: Path) -> dict[str, list[pa.Table]]:
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for name, rows in reader.read(Source(path)):
        tables[name].append(rows)
    return tables


@every_reader
def test_says_what_it_reads(reader: ModuleType) -> None:
    assert summary(reader).endswith(".")


@every_reader
@pytest.mark.parametrize("content", [*NOTHING, *SOMETHING])
def test_leaves_alone_what_it_does_not_know(
    reader: ModuleType, content: bytes, tmp_path: Path
) -> None:
    if reader is READERS["tables"] and content in SOMETHING:
        pytest.skip("it is the last resort for whatever has rows")
    path = tmp_path / "unknown.txt"
    path.write_bytes(content)
    assert not reader.recognises(Source(path))


@every_fixture
def test_recognises_its_own(reader: ModuleType, path: Path) -> None:
    assert reader.recognises(Source(path))


@every_fixture
def test_tables_have_the_declared_shape(reader: ModuleType, path: Path) -> None:
    tables = read(reader, path)
    assert tables
    for name, batches in tables.items():
        assert all(batch.schema.equals(TABLES[name].schema) for batch in batches), name


@every_fixture
def test_every_event_has_its_post(reader: ModuleType, path: Path) -> None:
    tables = read(reader, path)
    posts = {row["post"]: row for batch in tables["post"] for row in batch.to_pylist()}
    for name in CARRIED:
        for row in (row for batch in tables[name] for row in batch.to_pylist()):
            shared = ("account", "time", "precision", "post", "kind")
            assert {key: posts[row["post"]][key] for key in shared} == {k: row[k] for k in shared}


@every_fixture
def test_posts_can_be_compared(reader: ModuleType, path: Path) -> None:
    for batch in read(reader, path)["post"]:
        for row in batch.to_pylist():
            assert row["post"] and row["account"] and row["precision"]
            assert row["kind"] in (*POST_KINDS, None)
