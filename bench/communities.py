"""How fast the edges of a network become communities, and whether these are the planted ones.

    python bench/communities.py [EDGES] [--accounts N]

Makes a graph of EDGES (default 1,000,000) weighted pairs over a tenth as many accounts in planted
groups of a hundred; 80 % of the pairs lie inside a group. The floor is what it costs to read the
pairs and to sort them both ways, which every method must. Each step runs in a process of its own;
NMI is the normalised mutual information with the planted groups (Danon et al. 2005).
"""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from _runs import table
from followers import Step, alone
from unswarm.detection.networks import communities, components

GROUP = 100  # accounts of a planted group
INSIDE = 0.8
SEED = 5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def main() -> None:
    """Make the graph, find communities, print what that cost."""
    parser = ArgumentParser(description="How fast pairs become communities.")
    parser.add_argument("edges", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, help="default: a tenth of the edges")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "graph.npz"
        make(options.edges, options.accounts or options.edges // 10, path)
        report(path)


def report(path: Path) -> None:
    """Print what each step cost, and what was found."""
    empty, base = alone(partial(load, path)), alone(partial(sort, path))
    steps = {
        "floor: read and sort": base,
        "components": alone(partial(connect, path)),
        "communities": alone(partial(find, path)),
    }
    head = ["step", "CPU s", "MiB above the pairs", "ratio to the floor"]
    print(table(head, [_line(name, step, empty, base) for name, step in steps.items()]))
    modularity, agreement, count = alone(partial(judge, path, steps["communities"].result)).result
    print(f"{count:,} communities, modularity {modularity:.4f}, NMI {agreement:.3f}")


def _line(name: str, step: Step, empty: Step, base: Step) -> list[str]:
    ratio = step.processor / base.processor
    return [name, f"{step.processor:.1f}", f"{step.peak - empty.peak:,}", f"{ratio:.1f}"]


def make(edges: int, accounts: int, path: Path) -> None:
    """Write a planted partition: the same one every time."""
    draw = np.random.default_rng(1)
    group = np.arange(accounts) // GROUP
    inside = draw.random(edges) < INSIDE
    one = draw.integers(0, accounts, edges)
    near = np.minimum(group[one] * GROUP + draw.integers(0, GROUP, edges), accounts - 1)
    other = np.where(inside, near, draw.integers(0, accounts, edges))
    source, target = np.minimum(one, other), np.maximum(one, other)
    pairs = np.unique((source * accounts + target)[source < target])
    weight = draw.integers(1, 5, len(pairs)).astype(float)
    np.savez(path, source=pairs // accounts, target=pairs % accounts, weight=weight, group=group)


def load(path: Path) -> tuple[Ints, Ints, Floats]:
    """The pairs and their weights."""
    kept = np.load(path)
    return kept["source"], kept["target"], kept["weight"]


def sort(path: Path) -> int:
    """The floor: the pairs in the order of their first and of their second account."""
    source, target, weight = load(path)
    ends = (np.r_[source, target], np.r_[target, source])
    graph = sparse.coo_array((np.r_[weight, weight], ends)).tocsr()
    graph.sort_indices()
    return int(graph.nnz)


def connect(path: Path) -> int:
    """How many connected components there are."""
    source, target, _ = load(path)
    return len(components(source, target))


def find(path: Path) -> list[Ints]:
    """The communities."""
    return communities(*load(path), SEED)


def judge(path: Path, found: list[Ints]) -> tuple[float, float, int]:
    """Modularity, normalised mutual information with the planted groups, number of communities."""
    source, target, weight = load(path)
    group: Ints = np.load(path)["group"]
    part = np.full(len(group), -1)
    for number, members in enumerate(found):
        part[members] = number
    degree = np.bincount(part[source], weight, len(found)) + np.bincount(part[target], weight)
    within = weight[part[source] == part[target]].sum() / weight.sum()
    modularity = within - ((degree / degree.sum()) ** 2).sum()
    return float(modularity), _agreement(part[part >= 0], group[part >= 0]), len(found)


def _agreement(ours: Ints, planted: Ints) -> float:
    """2 I(ours, planted) / (H(ours) + H(planted))."""
    both = _entropy(ours * (int(planted.max()) + 1) + planted)
    apart = _entropy(ours) + _entropy(planted)
    return 2 * (apart - both) / apart


def _entropy(part: Ints) -> float:
    share = np.unique(part, return_counts=True)[1] / len(part)
    return float(-(share * np.log(share)).sum())


if __name__ == "__main__":
    main()
