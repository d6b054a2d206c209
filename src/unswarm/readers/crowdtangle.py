"""CrowdTangle: exports of Facebook pages, groups and Instagram (CSV), and posts of its API.

Exports may be cut down to a few columns. A page whose id no column holds has it in the address of
its posts; else its handle, else its name stands for it. Posts in groups are the group's: who wrote
them is never said. A post's id is `page_post`, on Instagram the code in its address, so that the
exports and the API agree. Times are local with a zone (`EST`) in exports and UTC in the API, to the
second; the columns of day and clock, which have no zone, are read as UTC where they stand alone.
Where no column holds the link of a post, it may be a share, and its kind stays unknown.
Photos and videos on Facebook are media, not links. Where a short address was followed (`Final Link`
or `short:=:long` in a text), the post carries the one it leads to, and the way is kept as a
redirect. Views count videos only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from unswarm.canonical import clean_url, hashtags_in, mentions_in, urls_in
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.facebook import PLATFORM as FACEBOOK
from unswarm.readers._parts.facebook import Shown, shown
from unswarm.readers._parts.loose import count_of, sum_of
from unswarm.readers._parts.records import first_records, read_records
from unswarm.readers._parts.tweets import (
    Record,
    RecordError,
    attempt,
    optional_time,
    reference,
    required_id,
    stated_time,
)
from unswarm.readers._parts.values import NULLS, parse_object, parse_objects

specificity = 75

INSTAGRAM = "instagram"
RESHARE = "This is a re-share of a post"  # what CrowdTangle writes where a share has no text
REACTIONS = (
    *("like", "comment", "share", "love", "wow", "haha", "sad", "angry", "care", "thankful"),
    "favorite",
)
COUNTS = (*(f"{name}s" for name in REACTIONS[:3]), *REACTIONS[3:])  # as exports call them

_EXPORTED = {"postcreated", "postcreateddate"}
_ACCOUNT = {"pagename", "groupname", "facebookid", "account", "username"}
_OF_THE_API = {"posturl", "subscribercount", "expandedlinks", "legacyid"}
_NAME = re.compile(r"[\W_]+")
_FOLDED = ":=:"
_WAY = re.compile(rf"(\S+?){_FOLDED}(https?://\S+)")
_CODE = re.compile(r"/(?:[\w.]+/)?(?:p|reel|tv)/([\w-]+)")
_KINDS = ("page", "group")
_OWN_FILE = re.compile(r"(?:scontent|video)[\w.-]*\.(?:fbcdn\.net|cdninstagram\.com)")


@dataclass(frozen=True)
class _Said:
    """A row of either layout, in one form."""

    account: str
    time: tuple[int, int]
    address: str | None  # of the post
    post: str | None  # its id, as far as the row says it
    platform: str
    text: str | None
    links: list[tuple[str, str]]  # (as posted, where it leads)
    attached: str | None  # the link below the text, which shows what a share shares
    tells_shares: bool  # whether a share would show
    profile: Record
    files: list[str | None] = field(default_factory=list)
    sponsor: Record = field(default_factory=dict)  # id, name and handle of who paid
    language: str | None = None
    views: int | None = None
    interactions: int | None = None
    own: frozenset[str] = frozenset()  # how addresses may name the account


def recognises(source: Source) -> bool:
    """Whether its columns, or its first posts, are CrowdTangle's."""
    posts = (post for value in first_records(source) for post in _posts(value))
    keys = (set(_plain(post)) for post in posts if isinstance(post, Mapping))
    return any(_is_export(names) or _is_api(names) for names in keys)


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, pages, groups and accounts, who paid for posts, redirects."""
    latest: dict[str, int] = {}
    return read_records(source, partial(_add, latest))


def _is_export(names: set[str]) -> bool:
    return bool(names & _EXPORTED and names & _ACCOUNT)


def _is_api(names: set[str]) -> bool:
    has_account = bool(names & {"account", "accountplatformid"})
    return {"platformid", "date"} <= names and has_account and bool(names & _OF_THE_API)


def _posts(value: Any) -> list[Any]:
    """The posts of a page of results, or the one post."""
    result = value.get("result") if isinstance(value, Mapping) else None
    listed = result.get("posts") if isinstance(result, Mapping) else None
    return listed if isinstance(listed, list) else [value]


def _plain(row: Record) -> dict[str, Any]:
    """A row under names without case, blanks and points; what says nothing is None."""
    return {_plain_name(name): _value(value) for name, value in row.items()}


@lru_cache(maxsize=4_096)
def _plain_name(name: str) -> str:
    return _NAME.sub("", name).casefold()


def _value(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip() in NULLS else value


def _add(latest: dict[str, int], batch: Batch, line: int, value: Any) -> None:
    """Add the posts of a record.

    Args:
        latest: account → when it was seen last; exports come in any order.
    """
    for post in _posts(value):
        attempt(partial(_add_one, latest), batch, line, post)


def _add_one(latest: dict[str, int], batch: Batch, line: int, post: Any) -> None:
    if not isinstance(post, Mapping):
        raise RecordError(None, "no post of CrowdTangle")
    said = _said(batch, line, _plain(post))
    _add_post(batch, line, said)
    seen = said.profile["seen"]
    if seen >= latest.get(said.account, seen):
        latest[said.account] = seen
        batch.account(account=said.account, platform=said.platform, **said.profile)


def _said(batch: Batch, line: int, row: Record) -> _Said:
    if _is_api(set(row)):
        return _of_api(batch, line, row)
    if _is_export(set(row)):
        return _of_export(batch, line, row)
    raise RecordError(None, "neither an export nor a post of the API of CrowdTangle")


# Exports


def _of_export(batch: Batch, line: int, row: Record) -> _Said:
    address, handle = _word(row, "url"), _handle(_word(row, "username"))
    at = shown(address or "")
    name = _word(row, "pagename", "groupname", "account")
    platform = INSTAGRAM if "account" in row or _CODE.search(address or "") else FACEBOOK
    owner = at.owner if at else None
    account = required_id(row.get("facebookid") or owner or handle or name, "Facebook Id")
    time = _export_time(row)
    short, final = _word(row, "link"), _word(row, "finallink")
    link = (short or final or "", final or short or "")
    created, precision = optional_time(row.get("pagecreated"))
    return _Said(
        account=account,
        time=time,
        address=address,
        post=_post_id(address, at, account),
        platform=platform,
        text=_word(row, "message", *(("description",) if platform == INSTAGRAM else ())),
        links=[link] if platform == FACEBOOK and link[1] else [],
        attached=link[1] if platform == FACEBOOK else None,
        tells_shares=platform == INSTAGRAM or bool({"link", "finallink"} & row.keys()),
        profile={
            "kind": _kind_of_export(row, at),
            "handle": handle,
            "name": name,
            "created": created,
            "created_precision": precision,
            "followers": count_of(row, "followersatposting"),
            "operator_country": _word(row, "pageadmintopcountry"),
            "bio": _word(row, "pagedescription"),
            "seen": time[0],
        },
        files=[_file(row.get("photo"))],
        sponsor={
            "id": reference(batch, line, "Sponsor Id", row.get("sponsorid")),
            "name": _word(row, "sponsorname"),
        },
        views=count_of(row, "postviews") or count_of(row, "totalviews") or count_of(row, "views"),
        interactions=count_of(row, "totalinteractions") or sum_of(row, *COUNTS),
        own=_names(account, owner, handle),
    )


def _export_time(row: Record) -> tuple[int, int]:
    if row.get("postcreated"):
        return stated_time(row["postcreated"], "Post Created")
    day, clock = row.get("postcreateddate"), row.get("postcreatedtime")
    return stated_time(f"{day} {clock}" if day and clock else day, "Post Created Date")


def _kind_of_export(row: Record, at: Shown | None) -> str | None:
    if row.get("groupname") or (at and at.group):
        return "group"
    return "page" if row.get("pagename") else None


# The API


def _of_api(batch: Batch, line: int, row: Record) -> _Said:
    account = _nested(row, "account")
    address, handle = _word(row, "posturl"), _handle(_word(account, "handle"))
    at = shown(address or "")
    owner = at.owner if at else None
    id_ = required_id(account.get("platformid") or owner, "account.platformId")
    sponsor = _nested(row, "brandedcontentsponsor")
    actual = _nested(_nested(row, "statistics"), "actual")
    link, links = _word(row, "link"), _api_links(row)
    return _Said(
        account=id_,
        time=stated_time(row.get("date"), "date"),
        address=address,
        post=_post_id(address, at, id_) or reference(batch, line, "platformId", row["platformid"]),
        platform=str(row.get("platform") or account.get("platform") or FACEBOOK).lower(),
        text=_word(row, "message"),
        links=links,
        attached=dict(links).get(link, link) if link else None,
        tells_shares=True,
        profile=_api_profile(row, account, handle),
        files=[_file(item.get("full") or item.get("url")) for item in _files(row)],
        sponsor={
            "id": reference(batch, line, "brandedContentSponsor", sponsor.get("platformid")),
            "name": _word(sponsor, "name"),
            "handle": _word(sponsor, "handle"),
        },
        language=_word(row, "languagecode"),
        views=count_of(actual, "viewcount") or count_of(actual, "videoviewcount"),
        interactions=sum_of(actual, *(f"{name}count" for name in REACTIONS)),
        own=_names(id_, owner, handle, _last_part(_word(account, "url"))),
    )


def _nested(row: Record, name: str) -> Record:
    """An object in a column of its own, or spread over columns that begin with its name."""
    inside = parse_object(row.get(name) or {})
    if inside:
        return _plain(inside)
    return {key.removeprefix(name): row[key] for key in row if key.startswith(name)}


def _api_profile(row: Record, account: Record, handle: str | None) -> dict[str, Any]:
    """The account as it was when the post was last counted."""
    created, precision = optional_time(account.get("pagecreateddate"))
    type_ = str(account.get("accounttype") or "")
    followers = count_of(account, "subscribercount")
    return {
        "kind": next((kind for kind in _KINDS if kind in type_), None),
        "handle": handle,
        "name": _word(account, "name"),
        "created": created,
        "created_precision": precision,
        "followers": count_of(row, "subscribercount") if followers is None else followers,
        "operator_country": _word(account, "pageadmintopcountry"),
        "bio": _word(account, "pagedescription"),
        "photo": _word(account, "profileimage"),
        "seen": optional_time(row.get("updated"))[0] or stated_time(row.get("date"), "date")[0],
    }


def _api_links(row: Record) -> list[tuple[str, str]]:
    """(as posted, where it leads) of each link, the attached one among them."""
    found = {
        str(link.get("original") or link["expanded"]): str(link["expanded"])
        for link in parse_objects(row.get("expandedlinks"))
        if link.get("expanded")
    }
    if (link := _word(row, "link")) and link not in found.values():
        found.setdefault(link, link)
    return list(found.items())


def _files(row: Record) -> list[Record]:
    return [item for item in parse_objects(row.get("media")) if item.get("url")]


# Both


def _add_post(batch: Batch, line: int, said: _Said) -> None:
    kind, target = _relation(said)
    text, ways = _unfolded(None if said.text == RESHARE else said.text)
    post = said.post or f"{batch.source.path.name}:{line}"
    added = batch.post(
        line,
        post=post,
        account=said.account,
        time=said.time[0],
        precision=said.time[1],
        platform=said.platform,
        kind=kind,
        text=text,
        language=said.language,
        target_post=f"{target.owner}_{target.id}" if target else None,
        target_account=target.owner if target else None,
        views=said.views or None,
        interactions=said.interactions,
        links=_links(said, target, ways),
        hashtags=hashtags_in(text or ""),
        mentions=mentions_in(text or ""),
        media=_media(said),
    )
    if added:
        _add_redirects(batch, [*said.links, *ways])
        _add_sponsor(batch, said)


def _relation(said: _Said) -> tuple[str | None, Shown | None]:
    """The kind of a post, and the post of somebody else that it shares.

    A share with a text of its own is a quote. Where an address names its owner by handle and the
    row does not say the account's own, nobody can tell whose post it is.
    """
    target = _of_another(said, said.attached or "")
    if target and not (said.profile["handle"] or str(target.owner).isdecimal()):
        return None, None
    if said.text == RESHARE or (target and not said.text):
        return "repost", target
    return ("quote" if target else "original" if said.tells_shares else None), target


def _of_another(said: _Said, url: str) -> Shown | None:
    at = shown(url)
    return at if at and at.owner and at.owner.casefold() not in said.own else None


def _unfolded(text: str | None) -> tuple[str | None, list[tuple[str, str]]]:
    """A text as it was published, and the `short:=:long` addresses that stood in it."""
    if not text or _FOLDED not in text:
        return text, []
    return _WAY.sub(r"\1", text), _WAY.findall(text)


def _links(said: _Said, target: Shown | None, ways: list[tuple[str, str]]) -> list[str]:
    """Where the links lead; without what the post shares, and its own photos and texts.

    A text is looked through only where no link is attached to the post.
    """
    found = [to for _, to in (*said.links, *ways)]
    if not said.links:
        shorts = {short for short, _ in ways}
        found += [url for url in urls_in(_unfolded(said.text)[0] or "") if url not in shorts]
    return [url for url in found if _leads_on(said, shown(url), target)]


def _leads_on(said: _Said, at: Shown | None, target: Shown | None) -> bool:
    if at is None:
        return True
    foreign = at.owner is not None and at.owner.casefold() not in said.own
    return foreign and not at.media and at != target


def _media(said: _Said) -> list[str | None]:
    """Ids of the photos and videos that the links show; else the names of their files."""
    linked = [at.id for _, to in said.links if (at := shown(to)) and at.media]
    return [*linked] or said.files


def _add_redirects(batch: Batch, ways: list[tuple[str, str]]) -> None:
    """Ways from one site to another; within a site they are mere log-in and consent pages."""
    for short, to in ways:
        url, target = clean_url(short), clean_url(to)
        if url and target and url[1] != target[1]:
            batch.add("redirect", url=url[0], target=target[0], domain=target[1])


def _add_sponsor(batch: Batch, said: _Said) -> None:
    """Who paid for the post: the account advertises for them, since nobody knows when."""
    name, sponsor = said.sponsor.get("name"), said.sponsor.get("id")
    if not (sponsor := None if sponsor == "0" else sponsor) and not name:
        return
    batch.add("role", account=said.account, role="advertises", target=sponsor or name)
    batch.account(
        account=sponsor or name,
        platform=said.platform,
        kind="advertiser",
        name=name,
        handle=said.sponsor.get("handle"),
    )


def _post_id(address: str | None, at: Shown | None, account: str) -> str | None:
    """The id of a post out of its address; None where it has none."""
    if at:
        return f"{account}_{at.id}"
    code = _CODE.search(address or "")
    return code[1] if code else None


def _last_part(address: str | None) -> str | None:
    return address.rstrip("/").rpartition("/")[2] if address else None


def _names(*names: str | None) -> frozenset[str]:
    return frozenset(name.casefold() for name in names if name)


def _word(row: Record, *names: str) -> str | None:
    """The first of some columns that says something; a copy may write 0 for nothing."""
    words = (str(row[name]).strip() for name in names if row.get(name) is not None)
    return next((word for word in words if word and word != "0"), None)


def _handle(name: str | None) -> str | None:
    return name.removeprefix("@") if name else None


def _file(address: Any) -> str | None:
    """The name of an uploaded photo or video on Meta's servers, which copies of it share."""
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return None
    own = _OWN_FILE.fullmatch((parts.hostname or "").lower())
    return PurePosixPath(parts.path).name or None if own else None
