"""Accounts, posts and what posts carry."""

from __future__ import annotations

from unswarm.model.tables import INTEGER, TEXT, Field, Table

POST_KINDS = ("original", "repost", "reply", "quote", "comment")

_EVENT = (
    Field("account", TEXT, "the account that acted"),
    Field("time", INTEGER, "when, milliseconds UTC"),
    Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    Field("post", TEXT, "the post it happened in"),
    Field("kind", TEXT, "kind of that post; null when the source does not say"),
)

ACCOUNT = Table(
    "account",
    "A person, page, group, channel or advertiser, as last seen in a source.",
    (
        Field("account", TEXT, "id on the platform; the handle where a source has no id"),
        Field("platform", TEXT, "twitter, facebook, mastodon …; null when unknown"),
        Field("kind", TEXT, "person, page, group, channel, advertiser; null when unknown"),
        Field("handle", TEXT, "the name in the address, without @"),
        Field("name", TEXT, "the displayed name"),
        Field("created", INTEGER, "when the account was created, milliseconds UTC"),
        Field("created_precision", INTEGER, "width of the last digit of `created`, milliseconds"),
        Field("followers", INTEGER, "accounts following it, or members of a group, at `seen`"),
        Field("following", INTEGER, "accounts it follows, at `seen`"),
        Field("posts", INTEGER, "posts the platform counts for it in its whole life, at `seen`"),
        Field("claimed_country", TEXT, "the place the profile states, as written"),
        Field("operator_country", TEXT, "the country the source says it is operated from"),
        Field("language", TEXT, "the account's language, as the source writes it"),
        Field("bio", TEXT, "the profile's description"),
        Field("photo", TEXT, "address or hash of the profile photo"),
        Field("website", TEXT, "the address its profile names, cleaned"),
        Field("owner", TEXT, "who runs it, as its profile openly says"),
        Field("status", TEXT, "active, suspended, deleted …, as the source says, at `seen`"),
        Field("seen", INTEGER, "when the profile was recorded, milliseconds UTC"),
    ),
)

POST = Table(
    "post",
    "An original, repost, reply, quote or comment.",
    (
        Field("post", TEXT, "id on the platform; a row id where a source has none"),
        Field("account", TEXT, "its author"),
        Field("platform", TEXT, "twitter, facebook, mastodon …; null when unknown"),
        Field("time", INTEGER, "when it was posted, milliseconds UTC"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("kind", TEXT, "original, repost, reply, quote, comment; null: source does not say"),
        Field("text", TEXT, "the text as published"),
        Field("language", TEXT, "language code of the text, as the source writes it"),
        Field("target_post", TEXT, "the post it reposts, answers or quotes"),
        Field("target_account", TEXT, "the account it reposts, answers or quotes"),
        Field("target_time", INTEGER, "when the target was posted, milliseconds UTC"),
        Field("client", TEXT, "the program it was posted with"),
        Field("place", TEXT, "the group, channel, forum or page it stands in; null: its author's"),
        Field("views", INTEGER, "how often it was seen, at the time of collection"),
        Field("interactions", INTEGER, "likes, shares, comments …, at the time of collection"),
    ),
)

LINK = Table(
    "link",
    "A post carried a link.",
    (
        *_EVENT,
        Field("url", TEXT, "the address, cleaned of tracking parameters"),
        Field("domain", TEXT, "the registered domain of the address"),
    ),
)

HASHTAG = Table(
    "hashtag",
    "A post carried a hashtag.",
    (
        *_EVENT,
        Field("hashtag", TEXT, "the tag, case-folded, without #"),
        Field("position", INTEGER, "its place among the hashtags of the post, from 0"),
    ),
)

MENTION = Table(
    "mention",
    "A post named an account.",
    (*_EVENT, Field("target", TEXT, "the account named: id if the source has it, else handle")),
)

MEDIA = Table(
    "media",
    "A post carried an image or a video.",
    (*_EVENT, Field("media", TEXT, "hash of the content, or the source's id of it")),
)

SHARE = Table(
    "share",
    "A post carried an object that the source names itself, whatever it is.",
    (
        *_EVENT,
        Field("object", TEXT, "the source's id of the object"),
        Field("layer", TEXT, "what kind of object the source says it is; null when unknown"),
    ),
)

CARRIED = {table.name: table for table in (LINK, HASHTAG, MENTION, MEDIA, SHARE)}
"""What posts carry: each repeats account, time and post, so that a signal stays one SELECT."""
