"""Eight real news pages: pages of one company are explained, and nobody is accused."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from worlds import world

from shared import needs
from unswarm.canonical import clean_url, same_text
from unswarm.engines import Engine
from unswarm.plugins import load

SHORTEST_TEXT = 20


def pages(folder: Path, networks: dict[str, list[str]]) -> Engine:
    files = {f.name.removesuffix("_facebook_statuses.csv.gz"): f for f in folder.glob("*.csv.gz")}
    posts = [post for page, file in sorted(files.items()) for post in _posts(page, file)]
    links = [link for post in posts if (link := _link(post))]
    texts = [{**p, "signal": "texts", "object": same_text(p["text"])} for p in posts]
    return world(
        networks,
        account=[{"account": page, "handle": page, "kind": "page"} for page in sorted(files)],
        post=posts,
        link=links,
        trace=[text for text in texts if len(text["object"]) >= SHORTEST_TEXT],
    )


def _posts(page: str, file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [
            {"account": page, "post": row["status_id"], "time": _time(row["status_published"]),
             "precision": 1000, "kind": "original", "text": row["status_message"],
             "url": row["status_link"]}
            for row in csv.DictReader(lines)
        ]  # fmt: skip


def _time(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def _link(post: dict[str, Any]) -> dict[str, Any] | None:
    clean = clean_url(post["url"])
    return {**post, "url": clean[0], "domain": clean[1]} if clean else None


@pytest.fixture(scope="module")
def newsrooms() -> Engine:
    networks = {
        "abc": ["abcnews", "goodmorningamerica"],
        "huffington": ["huffingtonpost", "huffpostpolitics"],
        "rivals": ["npr", "nytimes", "usatoday"],
    }
    return pages(needs("native", "facebook_pages"), networks)


def test_one_owner_is_seen_and_rivals_have_none(newsrooms: Engine) -> None:
    rows = load("measures")["ownership"].measure(newsrooms).to_pylist()
    owned = {r["network"] for r in rows if r["claim"].startswith("shared ownership possible: 2 of")}
    assert owned == {"abc", "huffington"}
    assert {r["network"] for r in rows} == owned


def test_no_newsroom_is_called_inauthentic(newsrooms: Engine) -> None:
    rows = [r for m in load("measures").values() for r in m.measure(newsrooms).to_pylist()]
    assert not any(row["inauthentic"] for row in rows)
