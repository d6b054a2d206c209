"""What the Mastodon formats share: accounts, and names that hold on every server.

An account's id is its page's address (`url`): servers number accounts and posts each in their own
way, old versions give no other name of it, and mentions give this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from unswarm.canonical import clean_url
from unswarm.model import DAY
from unswarm.readers._parts.loose import count_of, records_of, text_of
from unswarm.readers._parts.markup import markup
from unswarm.readers._parts.tweets import RecordError, optional_time

PLATFORM = "mastodon"
NO_PHOTO = "/missing.png"  # what stands where an account has none

Record = Mapping[str, Any]


def is_account(record: Any) -> bool:
    """Whether a value is an account of Mastodon's API."""
    if not isinstance(record, Mapping) or "acct" not in record:
        return False
    named = text_of(record, "url") or text_of(record, "uri")
    return named is not None and "username" in record


def account_id(account: Record, field: str = "account.url") -> str:
    """An account's id: the address of its page, or its name in ActivityPub.

    Raises:
        RecordError: it has neither.
    """
    found = text_of(account, "url") or text_of(account, "uri")
    if found is None:
        raise RecordError(field, "missing")
    return found


def server_of(address: str | None) -> str | None:
    """The host of an address; None where there is none."""
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


def is_local(account: Record) -> bool:
    """Whether an account lives on the server that speaks of it."""
    return "@" not in (text_of(account, "acct") or "@")


def profile(account: Record) -> dict[str, Any]:
    """What the API says of an account, by the columns of `model.ACCOUNT`.

    Raises:
        RecordError: it has no id.
    """
    created, precision = _created(account.get("created_at"))
    return {
        "account": account_id(account),
        "platform": PLATFORM,
        "kind": "group" if account.get("group") is True else None,
        "handle": _handle(account),
        "name": text_of(account, "display_name"),
        "created": created,
        "created_precision": precision,
        "followers": count_of(account, "followers_count"),
        "following": count_of(account, "following_count"),
        "posts": count_of(account, "statuses_count"),
        "bio": markup(text_of(account, "note")).text or None,
        "photo": _photo(account),
        "website": _website(account),
        "status": _status(account),
    }


def _created(value: Any) -> tuple[int | None, int | None]:
    """When it was created; since version 3.4 servers say the day only, as midnight."""
    time, precision = optional_time(value)
    return time, DAY if time is not None and time % DAY == 0 else precision


def _handle(account: Record) -> str | None:
    """`ann@server`, also where the server leaves itself out."""
    name = text_of(account, "acct") or text_of(account, "username")
    if name is None or "@" in name:
        return name
    server = server_of(text_of(account, "url") or text_of(account, "uri"))
    return f"{name}@{server}" if server else name


def _photo(account: Record) -> str | None:
    address = text_of(account, "avatar")
    return None if address is None or address.endswith(NO_PHOTO) else address


def _website(account: Record) -> str | None:
    """The first address among the fields of its profile; one it has proved to own goes first."""
    fields = sorted(records_of(account, "fields"), key=lambda one: not one.get("verified_at"))
    for one in fields:
        for anchor in markup(text_of(one, "value")).anchors:
            if not anchor.marks & {"mention", "hashtag"} and (found := clean_url(anchor.url)):
                return found[0]
    return None


def _status(account: Record) -> str | None:
    if account.get("suspended") is True:
        return "suspended"
    return "limited" if account.get("limited") is True else None
