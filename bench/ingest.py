"""How fast a file of posts is taken into a case, beside DuckDB writing the same columns.

    python bench/ingest.py [ROWS] [--file FILE …] [--folder DIR]

Makes ROWS (default 1,000,000) posts of account, url and time as CSV, the same ones every time, and
reads them; or reads the files named. The floor is what DuckDB alone needs to read the same columns
and to write them as Parquet; a case holds more: an id for each post, cleaned addresses and their
domains, what each post carries in tables of its own. Each step runs in a process of its own.
"""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from _runs import table
from followers import alone
from unswarm.case import open_case
from unswarm.plugins import load

load("readers")  # what is measured is reading, not loading the program

START, DAYS = 1_700_000_000, 30
POSTS_EACH, SITES = 10, 5_000


def main() -> None:
    """Make the posts or take the files named; read them; print what that cost."""
    parser = ArgumentParser(description="Speed of reading posts.")
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--file", type=Path, action="append", default=[])
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder) as folder:
        files = options.file or [make(options.rows, Path(folder) / "posts.csv")]
        for place, file in enumerate(files):
            report(file, Path(folder) / str(place))


def make(rows: int, path: Path) -> Path:
    """Write posts; a few addresses are in very many of them."""
    draw = np.random.default_rng(1)
    url = draw.zipf(1.4, rows) % (rows // 5)
    time = START + np.sort(draw.integers(0, DAYS * 86_400, rows))
    site = [f"https://www.site{n % SITES}.example/news/{n}?utm_source=x" for n in range(rows // 5)]
    columns = {
        "account": pa.array(draw.integers(0, rows // POSTS_EACH, rows)).cast(pa.string()),
        "url": pa.array(site).take(pa.array(url)),
        "time": pa.array(time.astype("datetime64[s]")).cast(pa.string()),
    }
    csv.write_csv(pa.table(columns), path)
    return path


def report(file: Path, folder: Path) -> None:
    """Print what a file cost."""
    folder.mkdir()
    base = alone(partial(floor, file, folder / "floor.parquet"))
    step = alone(partial(read, file, folder / "case"))
    posts = step.result
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB, {posts:,} posts")
    lines = [
        [
            name,
            *(f"{one.processor:.2f}", f"{posts / one.processor:,.0f}", f"{one.peak:,}"),
            f"{one.processor / base.processor:.1f}",
        ]
        for name, one in (("floor: DuckDB to Parquet", base), ("into a case", step))
    ]
    print(table(["step", "CPU s", "posts a CPU second", "peak MiB", "ratio to the floor"], lines))


def floor(file: Path, to: Path) -> None:
    """What DuckDB alone needs."""
    kind = "read_parquet" if file.suffix == ".parquet" else "read_csv"
    query = f"SELECT * FROM {kind}('{file}')"
    duckdb.connect().execute(f"COPY ({query}) TO '{to}' (FORMAT parquet, COMPRESSION zstd)")


def read(file: Path, folder: Path) -> int:
    """Take the file into a new case; how many posts that were."""
    (reading,) = open_case(folder).read(file)
    return int(reading.rows["post"])


if __name__ == "__main__":
    main()
