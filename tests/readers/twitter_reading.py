"""Reads a file with the reader that recognises it, for tests."""

from collections import defaultdict
from pathlib import Path

from unswarm.readers import Source, recognise

HERE = Path(__file__).parents[1] / "data"


def read(path, reader=None):
    """Table → rows as dicts; the reader is the one that recognises the file, or the one named."""
    _, module = recognise(Source(path), reader)
    tables = defaultdict(list)
    for name, rows in module.read(Source(path)):
        tables[name] += rows.to_pylist()
    return tables


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def recognised_as(path):
    return recognise(Source(path))[0]


def by_kind(tables):
    """Kind → the last post of that kind."""
    return {post["kind"]: post for post in tables["post"]}


def carried(tables, name, column):
    """(post, value) of every row of a table of what posts carry."""
    return {(row["post"], row[column]) for row in tables[name]}


def dangling(tables):
    """Posts named by links, hashtags, mentions or media that are no posts of the source."""
    posts = {post["post"] for post in tables["post"]}
    names = ("link", "hashtag", "mention", "media", "share")
    return {row["post"] for name in names for row in tables[name]} - posts


def in_all(tables):
    """Rows that became posts, and rows that went to the quarantine."""
    return len(tables["post"]), len(tables["quarantine"])
