"""Worlds as tables: traces, event tables and a folder of CSV files. Always marked synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from unswarm.errors import InputError
from unswarm.model import ACCOUNT, DAY, LINK, MINUTE, POST, SECOND, TRACE
from unswarm.simulate.worlds import ORGANIC, World

PLATFORM = "synthetic"
SIGNAL = "simulated"

_CLOCK: tuple[tuple[int, Literal["D", "m", "s", "ms"]], ...] = (
    (DAY, "D"),
    (MINUTE, "m"),
    (SECOND, "s"),
    (1, "ms"),
)  # what ISO times can show
_TITLE = "# Synthetic data"
_README = """{title}

Made by `unswarm simulate`; no row describes a real account. World '{world.name}': {events:,} posts
of {accounts:,} accounts in {world.days:g} days, {members:,} accounts in {groups} planted groups.

* `posts.csv`: one row per post; reposts carry `target_*`, originals carry `url`.
* `labels.csv`: the truth, one row per account: `coordinated` or `organic`, and the group.
"""


def account_id(number: int) -> str:
    """The id of an account of a world, e.g. `synthetic-00042`."""
    return f"{PLATFORM}-{number:05d}"


def account_number(account: str) -> int:
    """The account of a world that has this id."""
    return int(account.rsplit("-", 1)[1])


def traces(world: World) -> pa.Table:
    """The world as traces of one signal, `simulated`, sorted by object and time."""
    columns = {
        "signal": pa.repeat(SIGNAL, len(world)),
        "account": _accounts(world),
        "object": _objects(world),
        "time": pa.array(world.time),
        "post": _posts(world),
        "reaction": pa.array(world.reaction[world.object]),
        "born": pa.array(world.born[world.object]),
        "source": _sources(world),
        "precision": pa.repeat(world.precision, len(world)),
    }
    return TRACE.fit(pa.table(columns))


def events(world: World) -> Iterator[tuple[str, pa.Table]]:
    """The world as event tables: accounts, posts, and the links of the originals."""
    present = np.unique(world.account)
    accounts = pa.array([account_id(number) for number in present])
    yield (
        "account",
        ACCOUNT.fit(pa.table({"account": accounts, "platform": pa.repeat(PLATFORM, len(present))})),
    )
    yield "post", _post_table(world)
    yield "link", _link_table(world)


def write(world: World, folder: Path) -> Path:
    """Writes `posts.csv`, `labels.csv` and `README.md`; returns the path of `posts.csv`.

    Raises:
        InputError: the folder holds something that is not a synthetic case.
    """
    refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(_readme(world), encoding="utf-8")
    pa.csv.write_csv(_labels(world), folder / "labels.csv", _plainly())
    pa.csv.write_csv(_posts_file(world), folder / "posts.csv", _plainly())
    return folder / "posts.csv"


# ------------------------------------------------------------------ columns, one value per event


def _accounts(world: World) -> pa.Array:
    return pa.array([account_id(number) for number in range(world.accounts)]).take(world.account)


def _posts(world: World) -> pa.Array:
    return pa.array([f"{PLATFORM}-p{row:07d}" for row in range(len(world))])


def _objects(world: World) -> pa.Array:
    """A repost's object is the post it answers, an original's is the link it puts out."""
    per_object = zip(world.reaction, world.source, strict=True)
    names = [
        f"{PLATFORM}-post-{number:06d}" if reaction else f"https://{_domain(source)}/{number:06d}"
        for number, (reaction, source) in enumerate(per_object)
    ]
    return pa.array(names).take(world.object)


def _sources(world: World) -> pa.Array:
    """Where the object comes from: the author of the post, the domain of the link."""
    names = [
        f"{PLATFORM}-author-{source:07d}" if reaction else _domain(source)
        for reaction, source in zip(world.reaction, world.source, strict=True)
    ]
    return pa.array(names).take(world.object)


def _domain(source: int) -> str:
    """A registrable domain that nobody can have: home.arpa never resolves in public (RFC 8375)."""
    return f"{PLATFORM}-{source:07d}.home.arpa"


# ------------------------------------------------------------------ event tables


def _post_table(world: World) -> pa.Table:
    reaction = pa.array(world.reaction[world.object])
    columns = {
        "post": _posts(world),
        "account": _accounts(world),
        "platform": pa.repeat(PLATFORM, len(world)),
        "time": pa.array(world.time),
        "precision": pa.repeat(world.precision, len(world)),
        "kind": pc.if_else(reaction, "repost", "original"),
        "target_post": pc.if_else(reaction, _objects(world), None),
        "target_account": pc.if_else(reaction, _sources(world), None),
        "target_time": pc.if_else(reaction, pa.array(world.born[world.object]), None),
    }
    return POST.fit(pa.table(columns))


def _link_table(world: World) -> pa.Table:
    rows = _post_table(world).append_column("url", _objects(world))
    rows = rows.append_column("domain", _sources(world))
    return LINK.fit(rows.filter(pc.equal(rows["kind"], "original")))


# ------------------------------------------------------------------ files


def _posts_file(world: World) -> pa.Table:
    """The posts as columns of one file, in the order of their times."""
    posts = _post_table(world)
    original = pc.equal(posts["kind"], "original")
    rows = pa.table(
        {
            "post": posts["post"],
            "account": posts["account"],
            "platform": posts["platform"],
            "time": _iso(posts["time"], world.precision),
            "kind": posts["kind"],
            "target_post": posts["target_post"],
            "target_account": posts["target_account"],
            "target_time": _iso(posts["target_time"], world.precision),
            "url": pc.if_else(original, _objects(world), None),
        }
    )
    return rows.take(np.argsort(world.time, kind="stable"))


def _iso(times: pa.ChunkedArray, precision: int) -> pa.ChunkedArray:
    """ISO 8601 with as many digits as the clock has."""
    unit = next(unit for width, unit in _CLOCK if width <= precision)
    shown = np.datetime_as_string(times.fill_null(0).to_numpy().astype("M8[ms]"), unit=unit)
    zoned = shown if unit == "D" else np.char.add(shown, "Z")
    return pc.if_else(times.is_valid(), pa.array(zoned.astype(str)), None)


def _labels(world: World) -> pa.Table:
    present = np.unique(world.account)
    groups = world.label[present].tolist()
    return pa.table(
        {
            "account": [account_id(number) for number in present],
            "label": ["organic" if group == ORGANIC else "coordinated" for group in groups],
            "group": ["" if group == ORGANIC else str(group) for group in groups],
        }
    )


def _readme(world: World) -> str:
    return _README.format(
        title=_TITLE,
        world=world,
        events=len(world),
        accounts=len(np.unique(world.account)),
        members=int((world.label != ORGANIC).sum()),
        groups=len(np.unique(world.label[world.label != ORGANIC])),
    )


def _plainly() -> pa.csv.WriteOptions:
    return pa.csv.WriteOptions(quoting_style="needed")


def refuse_foreign(folder: Path) -> None:
    """A folder that holds something else than a synthetic case is an InputError."""
    mark = folder / "README.md"
    ours = mark.is_file() and mark.read_text(encoding="utf-8").startswith(_TITLE)
    if folder.exists() and not ours and (folder.is_file() or any(folder.iterdir())):
        raise InputError(
            "not a synthetic case; simulate writes over nothing else.",
            source=folder,
            hint="name a new or empty folder.",
        )
