"""Many machines; or all cores of this one, when nobody names a cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from unswarm.engines import Rows
from unswarm.errors import ResourceError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MASTER = "UNSWARM_SPARK_MASTER"
"""Environment variable with the cluster's address, e.g. spark://10.0.0.1:7077."""

SUBMITTED = ("PYSPARK_GATEWAY_PORT", "PYSPARK_SUBMIT_ARGS")
"""Environment variables that say that somebody set Spark up: `spark-submit` sets the first."""

COMMON = {
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "OFF",
    # As in standard SQL and in DuckDB: "x" is a column, not a text.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # A union of kept tables fails to rewrite what is known of them ("key not found", Spark 4.3).
    "spark.sql.constraintPropagation.enabled": "false",
}

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
    """A Spark session that reads Parquet where it lies: any path or URL that Spark reads.

    Kept tables lie with the executors and are gone with them; where the setting
    `spark.checkpoint.dir` names a folder that all machines see, they lie there and survive.

    Raises:
        ResourceError: pyspark or Java is missing, or the cluster does not answer.
    """

    many = True

    def __init__(self) -> None:
        self.session = _session()
        self._is_reliable = bool(self.session.conf.get("spark.checkpoint.dir", ""))
        self._is_local = str(self.session.sparkContext.master).startswith("local")

    def see(self, name: str, rows: Rows) -> None:
        """Let SQL read rows as `name`: Parquet, or an Arrow table; see `Rows`."""
        _name(name, self._rows(rows))

    def view(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed when they are read."""
        _name(name, self.session.sql(query))

    def keep(self, name: str, query: str) -> None:
        """Let SQL read a query's rows as `name`, computed now and once."""
        rows = self.session.sql(query)
        kept = rows.checkpoint if self._is_reliable else rows.localCheckpoint
        _name(name, kept(eager=True))

    def save(self, query: str, path: Path) -> None:
        """A query's rows → one Parquet file of this machine, written aside and renamed."""
        with TemporaryDirectory(dir=path.parent, prefix=".partial-") as folder:
            aside = Path(folder) / "rows"
            if self._is_local:
                rows = self.session.sql(query).coalesce(1)
                rows.write.option("compression", "zstd").parquet(str(aside))
                aside = next(aside.glob("part-*.parquet"))
            else:  # what executors write lies on their machines
                pq.write_table(self.fetch(query), aside, compression="zstd")
            aside.replace(path)

    def fetch(self, query: str) -> pa.Table:
        """A query's rows → memory."""
        table: pa.Table = self.session.sql(query).toArrow()
        return table

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows some at a time; they pass through the driver's memory."""
        yield from self.fetch(query).to_batches()

    def _rows(self, rows: Rows) -> DataFrame:
        if isinstance(rows, pa.Table):
            return self.session.createDataFrame(rows)
        if isinstance(rows, str):
            return self.session.read.parquet(rows)
        if isinstance(rows, Path):
            rows = sorted(rows.glob("*.parquet")) if rows.is_dir() else [rows]
        # not as_uri(): Hadoop takes %20 for what it says
        return self.session.read.parquet(*(f"file://{path.resolve()}" for path in rows))


def _name(name: str, frame: DataFrame) -> None:
    frame.createOrReplaceTempView(name)


def _session() -> SparkSession:
    if find_spec("pyspark") is None:
        raise ResourceError("Spark is not installed. Hint: pip install 'unswarm[spark]'.")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise ResourceError("Spark needs Java 17 or later. Hint: install it or set JAVA_HOME.")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in _settings().items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:  # py4j wraps whatever Java throws
        why = str(error).strip().splitlines()
        where = os.environ.get(MASTER, "this machine")
        raise ResourceError(
            f"Spark does not start on {where}: {why[-1] if why else type(error).__name__}. "
            f"Hint: docs/cluster.md."
        ) from error


def _settings() -> dict[str, str]:
    """Everything is set here for one machine; on a cluster, only what results depend on."""
    if MASTER in os.environ:
        return COMMON | {"spark.app.name": "unswarm", "spark.master": os.environ[MASTER]}
    return COMMON if any(name in os.environ for name in SUBMITTED) else COMMON | LOCAL
