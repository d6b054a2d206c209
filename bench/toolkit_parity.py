"""Are the networks of `unswarm compat toolkit` those of the toolkit itself, edge by edge?

    python bench/toolkit_parity.py [--rounds 20] [--record tests/compat/data/toolkit]

Needs the peer (`make bench/.toolkit/installed`). Each round makes a small random CSV in which
repeated messages, empty URLs, mentions, borders of the window and shared texts abound, and compares
all six networks at several windows. `--record` keeps one such CSV and what the peer made of it.
"""

from __future__ import annotations

import csv
import random
import sqlite3
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from unswarm.compat.toolkit import COLUMNS, KEYED, Options, messages, toolkit

PEER = Path(__file__).parent / ".toolkit" / "bin" / "compute_networks"
TEXTS = (
    *("Vote now!", "vote NOW!", "@ann vote now!", "@bob", "@bob @cat", "", "  vote   now! "),
    *("Wählt heute, wählt morgen", "wählt heute wählt", "it's 'quoted'", "10,000 people say: no"),
    *("one two three four five", "one two three four six", "one two three four five six"),
)
URLS = ("a.example/1", "a.example/2 b.example", "b.example", "", "c.example  c.example/2")
Edges = dict[tuple[str, str], int]


def main() -> None:
    """Compare, print a line a network, fail if one differs."""
    parser = ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--record", type=Path, help="keep one example with its results")
    options = parser.parse_args()
    wrong = dict.fromkeys(KEYED, 0)
    compared = dict.fromkeys(KEYED, 0)
    for seed in range(options.rounds):
        with TemporaryDirectory() as folder:
            source = Path(folder) / "messages.csv"
            write(source, seed)
            for network, asked in _cases(seed):
                theirs, ours = of_peer(source, asked), of_unswarm(source, asked)
                compared[network] += len(theirs)
                wrong[network] += theirs != ours
    for network, cases in wrong.items():
        said = "equal" if not cases else f"DIFFERENT in {cases} of {options.rounds} rounds"
        print(f"{network}: {compared[network]:,} edges, {said}")
    if options.record:
        record(options.record)
    sys.exit(any(wrong.values()))


def _cases(seed: int) -> list[tuple[str, Options]]:
    window, least = (0, 1, 2, 10)[seed % 4], 1 + seed % 2
    size = (1, 3)[seed % 2]
    return [
        (network, Options(network, window, least, (0.6, 0.8)[seed % 2], size, bool(seed % 3)))
        for network in KEYED
    ]


def write(path: Path, seed: int, rows: int = 80) -> None:
    """A random CSV of the peer's form."""
    draw = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for _ in range(rows):
            user = draw.randint(1, 7)
            writer.writerow(
                [
                    f"m{draw.randint(1, rows)}",
                    f"u{user}",
                    f"name {user}",
                    draw.choice(["", "", "p1", "p2", "p3"]),
                    draw.choice(["", "r1", "r2"]),
                    draw.choice(TEXTS),
                    draw.choice([draw.randint(0, 40), draw.randint(0, 80) / 2]),
                    draw.choice(URLS),
                ]
            )


def of_unswarm(source: Path, asked: Options) -> Edges:
    """Our edges."""
    edges = toolkit(messages([source]), asked)["edges"].to_pylist()
    return {(row["source"], row["target"]): row["weight"] for row in edges}


def of_peer(source: Path, asked: Options) -> Edges:
    """The peer's own, read from its database: its export as CSV fails in this version."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "x.db"
        _peer(database, "preprocess", "--format", "csv", source)
        _peer(
            database,
            "compute",
            asked.network,
            *("--time_window", int(asked.time_window), "--n_cpus", 1),
            *("--min_edge_weight", asked.min_edge_weight),
            *("--similarity_threshold", asked.similarity_threshold),
            *("--min_document_size_similarity", asked.min_document_size_similarity),
        )
        loops = "" if asked.include_self_loops else " WHERE user_1 <> user_2"
        query = f"SELECT user_1, user_2, weight FROM {asked.network}_network{loops}"
        with closing(sqlite3.connect(database)) as connection:
            return {(a, b): weight for a, b, weight in connection.execute(query)}


def _peer(*words: object) -> None:
    command = [str(PEER), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"The peer failed: {' '.join(command)}\n{done.stderr}")


def record(folder: Path) -> None:
    """Keep a CSV, and the edges that the peer makes of it, a file a network."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "messages.csv"
    write(source, seed=1, rows=60)
    for network in KEYED:
        asked = Options(network, 2, 1, 0.6, 1, include_self_loops=True)
        edges = of_peer(source, asked)
        with (folder / f"{network}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["source", "target", "weight"])
            writer.writerows([*ends, weight] for ends, weight in sorted(edges.items()))


if __name__ == "__main__":
    main()
