"""Long work: the same command line in a process of its own, its progress told as it goes.

A job belongs to a case, and a case does one at a time; the others wait. What a job does is written
in one step at its end, so that stopping it, or the server, leaves the case as it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unswarm.terminal import PROGRESS

WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
OVER = frozenset({DONE, FAILED, STOPPED})
KEPT = 200  # jobs that are remembered
LINES = 200  # of what one said besides its progress


@dataclass
class Job:
    """One command, from waiting to its end.

    Args:
        id: of this server's life only.
        case: the case it works on.
        title: what it does, for people.
        commands: words of the command line, one after the other until one fails.
        who: who asked for it.
        state: waiting, running, done, failed, stopped.
        steps: what it did so far: what, done, total, seconds.
        message: what it said at its end, or why it failed.
        seconds: it has run for.
    """

    id: str
    case: str
    title: str
    commands: Sequence[Sequence[str]]
    who: str
    state: str = WAITING
    steps: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    began: float = 0.0
    ended: float = 0.0
    version: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)
    said: list[str] = field(default_factory=list, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """As the page sees it."""
        end = self.ended or time.time()
        return {
            "id": self.id,
            "case": self.case,
            "title": self.title,
            "who": self.who,
            "state": self.state,
            "steps": list(self.steps),
            "message": self.message,
            "seconds": round(end - self.began, 1) if self.began else 0.0,
        }


class Jobs:
    """All jobs of a server."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._alone: dict[str, threading.Lock] = {}

    def start(
        self, case: str, folder: Path, title: str, commands: Sequence[Sequence[str]], who: str
    ) -> Job:
        """Begin a job, or let it wait for its case.

        Args:
            case: the name of the case.
            folder: where it lies; each command gets it as its `--case`.
            title: what it does, for people.
            commands: words of the command line, without `unswarm`.
            who: who asks for it.
        """
        job = Job(uuid.uuid4().hex[:12], case, title, [list(words) for words in commands], who)
        with self._lock:
            self._jobs[job.id] = job
            alone = self._alone.setdefault(case, threading.Lock())
            over = [known for known in self._jobs.values() if known.state in OVER]
            for known in over[: max(0, len(self._jobs) - KEPT)]:
                del self._jobs[known.id]
        threading.Thread(target=self._work, args=(job, folder, alone), daemon=True).start()
        return job

    def job(self, name: str) -> Job | None:
        """A job by its id."""
        return self._jobs.get(name)

    def of(self, case: str) -> list[Job]:
        """The jobs of a case, the latest first."""
        return [job for job in reversed(self._jobs.values()) if job.case == case]

    def stop(self, job: Job) -> None:
        """End a job; what it has not finished never happened."""
        with self._lock:
            if job.state in OVER:
                return
            job.state, job.message = STOPPED, "Stopped."
            job.version += 1
        if job.process is not None:
            job.process.terminate()

    def close(self) -> None:
        """End all of them: the server goes."""
        for job in list(self._jobs.values()):
            self.stop(job)

    def _work(self, job: Job, folder: Path, alone: threading.Lock) -> None:
        with alone:
            if job.state != WAITING:
                return
            job.state, job.began = RUNNING, time.time()
            job.version += 1
            try:
                done = all(self._run(job, words, folder) for words in job.commands)
            except OSError as error:
                done, job.message = False, f"It could not be started: {error}."
            job.ended = time.time()
            if job.state == RUNNING:
                job.state = DONE if done else FAILED
            job.version += 1

    def _run(self, job: Job, words: Sequence[str], folder: Path) -> bool:
        """One command; whether it ended well."""
        if job.state != RUNNING:
            return False
        job.said.clear()
        environment = {**os.environ, PROGRESS: "json", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "unswarm", *words, "--case", str(folder)]
        job.process = subprocess.Popen(
            command,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert job.process.stdout is not None
        for line in job.process.stdout:
            _heard(job, line.rstrip("\n"))
        code = job.process.wait()
        if job.state == RUNNING:
            job.message = _ending(job.said, code).replace(f"{folder}/", "")
        return code == 0


def _heard(job: Job, line: str) -> None:
    """A line of a command: a step, or words."""
    step = _step(line)
    if step is None:
        job.said.append(line)
        del job.said[:-LINES]
        return
    now = time.time()
    last = job.steps[-1] if job.steps else None
    if last is None or last["what"] != step["what"]:
        step["began"] = now
        job.steps.append(step)
    else:
        last |= step
    job.steps[-1]["seconds"] = round(now - job.steps[-1]["began"], 1)
    job.version += 1


def _step(line: str) -> dict[str, Any] | None:
    if not line.startswith('{"what"'):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return {name: found[name] for name in ("what", "done", "total")}


def _ending(said: Sequence[str], code: int) -> str:
    """What a person should know of it: the error, or the words it ended with."""
    words = "\n".join(line for line in said if line.strip())
    if code:
        return words.rpartition("Error: ")[2] or f"It ended with code {code}."
    return words
