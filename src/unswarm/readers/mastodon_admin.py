"""Mastodon's moderation API (Admin::Account): profiles, their status, and what they signed up with.

For whoever runs a server. Each account gives its profile, whether it is active, pending, silenced,
disabled or suspended, and its infrastructure: IP addresses (`ip`, `ips`) and the networks they lie
in (/24, /48 for IPv6), its mail address and the pattern of it, who invited it, and the program it
signed up with. Patterns are left out at public mail domains, where they say nothing, and addresses
inside somebody's own network, which is what servers behind a misconfigured proxy see, are left out
and counted. The case keeps keyed hashes of these values, and no message shows one. What people
wrote when they asked for an account is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.infrastructure import media_of_ip, media_of_mail
from unswarm.readers._parts.json import Broken, beginning, values
from unswarm.readers._parts.loose import record_of, records_of, text_of
from unswarm.readers._parts.mastodon import Record, account_id, is_account, profile, server_of
from unswarm.readers._parts.tweets import RecordError, optional_time

specificity = 80

STATES = ("suspended", "disabled", "silenced")  # the gravest first
_OWN_NETWORK = "addresses inside own networks"

Media = Iterable[tuple[str, str]]  # medium, value
Moment = tuple[int | None, int | None]  # milliseconds UTC, precision


def recognises(source: Source) -> bool:
    """Whether its first values are accounts as moderators see them."""
    return any(_is_admin_account(item) for value in beginning(source) for item in _items(value))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Profiles and infrastructure. What is rejected is named by its number, never shown."""
    batch, notes = Batch(source), Counter[str]()
    for line, value in values(source.text_lines(batch.reject)):
        if isinstance(value, Broken):
            batch.reject(line, None, value.reason, "")
            continue
        for item in _items(value):
            _attempt(batch, notes, line, item)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()
    if own := notes[_OWN_NETWORK]:
        source.report(f"{source.name}: {own:,} IP addresses lie inside own networks; left out.")


def _is_admin_account(value: Any) -> bool:
    if not isinstance(value, Mapping) or not is_account(value.get("account")):
        return False
    return {"email", "suspended", "silenced"} <= value.keys()


def _items(value: Any) -> list[Any]:
    """The account of a webhook's event; else the value itself."""
    if isinstance(value, Mapping) and isinstance(value.get("event"), str) and "object" in value:
        return [value["object"]]
    return [value]


def _attempt(batch: Batch, notes: Counter[str], line: int, item: Any) -> None:
    """Add an account; one that lacks something goes to the quarantine, without what it holds."""
    try:
        _add(batch, notes, line, item)
    except RecordError as fault:
        batch.reject(line, fault.field, fault.reason, _number(item))
    except (AttributeError, KeyError, TypeError):
        batch.reject(line, None, "not of the shape the API gives", _number(item))


def _number(item: Any) -> str:
    """The account's number on its server, if it is one."""
    number = str(item.get("id")) if isinstance(item, Mapping) else ""
    return f"account {number}" if number.isdecimal() else ""


def _add(batch: Batch, notes: Counter[str], line: int, item: Any) -> None:
    if not _is_admin_account(item):
        raise RecordError(None, "no account as moderators see it")
    said = profile(item["account"])
    created, precision = optional_time(item.get("created_at"))
    if created is not None:  # to the millisecond; the public profile says the day
        said |= {"created": created, "created_precision": precision}
    said |= {"status": _status(item), "language": text_of(item, "locale")}
    batch.account(**said)
    _add_ips(batch, notes, line, item)
    if address := text_of(item, "email"):
        _add_media(batch, line, item, ("email", address), media_of_mail)
    _add_origin(batch, item)


def _status(item: Record) -> str:
    gravest = next((state for state in STATES if item.get(state) is True), None)
    return gravest or ("pending" if item.get("approved") is False else "active")


def _add_ips(batch: Batch, notes: Counter[str], line: int, item: Record) -> None:
    for field, text, moment in _ips(item):
        media = _add_media(batch, line, item, (field, text), media_of_ip, moment)
        notes[_OWN_NETWORK] += media == 0


def _ips(item: Record) -> Iterator[tuple[str, str, Moment]]:
    """Field, address and when it was used, if the API says when; the latest one stands twice."""
    known: set[str] = set()
    for one in (*records_of(item, "ips"), record_of(item, "ip")):
        if text := text_of(one, "ip"):
            known.add(text)
            yield "ips", text, optional_time(one.get("used_at"))
    if (latest := text_of(item, "ip")) and latest not in known:
        yield "ip", latest, (None, None)


def _add_media(
    batch: Batch,
    line: int,
    item: Record,
    said: tuple[str, str],
    derive: Callable[[str], Media],
    moment: Moment = (None, None),
) -> int | None:
    """Add what the address in a field shows; how much that is, None where it is no address."""
    field, address = said
    try:
        media = list(derive(address))
    except ValueError as error:  # which does not show it
        batch.reject(line, field, str(error), _number(item))
        return None
    for medium, value in media:
        _use(batch, item, medium, value, moment)
    return len(media)


def _add_origin(batch: Batch, item: Record) -> None:
    """Who invited it and with which program it signed up: numbers that its server gives."""
    server = server_of(account_id(item["account"])) or ""
    for medium, key in (("invite", "invited_by_account_id"), ("app", "created_by_application_id")):
        number = item.get(key)
        if isinstance(number, str | int) and not isinstance(number, bool) and str(number).strip():
            _use(batch, item, medium, f"{server}/{number}", (None, None))


def _use(batch: Batch, item: Record, medium: str, value: str, moment: Moment) -> None:
    time, precision = moment
    used = {"medium": medium, "value": value, "time": time, "precision": precision}
    batch.add("infrastructure", account=account_id(item["account"]), **used)
