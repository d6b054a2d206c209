"""One command in a process of its own: CPU seconds, wall seconds, most memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GLANCE = 0.25  # seconds between looks at processes that nobody waits for
UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Cost:
    """What a command and the processes it waited for took.

    Args:
        cpu: seconds of user and system.
        wall: seconds.
        peak: bytes; of the largest of its processes.
        ended: whether it ended well; false: it failed or ran out of time.
        said: the end of its standard output and error.
    """

    cpu: float
    wall: float
    peak: int
    ended: bool
    said: str


def measured(command: Sequence[str | Path], limit: float, folder: Path) -> Cost:
    """Run a command; after `limit` wall seconds it and its children are killed."""
    output = folder / "said.txt"
    begin = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        ended, usage, strays = _waited(process.pid, begin + limit)
    cpu = usage.ru_utime + usage.ru_stime + sum(cpu for cpu, _ in strays.values())
    peak = max([usage.ru_maxrss * UNIT, *(size for _, size in strays.values())])
    said = output.read_text("utf-8", "replace")[-4000:]
    return Cost(cpu, time.monotonic() - begin, peak, ended, said)


def _waited(pid: int, until: float) -> tuple[bool, os.struct_rusage, dict[int, tuple[float, int]]]:  # type: ignore[name-defined]
    strays: dict[int, tuple[float, int]] = {}
    looked = 0.0
    while time.monotonic() < until:
        gone, status, usage = os.wait4(pid, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status) == 0, usage, strays
        if time.monotonic() - looked > GLANCE:
            looked = time.monotonic()
            strays |= _strays(pid)
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    return False, os.wait4(pid, 0)[2], strays


def _strays(session: int) -> dict[int, tuple[float, int]]:
    """CPU seconds and bytes of the Java processes of a session: nobody waits for them."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = folder.joinpath("stat").read_text("utf-8").rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        if "(java" in name and int(fields[3]) == session:
            cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            found[int(folder.name)] = (cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
    return found
