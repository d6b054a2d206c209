"""Telegram Desktop's JSON export (`result.json`): one chat, or the chats of an account.

Messages are streamed, so that an export of any size is read. Accounts are `user1`, `channel2`,
`chat3`, as newer exports write them, messages `channel2/45`. A message of somebody else than its
chat has the chat as its place. Of a forward the export names the source, in newer versions its id
too, but never the message. Photos and files that lie beside the export are known by the SHA-256 of
their content; stickers are left out, because packs of them are everybody's. Times are UTC, to the
second; exports from before 2022 hold the exporter's local time only, which is then taken as UTC and
reported. Of service messages those are read that tell who joined, a new title or when the chat was
created. In an export of many chats, those with one person are private and left out, and so are
contacts and sessions; how much is left out is reported.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from unswarm.canonical import hashtags_in, mentions_in, urls_in
from unswarm.readers import HEAD, Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import PEEKED, Broken
from unswarm.readers._parts.loose import count_of, records_of, text_of
from unswarm.readers._parts.nested import ITEM, members
from unswarm.readers._parts.telegram import (
    PEER,
    PLATFORM,
    Moment,
    Record,
    attempt_safely,
    kind_of,
    message_id,
    shown_text,
)
from unswarm.readers._parts.tweets import RecordError, required_id, stated_time

specificity = 80

ALONE = frozenset(  # chats with one person, or with nobody
    ("personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes")
)
GROUPS = frozenset(("private_group", "public_group"))
CHANNELS = frozenset(("private_channel", "public_channel"))
SUPERGROUPS = frozenset(("private_supergroup", "public_supergroup"))
_KINDS = {
    **dict.fromkeys(GROUPS | SUPERGROUPS, "group"),
    **dict.fromkeys(CHANNELS, "channel"),
    "personal_chat": "person",
}
TYPES = ALONE | GROUPS | CHANNELS | SUPERGROUPS
JOINED = ("join_group_by_link", "join_group_by_request")
LARGEST_FILE = 1 << 27  # bytes of a file beside the export that is still read

_LISTS = [(name, "list") for name in ("chats", "left_chats")]
_CHATS = [(), *((*path, ITEM) for path in _LISTS)]  # where a chat stands
_MESSAGES = [(*path, "messages") for path in _CHATS]
_HEAD = ("name", "type", "id")  # what an export says of a chat
_INSIDE = {(), *((name,) for name, _ in _LISTS), *_LISTS, *_CHATS, *_MESSAGES}
_OLD_PREFIX = ("user", "chat", "channel")  # what the upper half of an id meant until 2021
_TAGGED = {"hashtag": "hashtags", "mention": "mentions", "link": "links"}


def recognises(source: Source) -> bool:
    """Whether it begins like an export of a chat, or holds a list of chats."""
    for size in (HEAD, PEEKED):
        if (type_ := _first_type(source.head(size))) is not None:
            return type_ in TYPES
    return False


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Messages with what they carry, who wrote them, chats, who joined, new titles."""
    batch = Batch(source)
    export = _Export(source, batch)
    for line, path, value in members(source.text_lines(batch.reject), _INSIDE.__contains__):
        if isinstance(value, Broken):
            batch.reject(line, path[-1] if path else None, value.reason, shown_text(value.content))
        elif path in _CHATS:
            export.begin_chat(among_many=bool(path))
        elif path[-1] == ITEM and path[:-1] in _MESSAGES:
            export.message(line, value)
        elif path[:-1] in _CHATS and path[-1] in _HEAD:
            export.chat[path[-1]] = value
        if batch.full:
            yield from batch.drain()
    export.end_chat()
    yield from batch.drain()
    export.report()


def _first_type(head: bytes) -> Any:
    """The type of the first chat; None where there is none to be seen."""
    text = head.decode("utf-8-sig", "replace")
    if not text.lstrip().startswith("{"):
        return None
    found = islice(members(io.StringIO(text), _INSIDE.__contains__), 10_000)
    types = (value for _, path, value in found if path[:-1] in _CHATS and path[-1:] == ("type",))
    return next((value for value in types if isinstance(value, str)), None)


class _Export:
    """What has to be remembered from message to message: the chat, and what is left out."""

    def __init__(self, source: Source, batch: Batch) -> None:
        self.source, self.batch = source, batch
        self.chat: dict[str, Any] = {}  # what the export says of the chat, and what it became
        self.topics: set[Any] = set()  # messages that opened a topic; standing in one is no reply
        self.left_out: Counter[str] = Counter()
        self.among_many = False  # chats, of which the exporter may not have looked at each
        self.local = 0

    def begin_chat(self, among_many: bool) -> None:
        """Take leave of a chat, and begin with another."""
        self.end_chat()
        self.chat, self.topics, self.among_many = {}, set(), among_many

    def end_chat(self) -> None:
        """Add what the messages of a chat told about it."""
        if self.chat.get("taken"):
            self._add_chat()

    def message(self, line: int, message: Any) -> None:
        """Take a message in; what cannot be used goes to the quarantine."""
        if self.among_many and self.chat.get("type") in ALONE:
            self.left_out["messages of chats with one person"] += 1
        else:
            attempt_safely(lambda record: self._add(line, record), self.batch, line, message)

    def report(self) -> None:
        """Tell the person what was left out."""
        for what, number in sorted(self.left_out.items()):
            self.source.report(f"{self.source.name}: {number:,} {what} left out.")
        if self.local:
            self.source.report(
                f"{self.source.name}: {self.local:,} messages have only the exporter's local time, "
                "taken as UTC; export again with a newer Telegram Desktop."
            )

    def _add(self, line: int, message: Record) -> None:
        chat = self._chat_id()
        self.chat["taken"] = True
        if message["type"] == "service":
            self._add_service(message, chat)
        elif message["type"] == "message":
            self._add_post(line, message, chat)
        else:
            raise RecordError("type", "a message that Telegram Desktop could not export")

    def _chat_id(self) -> str:
        type_, number = self.chat.get("type"), self.chat.get("id")
        if type_ not in TYPES or not isinstance(number, int):
            raise RecordError("id", "type and id of the chat do not stand before its messages")
        if type_ in ALONE:
            return f"user{number}"
        if number >> 32 == (1 if type_ in GROUPS else 2):
            return _peer(number, "id")
        return f"{'chat' if type_ in GROUPS else 'channel'}{number}"

    def _add_post(self, line: int, message: Record, chat: str) -> None:
        account = self._author(message, "from_id", chat)
        time, precision = self._time(message)
        kind, target_post, target_account = self._target(message, chat)
        number, carried = required_id(message.get("id"), "id"), _carried(message)
        added = self.batch.post(
            line,
            post=message_id(chat, number) or f"{chat}/{number}",
            account=account,
            time=time,
            precision=precision,
            platform=PLATFORM,
            kind=kind,
            text=_text(message),
            target_post=target_post,
            target_account=target_account,
            client=text_of(message, "via_bot"),
            place=chat if account != chat else None,
            interactions=_reactions(message),
            media=[_content(self.source.path.parent, message)],
            links=carried["links"],
            hashtags=carried["hashtags"],
            mentions=carried["mentions"],
        )
        if added:
            self._add_author(message, account, chat, time)

    def _author(self, message: Record, field: str, chat: str) -> str:
        if message.get(field) is None and self.chat["type"] in CHANNELS:
            return chat
        return _peer(message.get(field), field)

    def _time(self, message: Record) -> Moment:
        if message.get("date_unixtime"):
            return stated_time(message["date_unixtime"], "date_unixtime")
        moment = stated_time(message.get("date"), "date")
        self.local += 1
        return moment

    def _target(self, message: Record, chat: str) -> tuple[str, str | None, str | None]:
        """Kind, target post, target account."""
        if "forwarded_from" in message or "forwarded_from_id" in message:
            source = message.get("forwarded_from_id")
            return "repost", None, str(source) if source else text_of(message, "forwarded_from")
        answered = message.get("reply_to_message_id")
        if answered is None or answered in self.topics:
            return "original", None, None
        where = message.get("reply_to_peer_id")
        return "reply", message_id(str(where) if where else chat, answered), None

    def _add_author(self, message: Record, account: str, chat: str, time: int) -> None:
        if account != chat:
            self.batch.account(
                account=account,
                platform=PLATFORM,
                kind=kind_of(account),
                name=text_of(message, "from"),
                seen=time,
            )

    def _add_chat(self) -> None:
        created, precision = self.chat.get("created", (None, None))
        self.batch.account(
            account=self._chat_id(),
            platform=PLATFORM,
            kind=_KINDS.get(self.chat["type"]),
            name=text_of(self.chat, "name"),
            created=created,
            created_precision=precision,
        )

    # Service messages

    def _add_service(self, message: Record, chat: str) -> None:
        action = str(message.get("action"))
        if action in ("create_channel", "create_group"):
            self.chat["created"] = self._time(message)
            self.chat["title"] = text_of(message, "title")
        elif action == "edit_group_title":
            self._add_title(message, chat)
        elif action in JOINED or _joins_alone(message):
            self._add_member(message, chat)
        else:
            if action == "topic_created":
                self.topics.add(message.get("id"))
            self.left_out[f"service messages of type {action}"] += 1

    def _add_title(self, message: Record, chat: str) -> None:
        time, precision = self._time(message)
        before, after = self.chat.get("title"), text_of(message, "title")
        change = {"what": "name", "before": before, "after": after}
        self.batch.add("rename", account=chat, time=time, precision=precision, **change)
        self.chat["title"] = after

    def _add_member(self, message: Record, chat: str) -> None:
        time, precision = self._time(message)
        account = _peer(message.get("actor_id"), "actor_id")
        role = {"account": account, "role": "member", "target": chat}
        self.batch.add("role", time=time, precision=precision, **role)
        name = text_of(message, "actor")
        kind = kind_of(account)
        self.batch.account(account=account, platform=PLATFORM, kind=kind, name=name, seen=time)


def _joins_alone(message: Record) -> bool:
    """Whether somebody added nobody but themselves: how Telegram writes that they joined."""
    return message.get("action") == "invite_members" and (
        message.get("members") == [message.get("actor")] != [None]
    )


def _peer(value: Any, field: str) -> str:
    """`user1`, `chat2`, `channel3`; until 2021 the upper half of a number said which.

    Raises:
        RecordError: it is none of these.
    """
    if isinstance(value, str) and PEER.fullmatch(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value >> 32 < 3:
        return f"{_OLD_PREFIX[value >> 32]}{value & 0xFFFFFFFF}"
    raise RecordError(field, "missing" if value is None else "not the id of a user or a chat")


def _text(message: Record) -> str | None:
    """The text out of its parts."""
    text = message.get("text")
    parts = text if isinstance(text, list) else [text]
    words = (part.get("text") if isinstance(part, Mapping) else part for part in parts)
    return "".join(str(word) for word in words if word is not None) or None


def _carried(message: Record) -> dict[str, list[str]]:
    """Links, hashtags and mentions: what Telegram marked in the text, and links of buttons."""
    entities = [*records_of(message, "text_entities")] or [*records_of(message, "text")]
    if not entities and "text_entities" not in message:
        text = _text(message) or ""
        found = {"links": urls_in(text), "hashtags": hashtags_in(text)}
        return {**found, "mentions": mentions_in(text)}
    found = {"links": _buttons(message), "hashtags": [], "mentions": []}
    for entity in entities:
        name, value = _marked(entity)
        if name and value:
            found[name].append(value)
    return found


def _marked(entity: Record) -> tuple[str | None, str | None]:
    """(what is marked, the value) of a part of a text."""
    type_, text = str(entity.get("type")), text_of(entity, "text")
    if type_ == "text_link":
        return "links", text_of(entity, "href")
    if type_ == "mention_name" and entity.get("user_id"):
        return "mentions", f"user{entity['user_id']}"
    if type_ == "mention" and text:
        return "mentions", text.removeprefix("@").casefold()
    return _TAGGED.get(type_), text


def _buttons(message: Record) -> list[str]:
    rows = message.get("inline_bot_buttons")
    buttons = (button for row in rows or () for button in row if isinstance(button, Mapping))
    found = (text_of(button, "data") for button in buttons if button.get("type") == "url")
    return [address for address in found if address]


def _reactions(message: Record) -> int | None:
    counts = [count_of(one, "count") or 0 for one in records_of(message, "reactions")]
    return sum(counts) if counts else None


def _content(folder: Path, message: Record) -> str | None:
    """The SHA-256 of the photo or file of a message, where it was exported with it."""
    name = text_of(message, "photo") or text_of(message, "file")
    if name is None or message.get("media_type") == "sticker":
        return None
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return None
        with file.open("rb") as stream:
            if file.stat().st_size > LARGEST_FILE:
                return None
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
