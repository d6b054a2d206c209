"""The strongest pairs of a network: on which occasions they did the same, post beside post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unswarm.exporters._report import queries, quoted
from unswarm.exporters._report.material import Material, without
from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.words import OBJECTS, cut

LONGEST = 500
FOREVER = 10**15  # ms; the window of a signal that has none
KEY = ("source", "target", "signal")


@dataclass(frozen=True)
class Pair:
    """Two members, the closest of their meetings, and how many there are."""

    row: Row
    handles: tuple[str, str]
    meetings: Sequence[Row]
    entry: str
    total: int


def pair(row: Row, title: str, material: Material, rows: Rows) -> Pair:
    """A pair of members as the report shows it."""
    every = material.meetings[row["network"]]
    met = [item for item in every if all(item[name] == row[name] for name in KEY)]
    handles = rows.names.of_account(row["source"]), rows.names.of_account(row["target"])
    total = met[0]["number"] if met else 0
    entry = rows.give(
        title,
        f"Meetings of {handles[0]} and {handles[1]}, {row['signal']}",
        _query(row),
        [without(item, "network", "number", *KEY) for item in met],
        total,
    )
    return Pair(row, handles, [_meeting(item, material, rows) for item in met], entry, total)


def _query(row: Row) -> str:
    texts = {name: quoted(row[name]) for name in KEY}
    window = FOREVER if row["window"] is None else row["window"]
    return queries.MEETINGS_OF.format(**texts, window=window).strip()


def _meeting(item: Row, material: Material, rows: Rows) -> Row:
    """Both posts of a meeting, the earlier one first."""
    posts = [
        _post(item["source"], item["post"], item["time"], material, rows),
        _post(item["target"], item["other_post"], item["other_time"], material, rows),
    ]
    posts.sort(key=lambda post: post["time"])
    same = posts[0]["text"] is not None and posts[0]["text"] == posts[1]["text"]
    return {
        **item,
        "posts": posts,
        "same": same,
        "object": rows.names.in_text(item["object"]),
        "thing": OBJECTS.get(item["signal"], "object"),
        "inside": item["signal"] == "texts" and any(post["text"] for post in posts),
    }


def _post(account: str, post: str, time: int, material: Material, rows: Rows) -> Row:
    """A post as shown: the text of a repost is another's, and shown only if that one is named."""
    row = material.posts.get((post, account), {})
    text, target = row.get("text"), row.get("target_account")
    foreign = row.get("kind") == "repost" and target not in rows.names.handles
    return {
        "handle": rows.names.of_account(account),
        "post": post,
        "time": time,
        "precision": row.get("precision"),
        "text": None if text is None or foreign else cut(rows.names.in_text(text), LONGEST),
        "foreign": foreign,
    }
