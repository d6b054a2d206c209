"""Starts a watch again and again, kills it each time at a random moment, then lets it end.

    python killed.py SOURCE CASE TIMES SEED

A program of its own: what is killed is forked from one that has loaded everything.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from importlib import import_module
from math import inf
from pathlib import Path

from unswarm import feeds
from unswarm.case import open_case
from unswarm.watch import Watch, Wishes

FAST = Wishes(every=0.02, look=inf)


def main(source: str, folder: str, times: int, seed: int) -> None:
    """Kill `times` watches, and print how many of them had committed something new."""
    draw, useful = random.Random(seed), 0
    open_case(folder)
    feeds.opened(source)
    import_module("websockets.client")
    for _ in range(times):
        before = _commits(Path(folder))
        child = os.fork()
        if not child:
            _watch(source, folder)
        if draw.random() < 0.6:  # else at a moment that has nothing to do with what it does
            _wait(Path(folder), before)
        time.sleep(draw.uniform(0.0, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        useful += _commits(Path(folder)) > before
    sys.stdout.write(f"{useful}\n")


def _wait(folder: Path, commits: int) -> None:
    """Until something new was committed, or for some seconds."""
    until = time.monotonic() + 3
    while _commits(folder) == commits and time.monotonic() < until:
        time.sleep(0.01)


def _commits(folder: Path) -> int:
    from unswarm.journal import Journal, folder_of

    return Journal(folder_of(folder, 1)).state.commits


def _watch(source: str, folder: str) -> None:
    name, where, feed = feeds.opened(source)
    case = open_case(folder)
    Watch(case, case.follow(name, where), feed, FAST, lambda line: None).run()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
