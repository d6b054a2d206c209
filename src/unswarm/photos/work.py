"""Many photos, on every core, each opened in a process that may die of it.

A worker is a subprocess with one thread; `looked` deals the files out in chunks and gives the rows
back in the order of the files. A chunk whose worker crashed or hung is done again photo by photo,
and the one at fault becomes an unreadable photo with that reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Timer
from typing import Any

from unswarm.photos import UNREADABLE, mtcnn
from unswarm.photos.decode import check as check_pillow
from unswarm.photos.trained import open_trained
from unswarm.photos.worker import receive, send

CHUNK = 16  # photos per question
PATIENCE = 20.0  # seconds a photo may take
START = 60.0  # seconds a worker may take to start
AHEAD = 4  # chunks waiting per worker

Row = dict[str, Any]


def looked(
    files: Sequence[Path], manifests: Sequence[Path] = (), workers: int | None = None
) -> Iterator[list[Row]]:
    """Rows of `photos.look` for files, chunk by chunk, in the order of the files.

    Args:
        files: the photos.
        manifests: trained detectors that score each photo too.
        workers: processes; None: one for each core.

    Raises:
        SettingsError: the extra `photos` is not installed.
        InputError: a manifest, or the detector it names, is not what it should be.
    """
    _require(manifests)
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    count = min(workers or os.cpu_count() or 1, max(1, len(chunks)))
    hired = [_Worker(manifests) for _ in range(count)]
    free: SimpleQueue[_Worker] = SimpleQueue()
    for worker in hired:
        free.put(worker)
    try:
        with ThreadPoolExecutor(count) as threads:
            waiting = iter(chunks)
            asked = [threads.submit(_answer, free, c) for c in islice(waiting, count * AHEAD)]
            try:
                while asked:
                    yield _next(asked)
                    asked += [threads.submit(_answer, free, c) for c in islice(waiting, 1)]
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
    finally:
        for worker in hired:
            worker.end()


def _next(asked: list[Future[list[Row]]]) -> list[Row]:
    return asked.pop(0).result()


def _require(manifests: Sequence[Path]) -> None:
    """Say here, not in a worker, what is missing."""
    check_pillow()
    mtcnn.check()
    for manifest in manifests:
        open_trained(manifest)


def _answer(free: SimpleQueue[_Worker], files: Sequence[Path]) -> list[Row]:
    worker = free.get()
    try:
        return worker.ask(files)
    finally:
        free.put(worker)


class _Worker:
    """One subprocess, started when it is first asked and again after it died."""

    def __init__(self, manifests: Sequence[Path]) -> None:
        self._command = [sys.executable, "-m", "unswarm.photos.worker", *map(str, manifests)]
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, files: Sequence[Path]) -> list[Row]:
        """The rows of some files."""
        rows = self._asked(files)
        if rows is not None:
            return rows
        if len(files) == 1:
            return [{"result": UNREADABLE, "reason": "the program that opened it crashed or hung"}]
        return [row for file in files for row in self.ask([file])]

    def end(self) -> None:
        """Let the subprocess go."""
        if self._process is None:
            return
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
        self._process = None

    def _asked(self, files: Sequence[Path]) -> list[Row] | None:
        """The rows, or None where the subprocess did not survive the question."""
        process = self._process or self._started()
        assert process.stdin is not None and process.stdout is not None
        alarm = Timer(START + PATIENCE * len(files), process.kill)
        alarm.start()
        try:
            send(process.stdin, [str(file) for file in files])  # type: ignore[arg-type]
            rows: list[Row] = receive(process.stdout)  # type: ignore[arg-type]
        except (EOFError, OSError):
            self.end()
            return None
        finally:
            alarm.cancel()
        return rows

    def _started(self) -> subprocess.Popen[bytes]:
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | threads,
        )
        return self._process
