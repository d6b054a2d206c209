"""The case as files of the formats that people get: nothing in them tells the truth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.random import Generator

from unswarm.simulate.operation.ads import Ads, ranges
from unswarm.simulate.operation.cast import Cast
from unswarm.simulate.operation.posts import END, NONE, Posts
from unswarm.simulate.operation.ties import iso
from unswarm.simulate.operation.words import Texts, blank, either, is_said, numbered
from unswarm.simulate.worlds import Flags, Integers

CROWDTANGLE = (
    *("Page Name", "User Name", "Facebook Id", "Page Category", "Page Admin Top Country"),
    *("Page Description", "Page Created", "Likes at Posting", "Followers at Posting"),
    *("Post Created", "Post Created Date", "Post Created Time", "Type", "Total Interactions"),
    *("Likes", "Comments", "Shares", "Love", "Wow", "Haha", "Sad", "Angry", "Care"),
    *("Video Share Status", "Is Video Owner?", "Post Views", "Total Views"),
    *("Total Views For All Crossposts", "Video Length", "URL", "Message", "Link", "Final Link"),
    *("Image Text", "Link Text", "Description", "Sponsor Id", "Sponsor Name", "Sponsor Category"),
    "Overperforming Score",
)
LIBRARY = (
    *("id", "creation_time", "modified_time", "multimedia", "is_branded_content"),
    *("content_type", "statistics.like_count", "statistics.comment_count"),
    *("statistics.reaction_count", "statistics.share_count", "statistics.views"),
    *("post_owner.type", "post_owner.id", "post_owner.name", "post_owner.username"),
    *("surface.type", "surface.id", "surface.name", "text", "lang", "link_attachment.link"),
    *("shared_post_id", "hashtags"),
)
_EASTERN = -5 * 3_600_000  # milliseconds: the clock of CrowdTangle's exports, EST
_TYPES = {"person": "facebook_profile", "page": "facebook_page", "group": "facebook_group"}
_CODES = {"United States": "US", "Vietnam": "VN", "Germany": "DE", "India": "IN", "Brazil": "BR"}
_CODES |= {"United Kingdom": "GB", "Canada": "CA"}


def write_csv(table: pa.Table, path: Path) -> None:
    """A table as CSV; nothing for null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pa.csv.write_csv(table, path, pa.csv.WriteOptions(quoting_style="needed"))


def write_parquet(table: pa.Table, path: Path) -> None:
    """A table as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")


def post_ids(posted: Posts) -> Texts:
    """The ids of posts, which are sorted by time."""
    return numbered("synthetic-post-", np.arange(len(posted)), 8)


# ------------------------------------------------------------------ Facebook and Instagram


def crowdtangle(random: Generator, people: Cast, posted: Posts, ids: Texts) -> pa.Table:
    """Posts of pages as CrowdTangle exported them, times in EST."""
    pages = people.are("facebook", "page")[posted.account]
    some, ids = posted.where(pages), ids[pages]
    author = some.account
    local = iso(some.time + _EASTERN)
    likes, comments, shares = (_reactions(random, people, author, part) for part in (1, 0.2, 0.1))
    code = np.array([_CODES.get(c) for c in people.operator_country], object)
    given = {
        "Page Name": people.name[author],
        "User Name": people.handle[author],
        "Facebook Id": people.account[author],
        "Page Category": np.full(len(some), "MEDIA", object),
        "Page Admin Top Country": code[author],
        "Page Description": people.bio[author],
        "Page Created": _spaced(iso(people.created))[author],
        "Likes at Posting": people.followers[author],
        "Followers at Posting": people.followers[author],
        "Post Created": _spaced(local) + " EST",
        "Post Created Date": np.array([t[:10] for t in local], object),
        "Post Created Time": np.array([t[11:19] for t in local], object),
        "Type": either(~is_said(some.url), "Status", "Link"),
        "Total Interactions": likes + comments + shares,
        "Likes": likes,
        "Comments": comments,
        "Shares": shares,
        "URL": "https://www.facebook.com/" + people.account[author] + "/posts/" + ids,
        "Message": some.text,
        "Link": some.url,
        "Final Link": blank(len(some)),
    }
    return _laid_out(CROWDTANGLE, given, len(some))


def _spaced(times: Texts) -> Texts:
    return np.array([t[:19].replace("T", " ") for t in times], object)


def content_library(
    random: Generator, people: Cast, posted: Posts, ids: Texts, platform: str
) -> pa.Table:
    """Posts of people as the Meta Content Library exports them, also in groups."""
    there = people.are(platform, "person")[posted.account]
    shared = _repeated(posted, ids)[there]
    some, ids = posted.where(there), ids[there]
    author = some.account
    surface = np.where(some.place == NONE, author, some.place)
    time = iso(some.time)
    likes, comments, shares = (_reactions(random, people, author, p) for p in (1, 0.2, 0.1))
    kind = np.array([_TYPES[k] for k in people.kind], object)
    if platform == "instagram":
        kind[:] = "creator"
    given = {
        "id": ids,
        "creation_time": time,
        "modified_time": time,
        "multimedia": _multimedia(some.media),
        "is_branded_content": np.full(len(some), "false", object),
        "content_type": either(~is_said(some.media), "posts", "photos"),
        "statistics.like_count": likes,
        "statistics.comment_count": comments,
        "statistics.reaction_count": likes,
        "statistics.share_count": shares,
        "statistics.views": (likes + 1) * random.integers(5, 40, len(some)),
        "post_owner.type": kind[author],
        "post_owner.id": people.account[author],
        "post_owner.name": people.name[author],
        "post_owner.username": people.handle[author],
        "surface.type": kind[surface],
        "surface.id": people.account[surface],
        "surface.name": people.name[surface],
        "text": some.text,
        "link_attachment.link": some.url,
        "shared_post_id": shared,
        "hashtags": some.hashtag,
    }
    return _laid_out(LIBRARY, given, len(some))


def _repeated(posted: Posts, ids: Texts) -> Texts:
    """The id of the post each one repeats, in the collection or outside."""
    return either(posted.target == NONE, posted.target_post, ids[posted.target])


def _multimedia(media: Texts) -> Texts:
    listed = [m and json.dumps([{"type": "photo", "id": m}]) for m in media]
    return np.array(listed, object)


def _reactions(random: Generator, people: Cast, author: Integers, part: float) -> Integers:
    """Few of the followers react."""
    expected = part * np.sqrt(np.maximum(people.followers[author], 1)) / 3
    return random.poisson(np.minimum(expected, 1e6)).astype(np.int64)


def _laid_out(columns: Iterable[str], given: dict[str, Any], size: int) -> pa.Table:
    """A table of all columns of a format; those not given are empty."""
    return pa.table({name: _column(given.get(name), size) for name in columns})


def _column(values: Any, size: int) -> pa.Array:
    if values is None:
        return pa.nulls(size, pa.string())
    return pa.array(values, pa.string() if values.dtype == object else None)


# ------------------------------------------------------------------ Twitter


def tweets(people: Cast, posted: Posts, ids: Texts) -> Iterator[str]:
    """Statuses of API v1.1, one JSON object per line."""
    users = _users(people)
    for row in np.flatnonzero(people.platform[posted.account] == "twitter").tolist():
        status = _status(posted, row, ids)
        if repeated := _retweeted(people, posted, row, ids):
            status["retweeted_status"] = repeated
            status["full_text"] = f"RT: {status['full_text']}"
        body = json.dumps(status, ensure_ascii=False)
        yield f'{body[:-1]}, "user": {users[int(posted.account[row])]}}}\n'


def _status(posted: Posts, row: int, ids: Texts) -> dict[str, Any]:
    return {
        "created_at": _stamp(int(posted.time[row])),
        "id_str": ids[row],
        "full_text": posted.text[row] or "",
        "source": f'<a href="https://client.example">{posted.client[row]}</a>',
        "entities": _entities(posted.url[row], posted.hashtag[row]),
    }


def _retweeted(people: Cast, posted: Posts, row: int, ids: Texts) -> dict[str, Any] | None:
    target = int(posted.target[row])
    if target != NONE:
        author = int(posted.account[target])
        user = {"id_str": people.account[author], "screen_name": people.handle[author]}
        return {**_status(posted, target, ids), "user": user}
    if posted.target_post[row] is None:
        return None
    author = posted.target_account[row]
    return {
        "id_str": posted.target_post[row],
        "created_at": _stamp(int(posted.target_time[row])),
        "full_text": posted.text[row] or "",
        "user": {"id_str": author, "screen_name": author},
        "entities": _entities(None, None),
    }


def _entities(url: str | None, hashtag: str | None) -> dict[str, Any]:
    return {
        "hashtags": [{"text": hashtag}] if hashtag else [],
        "urls": [{"url": url, "expanded_url": url}] if url else [],
        "user_mentions": [],
    }


def _users(people: Cast) -> dict[int, str]:
    return {
        row: json.dumps(
            {
                "id_str": people.account[row],
                "screen_name": people.handle[row],
                "name": people.name[row],
                "location": people.claimed_country[row] or "",
                "description": people.bio[row] or "",
                "created_at": _stamp(int(people.created[row])),
                "followers_count": int(people.followers[row]),
                "friends_count": max(int(people.following[row]), 0),
                "profile_image_url_https": f"https://photos.example/{people.photo[row]}",
            },
            ensure_ascii=False,
        )
        for row in np.flatnonzero(people.platform == "twitter").tolist()
    }


def _stamp(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")


# ------------------------------------------------------------------ profiles and ads


def profiles(people: Cast) -> pa.Table:
    """The profiles of everybody, in the columns of `model.ACCOUNT`."""
    columns = {
        name: _column(getattr(people, name), len(people))
        for name in (
            *("account", "platform", "kind", "handle", "name", "claimed_country"),
            *("operator_country", "bio", "photo", "website", "owner", "status"),
        )
    }
    counted = {"followers": _counted(people.followers), "following": _counted(people.following)}
    times = {
        "created": _column(iso(people.created), len(people)),
        "seen": pa.repeat(str(iso(np.array([END]))[0]), len(people)),
    }
    return pa.table(columns | counted | times).sort_by("account")


def _counted(numbers: Integers) -> pa.Array:
    return pa.array(numbers, mask=numbers < 0)


def ad_library(people: Cast, made: Ads, *, exact: bool) -> pa.Table:
    """Ads as the CSV of Meta's Ad Library, spend in its ranges or exact."""
    low, high = ranges(made)
    spans = zip(low.tolist(), high.tolist(), strict=True)
    spend = _amounts(made.spend) if exact else _spans(spans)
    shown = made.impressions // 1_000 * 1_000
    table = pa.table(
        {
            "ad_archive_id": numbered("synthetic-ad-", _shuffled(len(made))),
            "page_id": people.account[made.page],
            "page_name": people.name[made.page],
            "ad_creation_time": _days(made.time),
            "ad_creative_bodies": made.text,
            "ad_creative_link_captions": pa.array(made.url, pa.string()),
            "ad_delivery_start_time": _days(made.time),
            "ad_delivery_stop_time": _days(made.until),
            "byline": made.payer,
            "currency": made.currency,
            "spend": spend,
            "impressions": _spans(zip(shown.tolist(), (shown + 999).tolist(), strict=True)),
            "publisher_platforms": pa.repeat("facebook,instagram", len(made)),
        }
    )
    return table.sort_by("ad_archive_id")


def _shuffled(size: int) -> Integers:
    return np.random.default_rng(size).permutation(size)


def _amounts(spend: Integers) -> Texts:
    return np.array([f"{s // 100}.{s % 100:02d}" for s in spend.tolist()], object)


def _spans(spans: Iterable[tuple[int, int]]) -> Texts:
    said = [f"lower_bound: {a}" + (f", upper_bound: {b}" if b >= 0 else "") for a, b in spans]
    return np.array(said, object)


def _days(times: Integers) -> Texts:
    return np.array([t[:10] for t in iso(times)], object)


def kept(people: Cast, chosen: Flags) -> Texts:
    """The ids of some accounts, sorted."""
    return np.sort(people.account[chosen])
