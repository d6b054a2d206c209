"""A standalone Spark cluster of a master and two workers, started here on loopback.

The commands are those of docs/cluster.md. What the cluster counts is what DuckDB counts; also when
a worker dies on the way.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DOCS = Path(__file__).parents[2] / "docs" / "cluster.md"
PATIENCE = 60.0
COUNTING = """
import sys
from pathlib import Path
from unswarm.co_actions.plan import Way
from unswarm.co_actions.totals import Request
from unswarm.counting import count_pairs
from unswarm.engines import open_engine

source, to, ready = sys.argv[1:4]
context = open_engine("spark").session.sparkContext
infos = context._jsc.sc().statusTracker().getExecutorInfos
while len(infos()) < 3:  # the driver and two
    pass
Path(ready).touch()
count_pairs(source, Path(to), Request(60_000, 2, 5), engine="spark")
print("tasks on", len(infos()) - 1)
context.stop()
"""


@dataclass
class Cluster:
    """Processes of a master and its workers."""

    address: str
    page: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def state(self) -> dict[str, object]:
        """What the master says of itself."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=5) as answer:
            return dict(json.load(answer))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(folder: Path, role: str, *words: str) -> subprocess.Popen[bytes]:
    spec = find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    home = Path(spec.origin).parent
    main = f"org.apache.spark.deploy.{role.lower()}.{role}"
    return subprocess.Popen(
        [str(home / "bin" / "spark-class"), main, "--host", "127.0.0.1", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "SPARK_HOME": str(home), "SPARK_WORKER_DIR": str(folder)},
        start_new_session=True,
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is absent; install unswarm[spark]")
    if shutil.which("java") is None:
        pytest.skip("Java is absent; Spark needs one")
    port, page = free_port(), free_port()
    found = Cluster(f"spark://127.0.0.1:{port}", f"http://127.0.0.1:{page}")
    processes = [started(tmp_path, "Master", "--port", str(port), "--webui-port", str(page))]
    try:
        for _ in range(2):
            words = ("--cores", "1", "--memory", "1g", "--webui-port", str(free_port()))
            found.workers.append(started(tmp_path, "Worker", *words, found.address))
        processes += found.workers
        wait_for(found, 2)
        yield found
    finally:
        for process in processes:
            killed(process)


def wait_for(cluster: Cluster, workers: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if cluster.state()["aliveworkers"] == workers:
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"the cluster has no {workers} workers after {PATIENCE:.0f} s")


def killed(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def events(path: Path) -> Path:
    """3,000 events with a crowd on one object, so that something is heavy."""
    random = np.random.default_rng(0)
    crowd = pa.table(
        {
            "account": [f"a{n}" for n in random.integers(0, 60, 3_000)],
            "object": [f"o{n}" for n in np.minimum(random.zipf(1.6, 3_000), 300)],
            "time": random.integers(0, 50_000_000, 3_000),
        }
    )
    pq.write_table(crowd, path)
    return path


def test_two_workers_count_what_duckdb_counts_also_when_one_dies(
    cluster: Cluster, tmp_path: Path
) -> None:
    from unswarm.co_actions.totals import Request
    from unswarm.counting import count_pairs

    source, ready = events(tmp_path / "events.parquet"), tmp_path / "ready"
    count_pairs(source, tmp_path / "here.parquet", Request(60_000, 2, 5), engine="duckdb")
    checkpoints = tmp_path / "checkpoints"
    environment = {
        **os.environ,
        "UNSWARM_SPARK_MASTER": cluster.address,
        "PYSPARK_SUBMIT_ARGS": " ".join(
            f"--conf {setting}"
            for setting in (
                f"spark.checkpoint.dir={checkpoints.as_uri()}",
                "spark.executor.memory=600m",
                "spark.sql.shuffle.partitions=4",
                "spark.driver.host=127.0.0.1",
                "spark.ui.enabled=false",
            )
        )
        + " pyspark-shell",
    }
    command = [sys.executable, "-c", COUNTING, source.as_uri(), str(tmp_path / "there.parquet")]
    there = subprocess.Popen(
        [*command, str(ready)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        until = time.monotonic() + PATIENCE
        while not ready.exists() and there.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert ready.exists(), (there.stdout and there.stdout.read().decode()) or "no two executors"
        time.sleep(2)
        assert there.poll() is None, "it was done before a worker could die"
        killed(cluster.workers[1])
        said, _ = there.communicate(timeout=3 * PATIENCE)
    finally:
        there.kill()
    assert there.returncode == 0, said.decode()[-2000:]
    assert rows(tmp_path / "there.parquet") == rows(tmp_path / "here.parquet")
    assert rows(tmp_path / "there.heavy.parquet") == rows(tmp_path / "here.heavy.parquet")


def rows(path: Path) -> list[str]:
    """The rows of a file, in an order of their own."""
    found = sorted(map(repr, pq.read_table(path).to_pylist()))
    assert found
    return found


def test_the_page_shows_what_is_started_here() -> None:
    text = DOCS.read_text("utf-8")
    for role in ("Master", "Worker"):
        main = f"org.apache.spark.deploy.{role.lower()}.{role}"
        assert f"$SPARK_HOME/bin/spark-class {main} --host 127.0.0.1" in text
    for word in ("UNSWARM_SPARK_MASTER=spark://127.0.0.1:7077", "spark.checkpoint.dir"):
        assert word in text


def test_a_cluster_that_does_not_answer_is_named() -> None:
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("pyspark or Java is absent")
    environment = {**os.environ, "UNSWARM_SPARK_MASTER": "spark:/nowhere"}
    code = "from unswarm.engines import open_engine; open_engine('spark')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=90
    )
    assert "ResourceError: Spark does not start on spark:/nowhere" in done.stderr
