"""How fast a watch reads, how soon it tells, and how much it keeps.

    python bench/watch.py rate [--seconds 60] [--per-second N] [--span 10m] [--posts-only]
    python bench/watch.py delay [--rounds 5] [--per-second 500]
    python bench/watch.py weeks [--weeks 4]

A made-up firehose is sent over loopback by this process to a watch in processes of its own, which
decodes, stores and detects; all share the machine. `rate`: events a second, sustained; the floor is
what decoding alone takes (libipld, one core). `delay`: a swarm begins to act in a stream of others;
from its k-th coordinated post to the alert. `weeks`: weeks of a small platform at speed, with a
retention of two days: memory and disk over time.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import libipld
import numpy as np

from _firehose import Made, Mix, Sender, did, linking, patched
from _runs import table
from unswarm.journal import Journal, folder_of

STEP = 0.1  # seconds between two pieces of the stream
PIECE = 1_000  # events in a piece that is sent as fast as it is taken


def main() -> None:
    """Measure what is asked for and print it."""
    parser = ArgumentParser(description="A watch: its rate, its delay, its size.")
    parser.add_argument("what", choices=("rate", "delay", "weeks"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-second", type=int, default=0, help="0: as fast as it is taken")
    parser.add_argument("--span", default="10m")
    parser.add_argument("--posts-only", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--weeks", type=int, default=4)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        {"rate": rate, "delay": delay, "weeks": weeks}[options.what](options, Path(folder))


# --- rate


def rate(options: Namespace, folder: Path) -> None:
    """Events a second: decoded alone, and decoded, stored and detected."""
    shares = {"post": 1.0} if options.posts_only else {}
    frames = (Mix(shares=shares) if shares else Mix()).frames()
    floor = decoded(frames)
    sent = Counted(frames, options.seconds, options.per_second)
    sender = Sender(iter(sent))
    sender.start()
    limits = ("--span", options.span, "--retention", options.span, "--look", "10s")
    watch, log = started(sender, folder / "case", *limits)
    sender.done.wait()
    elapsed = time.monotonic() - sender.began
    drained(folder / "case", sent.events)
    watch.terminate()
    watch.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = json.loads((folder / "case" / "watch" / "status.json").read_text())
    lines = [line for line in log.read_text().splitlines() if "networks" in line]
    print(
        table(
            ("what", "figure"),
            [
                ("events sent", f"{sent.events:,}"),
                ("events a second, decoded, stored, detected", f"{sent.events / elapsed:,.0f}"),
                ("events a second, decoded alone (floor)", f"{floor:,.0f}"),
                ("posts and reposts kept", f"{status['posts']:,}"),
                ("detections", f"{len(lines)}"),
                ("longest detection", f"{longest(lines):.1f} s"),
                ("CPU seconds of the watch", f"{usage.ru_utime + usage.ru_stime:.0f}"),
                ("most memory of one process", f"{usage.ru_maxrss / 2**10:,.0f} MiB"),
            ],
        )
    )
    print(log.read_text()[-1500:])


class Counted:
    """The stream: pieces of it, as fast as they are taken or at a rate."""

    def __init__(self, frames: list[Made], seconds: float, per_second: int) -> None:
        self._frames, self._seconds, self._rate = frames, seconds, per_second
        self.events = 0

    def __iter__(self) -> Iterator[bytes]:
        began = time.monotonic()
        piece = int(self._rate * STEP) or PIECE
        while time.monotonic() - began < self._seconds:
            yield patched(self._frames, self.events, piece, time.time())
            self.events += piece
            if self._rate:
                time.sleep(max(0.0, began + self.events / self._rate - time.monotonic()))


def decoded(frames: list[Made]) -> float:
    """Frames a second that libipld alone decodes, on one core."""
    messages = [bytes(frame.data)[4:] for frame in frames[:20_000]]
    began = time.perf_counter()
    for message in messages:
        _, body = libipld.decode_dag_cbor_multi(message)
        libipld.decode_car(body["blocks"])
    return len(messages) / (time.perf_counter() - began)


def started(sender: Sender, case: Path, *more: str) -> tuple[subprocess.Popen[bytes], Path]:
    """A watch of the sender, and the file it writes its lines to."""
    log = case.with_suffix(".log")
    command = [sys.executable, "-m", "unswarm", "watch", sender.source, "--case", str(case)]
    process = subprocess.Popen([*command, *more], stderr=log.open("wb"))
    return process, log


def drained(case: Path, events: int, patience: float = 120) -> None:
    """Wait until the watch has committed all of it."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        file = case / "watch" / "status.json"
        if file.exists() and json.loads(file.read_text()).get("events", 0) >= events:
            return
        time.sleep(0.2)
    raise SystemExit("the watch did not take all of it")


def longest(lines: list[str]) -> float:
    """The longest of the detections that a watch told of, seconds."""
    return max((float(line.split(" in ")[-1].split(" s")[0]) for line in lines), default=0.0)


# --- delay


def delay(options: Namespace, folder: Path) -> None:
    """From the k-th coordinated post to the alert, in some rounds."""
    rows = []
    for number in range(options.rounds):
        story = Story(options.per_second or 500, seed=number + 1)
        alert, when, log = told(story, folder / str(number))
        formed = story.sent(alert["formed"])
        rows.append(
            (str(number + 1), str(len(alert["joined"])), f"{when - formed:.1f} s", taken(log))
        )
    header = ("round", "accounts", "from the k-th coordinated post to the alert", "last detection")
    print(table(header, rows))


class Story:
    """A swarm that begins to act in a stream of others; ten minutes of the stream pass in a second.

    Args:
        per_second: events.
        seed: of all draws.
    """

    members, quiet, apart, fast = 8, 10.0, 4.0, 600.0

    def __init__(self, per_second: int, seed: int) -> None:
        self._rate, self._draw = per_second, np.random.default_rng(seed)
        self._frames = Mix(seed=seed).frames()
        self._day = time.time() - 4 * 86_400  # where the stream's time begins
        self._began = 0.0

    def __iter__(self) -> Iterator[bytes]:
        self._began = time.monotonic()
        events, occasions = 0, 0
        while (passed := time.monotonic() - self._began) < 300:
            at = self._day + passed * self.fast
            piece = int(self._rate * STEP)
            yield patched(self._frames, events, piece, at)
            events += piece
            if passed > self.quiet + occasions * self.apart:
                yield patched(self._swarm(occasions), events, self.members, at)
                events, occasions = events + self.members, occasions + 1
            time.sleep(max(0.0, self._began + passed + STEP - time.monotonic()))

    def _swarm(self, occasion: int) -> list[Made]:
        page = f"https://campaign.example/{occasion}"
        return [linking(did(900_000 + n), page, self._draw) for n in range(self.members)]

    def sent(self, time_of_event: int) -> float:
        """When an event of a time was sent, on the monotonic clock."""
        return self._began + (time_of_event / 1000 - self._day) / self.fast


def told(story: Story, case: Path) -> tuple[dict[str, Any], float, Path]:
    """The first alert of a watch over a story, when it was there, and what the watch said."""
    sender = Sender(iter(story))
    sender.start()
    watch, log = started(sender, case, "--every", "1s", "--look", "1s", "--span", "2d")
    book = case / "alerts.jsonl"
    try:
        while watch.poll() is None and not sender.done.is_set():
            if book.exists() and book.stat().st_size:
                alert: dict[str, Any] = json.loads(book.read_text().splitlines()[0])["alert"]
                return alert, time.monotonic(), log
            time.sleep(0.02)
    finally:
        watch.terminate()
        watch.wait()
    raise SystemExit(f"no alert: {log.read_text()}")


def taken(log: Path) -> str:
    """What the last detection was over, and how long it took."""
    lines = [line for line in log.read_text().splitlines() if "networks" in line]
    return lines[-1].partition(" ")[2] if lines else ""


# --- weeks


def weeks(options: Namespace, folder: Path) -> None:
    """Memory and disk of a watch over weeks of a platform with an event a second."""
    frames = Mix(size=50_000, accounts=5_000).frames()
    seconds = options.weeks * 7 * 86_400
    sender = Sender(paced(frames, seconds))
    sender.start()
    case = folder / "case"
    limits = ("--span", "1d", "--retention", "2d", "--grace", "6h", "--look", "5s")
    watch, log = started(sender, case, *limits)
    rows, began = [], time.monotonic()
    while not sender.done.wait(10):
        rows.append(size_of(case, watch.pid, time.monotonic() - began))
    drained(case, seconds)
    rows.append(size_of(case, watch.pid, time.monotonic() - began))
    watch.terminate()
    watch.wait()
    print(
        table(("real time", "days passed", "events", "memory", "rows kept", "disk", "files"), rows)
    )
    print(log.read_text()[-800:])


def paced(frames: list[Made], seconds: int) -> Iterator[bytes]:
    """An event a second of the stream's time, as fast as they are taken."""
    start = time.time() - seconds
    for place in range(0, seconds, PIECE):
        yield patched(frames, place, min(PIECE, seconds - place), start + place)


def size_of(case: Path, process: int, passed: float) -> tuple[str, ...]:
    """A row: how much there is of what."""
    status = json.loads((case / "watch" / "status.json").read_text())
    journal = Journal(folder_of(case, 1))
    files = [path for name in journal.tables for path in journal.paths(name)]
    disk = sum(file.stat().st_size for file in files if file.exists())
    memory = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    events = status.get("events", 0)
    return (
        f"{passed:.0f} s",
        f"{events / 86_400:.1f}",
        f"{events:,}",
        f"{memory / 2**20:,.0f} MiB",
        f"{sum(journal.state.rows.values()):,}",
        f"{disk / 2**20:,.1f} MiB",
        f"{len(files):,}",
    )


if __name__ == "__main__":
    main()
