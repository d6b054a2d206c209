"""Many machines; or all cores of this one, when nobody submitted the program to a cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from unswarm.errors import ResourceError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Environment variable that `spark-submit` sets: the cluster's own settings hold then."""

COMMON = {"spark.sql.session.timeZone": "UTC", "spark.log.level": "OFF"}

LOCAL = {
    "spark.master": "local[*]",
    "spark.app.name": "unswarm",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
}


class Spark:
    """A Spark session that reads Parquet where it lies.

    Raises:
        ResourceError: pyspark or Java is missing.
    """

    many = True

    def __init__(self) -> None:
        self.session = _session()

    def see(self, name: str, rows: Path | pa.Table) -> None:
        """Let SQL read rows as `name`: a Parquet file, a folder of them, or an Arrow table."""
        _name(name, self._rows(rows))

    def view(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed when they are read."""
        _name(name, self.session.sql(query))

    def keep(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed now and once."""
        _name(name, self.session.sql(query).localCheckpoint(eager=True))

    def save(self, query: str, path: Path) -> None:
        """A query's rows → one Parquet file, written aside and renamed."""
        with TemporaryDirectory(dir=path.parent, prefix=".partial-") as folder:
            aside = Path(folder) / "rows"
            rows = self.session.sql(query).coalesce(1)
            rows.write.option("compression", "zstd").parquet(str(aside))
            next(aside.glob("part-*.parquet")).replace(path)

    def fetch(self, query: str) -> pa.Table:
        """A query's rows → memory."""
        table: pa.Table = self.session.sql(query).toArrow()
        return table

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows some at a time; they pass through the driver's memory."""
        yield from self.fetch(query).to_batches()

    def _rows(self, rows: Path | pa.Table) -> DataFrame:
        if isinstance(rows, pa.Table):
            return self.session.createDataFrame(rows)
        files = sorted(rows.glob("*.parquet")) if rows.is_dir() else [rows]
        return self.session.read.parquet(*map(str, files))


def _name(name: str, frame: DataFrame) -> None:
    frame.createOrReplaceTempView(name)


def _session() -> SparkSession:
    if find_spec("pyspark") is None:
        raise ResourceError("Spark is not installed. Hint: pip install 'unswarm[spark]'.")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise ResourceError("Spark needs Java 17 or later. Hint: install it or set JAVA_HOME.")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in (COMMON if SUBMITTED in os.environ else COMMON | LOCAL).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
