"""Telethon: Telegram messages as `to_dict()` writes them, in JSON lines, and those of 4CAT.

Also reads pages of results (`messages` with `users` and `chats`), and users and chats alone.
Accounts are `user1`, `channel2`, `chat3` and messages `channel2/45`, as with Telegram Desktop's
exports; a message of somebody else than its chat has the chat as its place. A forward names the
message it repeats and when that was posted; where the source hides itself, only its name. Photos
and files are known by Telegram's ids, which forwards keep; stickers are left out, because packs of
them are everybody's. Phone numbers become keyed hashes. Times are UTC, to the second. Of service
messages those are read that tell who joined, a new title or when a chat was created; how many
others there are is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.canonical import hashtags_in, mentions_in, urls_in
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.json import Broken, beginning, values
from unswarm.readers._parts.loose import count_of, record_of, records_of, text_of
from unswarm.readers._parts.telegram import (
    PLATFORM,
    Moment,
    Record,
    attempt_safely,
    kind_of,
    message_id,
    shown_text,
)
from unswarm.readers._parts.tweets import RecordError, optional_time, required_id, stated_time
from unswarm.readers._parts.values import parse_id

specificity = 80

FLAGS = ("deleted", "restricted", "scam", "fake")  # what Telegram itself says of an account
JOINED = ("MessageActionChatJoinedByLink", "MessageActionChatJoinedByRequest")
CREATED = ("MessageActionChannelCreate", "MessageActionChatCreate")

_PEERS = {"channel_id": "channel", "chat_id": "chat", "user_id": "user"}
_ENTITIES = {
    "MessageEntityUrl": "links",
    "MessageEntityTextUrl": "links",
    "MessageEntityHashtag": "hashtags",
    "MessageEntityMention": "mentions",
    "MessageEntityMentionName": "mentions",
}
_STICKERS = ("DocumentAttributeSticker", "DocumentAttributeCustomEmoji")
_PROFILES = {
    **dict.fromkeys(("User", "UserEmpty"), "user"),
    **dict.fromkeys(("Channel", "ChannelForbidden"), "channel"),
    **dict.fromkeys(("Chat", "ChatForbidden", "ChatEmpty"), "chat"),
}


def recognises(source: Source) -> bool:
    """Whether its first values are Telethon's messages, or pages of them."""
    return any(_is_message(item) for value in beginning(source) for item in (value, *_page(value)))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Messages with what they carry, profiles of who wrote them and of chats, who joined."""
    batch = Batch(source)
    messages = _Messages(batch)
    for line, value in values(source.text_lines(batch.reject)):
        if isinstance(value, Broken):
            batch.reject(line, None, value.reason, shown_text(value.content))
        else:
            messages.take(line, value)
        if batch.full:
            yield from batch.drain()
    yield from batch.drain()
    for action, number in sorted(messages.left_out.items()):
        source.report(f"{source.name}: {number:,} service messages of type {action} left out.")


def _page(value: Any) -> list[Record]:
    """The messages of a page of results."""
    return [*records_of(value, "messages")] if isinstance(value, Mapping) else []


def _is_message(value: Any) -> bool:
    if not isinstance(value, Mapping) or not {"id", "date"} <= value.keys():
        return False
    return _peer_of(_where(value)) is not None and bool({"message", "action"} & value.keys())


def _where(message: Record) -> Any:
    """The peer a message stands with, None where there is none; it once was called `to_id`."""
    peer = message.get("peer_id") or message.get("to_id")
    return peer if isinstance(peer, Mapping) else None


def _type(record: Record) -> str:
    """The class of an object: Telethon writes it as `_`, 4CAT as `_type`."""
    return str(record.get("_") or record.get("_type") or "")


class _Messages:
    """What has to be remembered from message to message."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.left_out: Counter[str] = Counter()
        self.titles: dict[str, str | None] = {}
        self.phones: set[str] = set()  # accounts whose number was told

    def take(self, line: int, value: Any) -> None:
        """Take in a message, a page of them, or a profile."""
        page = _page(value)
        for item in page or (value,):
            attempt_safely(lambda record: self._add(line, record), self.batch, line, item)
        if page:
            for profile in (*records_of(value, "users"), *records_of(value, "chats")):
                attempt_safely(self._add_profile, self.batch, line, profile)

    def _add(self, line: int, record: Record) -> None:
        if _type(record) in _PROFILES:
            self._add_profile(record)
        elif not {"message", "action"} & record.keys():
            raise RecordError(None, "no message of Telethon")
        elif record.get("action"):
            self._add_service(record, _chat(record))
        else:
            self._add_post(line, record, _chat(record))

    def _add_post(self, line: int, message: Record, chat: str) -> None:
        account = _author(message, chat)
        time, precision = _time(message)
        kind, post, source, since = _target(message, chat)
        text, carried = text_of(message, "message"), _carried(message)
        via = parse_id(message.get("via_bot_id"))
        added = self.batch.post(
            line,
            post=_id(message, chat),
            account=account,
            time=time,
            precision=precision,
            platform=PLATFORM,
            kind=kind,
            text=text,
            target_post=post,
            target_account=source,
            target_time=since,
            client=f"user{via}" if via else None,
            place=chat if account != chat else None,
            views=count_of(message, "views"),
            interactions=_interactions(message),
            links=[*carried["links"], _preview(message)],
            hashtags=carried["hashtags"],
            mentions=carried["mentions"],
            media=[_media(record_of(message, "media"))],
        )
        if added:
            self._add_people(message, account, chat, time)

    def _add_people(self, message: Record, account: str, chat: str, time: int) -> None:
        """The author and the chat, as 4CAT keeps them beside a message; else their ids alone."""
        for key, peer in (("_sender", account), ("_chat", chat)):
            profile = record_of(message, key)
            if profile:
                self._add_profile(profile, peer)
            else:
                kind = kind_of(peer) or ("channel" if message.get("post") else None)
                self.batch.account(account=peer, platform=PLATFORM, kind=kind, seen=time)

    def _add_profile(self, profile: Record, account: str | None = None) -> None:
        account = account or _PROFILES[_type(profile)] + required_id(profile.get("id"), "id")
        created, precision = _created(profile)
        self.batch.account(
            account=account,
            platform=PLATFORM,
            kind=_kind(profile, account),
            handle=text_of(profile, "username"),
            name=_name(profile),
            created=created,
            created_precision=precision,
            followers=count_of(profile, "participants_count"),
            status=next((flag for flag in FLAGS if profile.get(flag) is True), None),
        )
        phone = text_of(profile, "phone")
        if phone and account not in self.phones:
            self.phones.add(account)
            number = "".join(filter(str.isdigit, phone))
            self.batch.add("infrastructure", account=account, medium="phone", value=number)

    # Service messages

    def _add_service(self, message: Record, chat: str) -> None:
        action = record_of(message, "action")
        type_ = _type(action)
        if type_ in CREATED:
            time, precision = _time(message)
            created = {"created": time, "created_precision": precision}
            self.batch.account(account=chat, platform=PLATFORM, **created)
            self.titles[chat] = text_of(action, "title")
        elif type_ == "MessageActionChatEditTitle":
            self._add_title(message, chat, text_of(action, "title"))
        elif type_ in JOINED:
            self._add_members(message, chat, [_author(message, chat)])
        elif type_ == "MessageActionChatAddUser":
            self._add_members(message, chat, [f"user{user}" for user in action["users"]])
        else:
            self.left_out[type_.removeprefix("MessageAction") or "unknown"] += 1

    def _add_title(self, message: Record, chat: str, after: str | None) -> None:
        """A new title; the one before is known where the messages come in the order of time."""
        time, precision = _time(message)
        change = {"what": "name", "before": self.titles.get(chat), "after": after}
        self.batch.add("rename", account=chat, time=time, precision=precision, **change)
        self.titles[chat] = after

    def _add_members(self, message: Record, chat: str, accounts: Iterable[str]) -> None:
        time, precision = _time(message)
        for account in accounts:
            role = {"account": account, "role": "member", "target": chat}
            self.batch.add("role", time=time, precision=precision, **role)


# Ids


def _peer_of(value: Any) -> str | None:
    """`channel2` of a peer, also of one that 4CAT replaced by what it stands for; a number: a user.

    None where it is no peer.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return f"user{value}"
    if not isinstance(value, Mapping):
        return None
    for key, prefix in _PEERS.items():
        if isinstance(value.get(key), int | str):
            return f"{prefix}{value[key]}"
    inside = (record_of(value, key).get("id") for key in ("user", "full_user"))
    found = next((id_ for id_ in inside if isinstance(id_, int)), None)
    return None if found is None else f"user{found}"


def _chat(message: Record) -> str:
    chat = _peer_of(_where(message))
    if chat is None:
        raise RecordError("peer_id", "missing")
    return chat


def _author(message: Record, chat: str) -> str:
    """Who wrote a message; a channel's own posts and what comes in from one person name nobody."""
    author = _peer_of(message.get("from_id"))
    if author is None and message.get("from_id") is not None:
        raise RecordError("from_id", "not the id of a user or a chat")
    if author is None and message.get("out") and chat.startswith("user"):
        raise RecordError("from_id", "missing: the collector's own message to one person")
    return author or chat


def _id(message: Record, chat: str) -> str:
    """The id of a message; 4CAT puts the chat's name before the number."""
    number = required_id(message.get("id"), "id")
    return message_id(chat, number.rpartition("-")[2]) or f"{chat}/{number}"


def _time(message: Record) -> Moment:
    return stated_time(message.get("date"), "date")


# What a message repeats or answers, and what it carries


def _target(message: Record, chat: str) -> tuple[str, str | None, str | None, int | None]:
    """Kind, target post, target account, time of the target."""
    forward = record_of(message, "fwd_from")
    if forward:
        source = _peer_of(forward.get("from_id")) or _peer_of(
            {key: forward[key] for key in ("channel_id",) if forward.get(key)}
        )
        post = message_id(source, forward.get("channel_post")) if source else None
        account = source or text_of(forward, "from_name")
        return "repost", post, account, optional_time(forward.get("date"))[0]
    answer = record_of(message, "reply_to")
    number = answer.get("reply_to_msg_id") or message.get("reply_to_msg_id")
    stands_in_topic = answer.get("forum_topic") and not answer.get("reply_to_top_id")
    if number is None or stands_in_topic:
        return "original", None, None, None
    where = _peer_of(answer.get("reply_to_peer_id")) or chat
    return "reply", message_id(where, number), None, None


def _carried(message: Record) -> dict[str, list[str]]:
    """Links, hashtags and mentions that Telegram marked; those in the text where it marked none."""
    text = text_of(message, "message") or ""
    if not isinstance(message.get("entities"), list):
        found = {"links": urls_in(text), "hashtags": hashtags_in(text)}
        return {**found, "mentions": mentions_in(text)}
    found = {"links": [], "hashtags": [], "mentions": []}
    units = text.encode("utf-16-le", "surrogatepass")  # what offsets count
    for entity in records_of(message, "entities"):
        name = _ENTITIES.get(_type(entity))
        if name and (value := _marked(entity, units)):
            found[name].append(value)
    return found


def _marked(entity: Record, units: bytes) -> str:
    """What an entity marks: its address or user, else its stretch of the text."""
    if url := text_of(entity, "url"):
        return url
    if user := entity.get("user_id"):
        return f"user{user}"
    begin = 2 * (count_of(entity, "offset") or 0)
    end = begin + 2 * (count_of(entity, "length") or 0)
    stretch = units[begin:end].decode("utf-16-le", "replace")
    is_mention = _type(entity) == "MessageEntityMention"
    return stretch.removeprefix("@").casefold() if is_mention else stretch


def _preview(message: Record) -> str | None:
    """The address of the page that Telegram shows below a message."""
    return text_of(record_of(record_of(message, "media"), "webpage"), "url")


def _media(media: Record) -> str | None:
    """Telegram's id of a photo or a file that is no sticker."""
    document = record_of(media, "document")
    if any(_type(attribute) in _STICKERS for attribute in records_of(document, "attributes")):
        return None
    number = record_of(media, "photo").get("id") or document.get("id")
    return str(number) if isinstance(number, int | str) else None


def _interactions(message: Record) -> int | None:
    """Forwards, answers and reactions."""
    results = records_of(record_of(message, "reactions"), "results")
    counts = [count_of(one, "count") for one in results]
    counts += [count_of(message, "forwards"), count_of(record_of(message, "replies"), "replies")]
    found = [number for number in counts if number is not None]
    return sum(found) if found else None


# Profiles


def _kind(profile: Record, account: str) -> str | None:
    """Person, group or channel; programs that Telegram lists as such are none of these."""
    if profile.get("broadcast"):
        return "channel"
    if profile.get("megagroup") or profile.get("gigagroup"):
        return "group"
    return None if profile.get("bot") else kind_of(account)


def _name(profile: Record) -> str | None:
    names = (text_of(profile, key) for key in ("title", "first_name", "last_name"))
    return " ".join(filter(None, names)) or None


def _created(profile: Record) -> tuple[int | None, int | None]:
    """When a chat was created: its `date`, unless the collector is in it and it is their entry."""
    if profile.get("left") is not True:
        return None, None
    return optional_time(profile.get("date"))
