"""How soon the desk shows a case of a hundred thousand accounts, and how soon its API answers.

    python bench/desk.py [ACCOUNTS] [--views 7] [--requests 400] [--folder DIR] [--write PAGE]

Makes a case of ACCOUNTS (default 100,000) accounts with five posts each and twenty networks,
detects it once, and serves it. A *first view* is a browser of its own that opens the address of the
case on a server that was just started, until the ranked networks stand there; its floor is the same
browser on a page of the same server that asks for nothing. A *request* is one of all questions that
the page asks, with arguments drawn anew, so that hardly any is answered from memory; its floor is
the smallest question of all, who is signed in.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from _runs import table
from unswarm.case import open_case

START, DAYS, POSTS_EACH = 1_767_225_600, 30, 5
NETWORKS, WAVES = 20, 80
FLAGS = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
MARK = ("<!-- desk -->", "<!-- /desk -->")


def main() -> None:
    """Make the case, measure, print."""
    parser = ArgumentParser(description="Speed of the desk.")
    parser.add_argument("accounts", nargs="?", type=int, default=100_000)
    parser.add_argument("--views", type=int, default=7)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's")
    parser.add_argument("--write", type=Path, help="a page with a place for the tables")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder) as folder:
        shelf = Path(folder) / "shelf"
        make(options.accounts, shelf / "large", Path(folder) / "posts.csv")
        found = "\n\n".join([views(shelf, options.views), requests(shelf, options.requests)])
    print(found)
    if options.write:
        before, _, rest = options.write.read_text("utf-8").partition(MARK[0])
        after = rest.partition(MARK[1])[2]
        written = f"{before}{MARK[0]}\n\n{found}\n\n{MARK[1]}{after}"
        options.write.write_text(written, encoding="utf-8")


# --- the case


def make(accounts: int, folder: Path, path: Path) -> None:
    """A case of so many accounts, detected."""
    csv.write_csv(posts(accounts), path)
    case = open_case(folder)
    case.read(path)
    found = case.detect(stability=False).run["counts"]
    assert found["confirmed"], "the planted networks were not found"
    print(
        f"{found['posts']:,} posts of {found['accounts']:,} accounts, {found['confirmed']} networks"
    )


def posts(accounts: int) -> pa.Table:
    """Everyday links with a long tail, and groups that put out fresh ones within seconds."""
    draw = np.random.default_rng(3)
    number = accounts * POSTS_EACH
    account = np.concatenate([np.arange(accounts), draw.integers(0, accounts, number - accounts)])
    second = draw.integers(0, DAYS * 86_400, number)
    link = (draw.pareto(0.9, number) * 3).astype(np.int64) % 80_000
    for network in range(NETWORKS):
        members = draw.choice(accounts, draw.integers(10, 60), replace=False)
        for wave in range(WAVES):
            there = members[draw.random(len(members)) < 0.7]
            at = draw.integers(0, DAYS * 86_400) + draw.integers(0, 4, len(there))
            fresh = np.full(len(there), 100_000 + network * WAVES + wave)
            account, second, link = (
                np.concatenate(pair) for pair in ((account, there), (second, at), (link, fresh))
            )
    sites = np.char.add(np.char.add("https://site", (link % 4_000).astype(str)), ".example/")
    return pa.table(
        {
            "kind": np.full(len(account), "original"),
            "account_id": np.char.add("u", np.char.zfill(account.astype(str), 6)),
            "created_at": (START + second).astype("datetime64[s]"),
            "text": np.char.add("a post about number ", link.astype(str)),
            "url": np.char.add(sites, link.astype(str)),
        }
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server that was just started."""
    command = [sys.executable, "-m", "unswarm", "serve", str(folder), "--port", "0", "--no-browse"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split(" at ")[1].split(" ")[0]
        finally:
            process.terminate()


# --- first views


def views(shelf: Path, number: int) -> str:
    """Seconds from an address to the networks, cold and warm, beside an empty page."""
    from playwright.sync_api import sync_playwright

    seconds: dict[str, list[float]] = {"floor": [], "cold": [], "warm": [], "network": []}
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        for _ in range(number):
            with served(shelf) as address:
                for name, path, seen in (
                    ("cold", "/c/large", "tbody th a"),
                    ("warm", "/c/large", "tbody th a"),
                    ("network", "/c/large/n/n-0001", ".question .claim"),
                    ("floor", "/favicon.svg", "svg"),
                ):
                    page = browser.new_context().new_page()
                    began = time.perf_counter()
                    page.goto(address + path, wait_until="commit")
                    page.locator(seen).first.wait_for()
                    seconds[name].append(time.perf_counter() - began)
                    page.context.close()
        browser.close()
    floor = median(seconds["floor"])
    names = {
        "cold": "the networks, on a server just started",
        "warm": "the networks, in another browser",
        "network": "one network with its evidence",
        "floor": "floor: a page that asks for nothing",
    }
    return table(
        ["view", "median, s", "slowest, s", "× floor"],
        [
            [says, f"{median(seconds[name]):.2f}", f"{max(seconds[name]):.2f}",
             f"{median(seconds[name]) / floor:.1f}"]
            for name, says in names.items()
        ],
    )  # fmt: skip


# --- requests

Ask = Callable[[random.Random], str]


def questions(ask: Callable[[str], dict]) -> dict[str, Ask]:  # type: ignore[type-arg]
    """What the page asks, with arguments drawn anew."""
    case = "/api/cases/large"
    networks = [row["network"] for row in ask(f"{case}/networks")["rows"]]
    members = [
        row["account"] for n in networks for row in ask(f"{case}/networks/{n}/members")["rows"]
    ]

    def of(part: str, **query: Callable[[random.Random], object]) -> Ask:
        def path(draw: random.Random) -> str:
            said = urlencode({name: value(draw) for name, value in query.items()})
            return f"{case}/networks/{draw.choice(networks)}{part}?{said}"

        return path

    def moment(draw: random.Random) -> int:
        return (START + draw.randrange(DAYS * 86_400)) * 1000

    return {
        "the shelf": lambda _: "/api/cases",
        "a case": lambda _: case,
        "networks, filtered": lambda draw: f"{case}/networks?text={draw.randrange(10**6)}",
        "a network": of(""),
        "members": of("/members", offset=lambda draw: draw.randrange(20)),
        "the picture": of("/graph", objects=lambda draw: draw.randrange(1, 30), since=moment),
        "times": of("/times", since=moment),
        "sites": of("/objects/domain", offset=lambda draw: draw.randrange(40)),
        "where posts lead": of("/flows"),
        "money, audience": of("/operation"),
        "a member": lambda draw: f"{case}/account?id={draw.choice(members)}",
        "anybody": lambda draw: f"{case}/account?id=u{draw.randrange(100_000):06}",
        "posts": lambda draw: f"{case}/account/posts?"
        + urlencode({"id": draw.choice(members), "text": f"number {draw.randrange(99)}"}),
        "search": lambda draw: f"{case}/search?q={draw.randrange(10_000)}",
        "the record": lambda _: f"{case}/record",
        "the report's facts": lambda _: f"{case}/report",
    }  # fmt: skip


def requests(shelf: Path, number: int) -> str:
    """Milliseconds of every kind of request, one after another."""
    draw = random.Random(1)
    spent: dict[str, list[float]] = {}
    with served(shelf) as address:
        connection = HTTPConnection(address.removeprefix("http://"))

        def get(path: str) -> bytes:
            connection.request("GET", path, headers=head)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status in (200, 404), (path, answer.status, body[:300])
            return body

        head: dict[str, str] = {}
        connection.request("GET", "/api/session")
        first = connection.getresponse()
        head["Cookie"] = str(first.getheader("set-cookie")).partition(";")[0]
        first.read()
        asked = {"floor: who is in": lambda _: "/api/session"} | questions(
            lambda path: json.loads(get(path))
        )
        for place in range(number):
            name = list(asked)[place % len(asked)]
            path = asked[name](draw)
            began = time.perf_counter()
            get(path)
            spent.setdefault(name, []).append(1000 * (time.perf_counter() - began))
            time.sleep(0.06)  # the server lets an address ask 1,200 times a minute
    floor = median(spent["floor: who is in"])
    every = [each for name, found in spent.items() if "floor" not in name for each in found]
    rows = [*spent.items(), ("**all but the floor**", every)]
    return table(
        ["request", "median, ms", "p95, ms", "slowest, ms", "× floor"],
        [
            [name, f"{median(found):.0f}", f"{np.quantile(found, 0.95):.0f}", f"{max(found):.0f}",
             f"{median(found) / floor:.1f}"]
            for name, found in rows
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
