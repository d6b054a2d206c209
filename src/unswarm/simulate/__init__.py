"""Synthetic cases with known truth, seeded, always labelled synthetic.

`world` makes accounts that never act in concert; `plant` adds groups that do; `write` makes files.
`operation` makes a whole case: an operation of the published size inside innocent data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unswarm.simulate.groups import (
    Group,
    coarsen,
    feed,
    only_members,
    plant,
    sample,
    some_groups,
    storm,
    thin,
)
from unswarm.simulate.tables import account_id, account_number, events, traces, write
from unswarm.simulate.words import WORDS, Words, copy_group, word_events, words
from unswarm.simulate.worlds import ORGANIC, WORLDS, Conditions, World, world

__all__ = [
    "ORGANIC",
    "WORDS",
    "WORLDS",
    "Conditions",
    "Group",
    "Words",
    "World",
    "account_id",
    "account_number",
    "coarsen",
    "copy_group",
    "events",
    "feed",
    "only_members",
    "plant",
    "sample",
    "simulate",
    "some_groups",
    "storm",
    "thin",
    "traces",
    "word_events",
    "words",
    "world",
    "write",
]


def simulate(name: str, folder: Path, seed: int = 0, groups: Sequence[Group] = ()) -> Path:
    """Writes a world with planted groups into a folder; returns the path of its `posts.csv`.

    Args:
        name: one of `WORLDS`.
        folder: new, empty, or an earlier synthetic case, which is written over.
        seed: of every random choice.
        groups: what to plant; `some_groups(4)` gives typical ones.

    Raises:
        SettingsError: an unknown world, or groups that do not fit into it.
        InputError: the folder holds something else.
    """
    return write(plant(world(name, seed), groups, seed), folder)
