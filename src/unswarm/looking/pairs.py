"""Two accounts side by side: on which objects they met, post beside post, and what differs."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from unswarm.engines import quoted
from unswarm.exporters._report import listed, queries
from unswarm.findings import Findings
from unswarm.looking import Row, counted, many, page

FOREVER = 10**15  # milliseconds; the window of a signal that has none
LONGEST = 4_000  # words beyond which two texts are not compared word by word
WORDS = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)

EDGES = """
SELECT * FROM edge WHERE source = {source} AND target = {target} ORDER BY signal, network
"""
POSTS = """
SELECT p.post, p.account, a.handle, a.name, p.platform, p.kind, p.text, p.time, p.precision,
       p.language, p.client, p.target_account, p.target_post
FROM post AS p LEFT JOIN account AS a ON a.account = p.account
WHERE p.post IN ({posts}) AND p.account IN ({accounts})
"""


def pair(findings: Findings, one: str, other: str) -> list[dict[str, Any]]:
    """The edges between two accounts, one for each signal."""
    source, target = sorted((one, other))
    return many(findings, EDGES.format(source=quoted(source), target=quoted(target)))


def meetings(findings: Findings, edge: dict[str, Any], offset: int, limit: int) -> dict[str, Any]:
    """The co-actions behind an edge, the closest first, each with both posts and what differs."""
    sql = queries.MEETINGS_OF.format(
        signal=quoted(edge["signal"]),
        source=quoted(edge["source"]),
        target=quoted(edge["target"]),
        window=FOREVER if edge["window"] is None else edge["window"],
    )
    rows = many(findings, page(sql, offset, limit))
    posts = _posts(findings, rows, (edge["source"], edge["target"]))
    return {
        "rows": [_meeting(row, posts, edge) for row in rows],
        "total": counted(findings, sql),
    }


def _posts(
    findings: Findings, rows: list[dict[str, Any]], accounts: tuple[str, str]
) -> dict[tuple[str, str], dict[str, Any]]:
    ids = sorted({row[key] for row in rows for key in ("post", "other_post") if row[key]})
    found = many(findings, POSTS.format(posts=listed(ids), accounts=listed(accounts)))
    return {(row["post"], row["account"]): row for row in found}


def _meeting(
    row: dict[str, Any], posts: dict[tuple[str, str], dict[str, Any]], edge: dict[str, Any]
) -> dict[str, Any]:
    sides = [
        posts.get((row["post"], edge["source"])) or _bare(row["post"], edge["source"], row["time"]),
        posts.get((row["other_post"], edge["target"]))
        or _bare(row["other_post"], edge["target"], row["other_time"]),
    ]
    sides.sort(key=lambda post: (post["time"] or 0, post["account"]))
    first, second = sides
    return {
        "object": row["object"],
        "gap": row["gap"],
        "first": first,
        "second": second,
        **differences(first["text"], second["text"]),
    }


def _bare(post: str | None, account: str, time: int | None) -> dict[str, Any]:
    """What is known of a post that the tables do not hold."""
    empty = ("handle", "name", "platform", "kind", "text", "precision", "language", "client")
    known = {"post": post, "account": account, "time": time}
    return {**dict.fromkeys((*empty, "target_account", "target_post")), **known}


def differences(first: str | None, second: str | None) -> dict[str, Any]:
    """Where two texts differ, word by word.

    Returns:
        `left`, `right`: parts of each text, `same` where the other has it, too; `alike`: share of
        the words of both that agree, 0 to 1; None where one has no text.
    """
    if first is None or second is None:
        return {"left": _whole(first), "right": _whole(second), "alike": None}
    left, right = WORDS.findall(first), WORDS.findall(second)
    if max(len(left), len(right)) > LONGEST:
        same = first == second
        return {"left": _whole(first, same), "right": _whole(second, same), "alike": float(same)}
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    found: tuple[list[Row], list[Row]] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        for side, words in ((0, left[a:b]), (1, right[c:d])):
            if words:
                found[side].append({"same": tag == "equal", "text": "".join(words)})
    return {"left": found[0], "right": found[1], "alike": round(matcher.ratio(), 4)}


def _whole(text: str | None, same: bool = True) -> list[Row]:
    return [] if text is None else [{"same": same, "text": text}]
