"""What an address on Facebook shows: a post or a picture, and whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

PLATFORM = "facebook"

_HOST = re.compile(r"(?:[\w-]+\.)?(?:facebook|fb)\.com")
_POST = re.compile(r"/(?:groups/)?([^/]+)/(?:posts|permalink)/(?:[^/]+/)?([^/]+)/?")
_MEDIA = re.compile(r"/([^/]+)/(?:photos|videos)/(?:[^/]+/)*(\d+)/?")
_REEL = re.compile(r"/reel/(\d+)/?")
_STORY = re.compile(r"/(?:permalink|story)\.php")
_VIEWER = re.compile(r"/(?:photo|video|watch)(?:\.php)?/?")


@dataclass(frozen=True)
class Shown:
    """What an address shows.

    Args:
        id: of the post, the photo or the video.
        owner: the id or handle in the address; None where it has none.
        media: whether it is a photo or a video rather than a post.
        group: whether the owner is a group.
    """

    id: str
    owner: str | None = None
    media: bool = False
    group: bool = False


def shown(url: str) -> Shown | None:
    """What an address on Facebook shows; None when it is no post, photo or video there."""
    try:
        parts = urlsplit(url if "//" in url else f"https://{url}")
    except ValueError:
        return None
    if not _HOST.fullmatch((parts.hostname or "").lower()):
        return None
    return _by_path(parts.path) or _by_query(parts)


def _by_path(path: str) -> Shown | None:
    if post := _POST.fullmatch(path):
        return Shown(post[2], post[1], group=path.startswith("/groups/"))
    if media := _MEDIA.fullmatch(path):
        return Shown(media[2], media[1], media=True)
    reel = _REEL.fullmatch(path)
    return Shown(reel[1], media=True) if reel else None


def _by_query(parts: SplitResult) -> Shown | None:
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if _STORY.fullmatch(parts.path) and "story_fbid" in said:
        return Shown(said["story_fbid"], said.get("id"))
    found = said.get("fbid") or said.get("v")
    return Shown(found, media=True) if found and _VIEWER.fullmatch(parts.path) else None
