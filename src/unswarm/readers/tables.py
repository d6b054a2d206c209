"""Any table of posts or of profiles: CSV, TSV, semicolons, JSON (Lines), Parquet.

Which column means what is guessed from the names that common exports use, checked against the
first rows, and shown; `--map FIELD=COLUMN` settles it. Nested JSON is addressed with dots:
`--map account=user.id`. Times without a zone are taken as UTC. A file that names accounts and
describes them, but holds no posts, gives profiles only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

import pyarrow as pa

from unswarm.canonical import clean_url
from unswarm.errors import InputError, SettingsError, did_you_mean
from unswarm.readers import Source
from unswarm.readers._parts.columns import chunks, form, names
from unswarm.readers._parts.layouts import lacking
from unswarm.readers._parts.posts import FIELDS, PROFILE, parse_account
from unswarm.readers._parts.reading import read_as
from unswarm.readers._parts.relations import is_kind
from unswarm.readers._parts.values import NULLS, parse_bool, parse_list, parse_time

specificity = 0  # asked last: it reads any table

SYNONYMS: dict[str, tuple[str, ...]] = {
    # Names as exports write them, without case, blanks, dots and underscores; best first.
    "account": (
        *("account", "accountid", "authorid", "userid", "useridstr", "uid", "actorid", "did"),
        *("authorchannelid", "authorchannelidvalue", "channelid", "postownerid", "ownerid"),
        *("externalauthorid", "facebookid", "pageid", "groupid", "fromid", "senderid", "peerid"),
        *("authorfullname", "userrestid", "profileid", "creatorid"),
        *("userscreenname", "screenname", "authorusername", "username", "handle", "useracct"),
        *("acct", "author", "user", "authorname", "accountname", "pagename", "groupname"),
        *("channelname", "channelchannelname", "channeltitle", "channel", "from", "sender"),
        *("displayname", "nickname", "name"),
    ),
    "time": (
        *("time", "timestampms", "timestamputc", "createdutc", "createdat", "tweettime"),
        *("timestampshare", "unixtimestamp", "dateunixtime", "timestamp", "publishedat"),
        *("publishdate", "published", "creationtime", "createtime", "posttime", "postedat"),
        *("postcreated", "postcreateddate", "statuspublished", "postdate", "takenat"),
        *("datetime", "createddate", "creationdate", "created", "dateutc", "pubdate", "date"),
        *("timeus", "localtime"),
    ),
    "clock": ("time", "clock", "posttime", "timeofday", "postcreatedtime"),
    "post": (
        *("post", "postid", "tweetid", "statusid", "messageid", "commentid", "contentid", "idstr"),
        *("eventid", "platformid", "itemid", "id", "uri", "videoid"),
    ),
    "permalink": ("permalink", "posturl", "permalinkurl", "tweeturl", "mclurl", "url", "link"),
    "text": (
        *("text", "fulltext", "tweettext", "message", "statusmessage", "content", "body"),
        *("posttext", "textbody", "completeposttext", "attributescompleteposttext", "tweet"),
        *("textoriginal", "textdisplay", "comment", "caption", "captiontext", "videodescription"),
        *("selftext", "description", "desc", "title", "searchdatafieldssanitizedtext"),
    ),
    "kind": ("kind", "posttype", "tweettype", "activitytype", "type"),
    "is_repost": ("isrepost", "isretweet", "retweetedflag", "isreshare", "isreblog", "isrt"),
    "url": (
        *("finallink", "linkattachmentlink", "expandedlink", "expandedurl", "unwoundurl"),
        *("linkurl", "statuslink", "externalurl", "sharedurl", "urlid", "link", "url"),
    ),
    "urls": ("urls", "entitiesurls", "links", "expandedlinks", "expandedurls", "outlinks"),
    "domain": ("domain", "domainid", "urldomain", "linkdomain", "hostname"),
    "hashtags": (
        *("hashtags", "entitieshashtags", "hashtag", "hashtagnames", "hashtagid", "tags"),
    ),
    "mentions": (
        *("mentions", "usermentions", "entitiesmentions", "entitiesusermentions"),
        *("mentionedusers", "mentionednames", "mention", "videomentionlist"),
    ),
    "media": (
        *("media", "phash", "phashid", "pdq", "mediahash", "imagehash", "mediakeys"),
        *("attachmentsmediakeys", "mediaurls", "mediaurl", "imageurls", "imageurl", "photos"),
    ),
    "object": ("object", "objectid"),
    "layer": ("layer", "objecttype", "objectkind"),
    "sound": ("sound", "musicid"),
    "effects": ("effects", "effectids"),
    "platform": ("platform", "platformname", "sourceplatform"),
    "client": ("client", "clientname", "tweetclientname", "sourcename", "statussource", "source"),
    "language": ("language", "lang", "tweetlanguage", "textlang", "languagecode"),
    "target_post": ("targetpost", "targetpostid", "parentpostid"),
    "target_account": ("targetaccount", "targetaccountid"),
    "target_time": ("targettime",),
    "repost_post": (
        *("repostpost", "repostid", "retweettweetid", "referencedtweetsretweetedid"),
        *("retweetedid", "retweetid", "retweetstatusid", "retweetedstatusid"),
        *("retweetedstatusidstr", "sharedpostid", "reblogid", "rebloguri"),
    ),
    "repost_account": (
        *("repostaccount", "retweetuserid", "retweeteduserid", "retweetedstatususerid"),
        *("retweeteduserscreenname", "retweetscreenname", "retweetedusername", "reblogaccountid"),
    ),
    "quote_post": (
        *("quotepost", "quotedtweettweetid", "referencedtweetsquotedid", "quotedid"),
        *("quotedstatusid", "quotedstatusidstr", "quoteid"),
    ),
    "quote_account": (
        *("quoteaccount", "quoteduserid", "quotedstatususerid", "quotedscreenname"),
        *("quotedusername",),
    ),
    "reply_post": (
        *("replypost", "inreplytotweetid", "inreplytostatusid", "inreplytostatusidstr"),
        *("inreplytoid", "referencedtweetsrepliedtoid", "totweetid", "replytosid", "replytoid"),
        *("replytostatusid", "parentid", "parentcommentid", "isreplyto", "replytomessageid"),
    ),
    "reply_account": (
        *("replyaccount", "inreplytouserid", "inreplytouseridstr", "replytouserid", "replytouid"),
        *("touserid", "inreplytoaccountid", "inreplytoscreenname", "inreplytousername"),
        *("replytoscreenname", "replytosn", "tousername", "inreplyto"),
    ),
    "handle": (
        *("handle", "screenname", "userscreenname", "authorusername", "username", "author"),
        *("postownerusername", "accounthandle", "acct", "useracct"),
    ),
    "name": (
        *("displayname", "userdisplayname", "authorname", "pagename", "groupname", "channeltitle"),
        *("channelname", "postownername", "accountname", "fullname", "nickname", "name"),
    ),
    "created": (
        *("accountcreated", "accountcreatedat", "accountcreationdate", "usercreatedat"),
        *("authorcreatedat", "pagecreated", "channelcreatedat", "authorcreatedutc"),
    ),
    "followers": (
        *("followers", "followerscount", "followercount", "userfollowerscount", "userfollowers"),
        *("authorpublicmetricsfollowerscount", "followersatposting", "subscribercount"),
        *("accountsubscribercount", "publicmetricsfollowerscount"),
    ),
    "following": (
        *("following", "followingcount", "friendscount", "userfriendscount", "friends"),
        *("authorpublicmetricsfollowingcount", "publicmetricsfollowingcount"),
    ),
    "posts": (
        *("posts", "statusescount", "tweetcount", "postscount", "userstatusescount", "updates"),
        *("authorpublicmetricstweetcount", "publicmetricstweetcount"),
    ),
    "bio": (
        *("bio", "userprofiledescription", "authordescription", "userdescription"),
        *("pagedescription", "profiledescription"),
    ),
    "photo": (
        *("photo", "profileimageurlhttps", "profileimageurl", "profileimagefile", "avatar"),
        *("authorprofileimageurl", "userprofileimageurlhttps", "avatarurl", "profileimage"),
    ),
    "claimed_country": (
        *("claimedcountry", "userreportedlocation", "userlocation", "authorlocation", "location"),
    ),
    "operator_country": ("operatorcountry", "pageadmintopcountry", "accountpageadmintopcountry"),
    "account_language": ("accountlanguage", "userlang"),
    "account_kind": ("accountkind",),
}

OF_PROFILES: dict[str, tuple[str, ...]] = {
    # Names that mean the account where a table describes accounts, and the post elsewhere.
    "created": ("createdat", "created", "creationdate", "datecreated", "registered"),
    "bio": ("description", "biography", "about"),
    "account_language": ("lang", "language"),
    "claimed_country": ("country",),
    "photo": ("imageurl", "picture"),
    "account_kind": ("kind", "accounttype"),
    "website": ("website", "homepage"),
    "owner": ("owner",),
    "status": ("status", "accountstatus"),
}
IDS = ("accountid", "userid", "useridstr", "idstr", "id")  # of the account, where it is described
WRAPPERS = frozenset(  # objects that merely wrap a post
    ("data", "attributes", "_source", "item", "post", "post_data", "snippet", "legacy", "node")
)
SHARED = frozenset(("account", "handle", "name"))  # one column may be all of these
OPAQUE = frozenset(("url", "domain", "hashtags", "media"))  # whose `…_id` columns hold codes
SAMPLE = 200  # rows looked at

_HASHED = re.compile(r"^(hashed|anon)|(hashed|hash|anonymi[sz]ed|anon|pseudonymi[sz]ed)$")
_MEDIA = re.compile(r"://|^[0-9a-fA-F]{8,}$|^\d+(_\d+)?$|\.(?:jpe?g|png|gif|webp|mp4|mov)\b", re.I)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_PLATFORMS = re.compile(
    r"https?://(?:[\w-]+\.)?(?:twitter\.com|x\.com|facebook\.com|instagram\.com|tiktok\.com|vk\.com"
    r"|reddit\.com|t\.me)/\S*\d"
)
_WEAK = frozenset(("description", "desc", "title", "caption", "id", "idstr", "uri"))

Roles = dict[str, str]  # field → column
Sample = Mapping[str, Sequence[Any]]


def recognises(source: Source) -> bool:
    """Whether it is a table at all."""
    return form(source) is not None


def describe(source: Source) -> str:
    """Which column will be read as what: `account ← author_id, time ← created_at, …`."""
    return ", ".join(f"{field} ← {column}" for field, column in roles(source).items())


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """The event tables of a table of posts, the accounts of a table of profiles.

    Raises:
        InputError: no column tells the account, or none the time.
        SettingsError: `--map` names a field that there is not.
    """
    layout = roles(source)
    codes = (field for field in OPAQUE & layout.keys() if _plain(layout[field]).endswith("id"))
    return read_as(source, layout, opaque=frozenset(codes))


def roles(source: Source) -> Roles:
    """Field → column: what the person said, then what the names suggest and the values allow.

    Raises:
        InputError: no column tells the account, or none the time; `--map` names no column.
        SettingsError: `--map` names a field that there is not.
    """
    columns = names(source)
    said = _said(source, columns)
    sample = _sample(source, columns)
    guess = _Guess(columns, sample, said)
    found = guess.profile() if guess.is_profile() else guess.events()
    if "account" not in found or not ("time" in found or guess.is_profile()):
        raise InputError(
            f"No column tells the {'time' if 'account' in found else 'account'}; "
            f"the columns are {', '.join(columns[:60])}.",
            source=source.path,
            hint=_way_out(columns),
        )
    return found


def _way_out(columns: Sequence[str]) -> str:
    said = "say it with --map account=COLUMN --map time=COLUMN."
    if (near := lacking(columns)) is None:
        return said
    return f"a table '{near[0]}' needs the column '{near[1]}' too; of posts, {said}"


def _said(source: Source, columns: Sequence[str]) -> Roles:
    for field, column in source.columns.items():
        if field not in FIELDS:
            raise SettingsError(f"Unknown field '{field}'. Hint: {did_you_mean(field, FIELDS)}")
        if column not in columns:
            hint = did_you_mean(column, columns)
            raise InputError(
                "There is no such column.", source=source.path, field=column, hint=hint
            )
    return dict(source.columns)


def _sample(source: Source, columns: Sequence[str]) -> Sample:
    first = next(chunks(source, columns, _ignore, SAMPLE), None)
    if first is None:
        message, hint = "The table has no rows that are whole.", "export it again."
        raise InputError(message, source=source.path, hint=hint)
    return {name: [v for v in values if not _is_null(v)] for name, values in first.columns.items()}


def _ignore(line: int, field: str | None, reason: str, content: str) -> None:
    """The rows of a sample are read again later, and rejected then."""


def _is_null(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and value in NULLS)


@lru_cache(maxsize=4_096)
def _plain(column: str) -> str:
    """A column name without case, blanks and punctuation."""
    return "".join(filter(str.isalnum, column.casefold()))


def _unwrapped(column: str) -> str:
    """`data.attributes.created_at` → `created_at`."""
    head, dot, rest = column.partition(".")
    return _unwrapped(rest) if dot and head in WRAPPERS else column


class _Guess:
    """The meaning of columns by their names and by their first values."""

    def __init__(self, columns: Sequence[str], sample: Sample, said: Roles) -> None:
        self.sample, self.said = sample, said
        self.columns: dict[str, str] = {}
        for spell in (
            _plain,
            lambda c: _plain(_unwrapped(c)),
            lambda c: _HASHED.sub("", _plain(c)),
        ):
            for column in columns:
                self.columns.setdefault(spell(column), column)

    def events(self) -> Roles:
        """The roles in a table of posts."""
        found = dict(self.said)
        for field, synonyms in SYNONYMS.items():
            self._choose(found, field, synonyms)
        if "clock" in found and not ("clock" in self.said or self._is_day(found.get("time"))):
            del found["clock"]
        return found

    def profile(self) -> Roles:
        """The roles in a table of accounts."""
        found = {f: c for f, c in self.said.items() if f != "time"}
        ids = (name for name in IDS if name in self.columns)
        self._choose(found, "account", (*ids, *SYNONYMS["account"]))
        for field in PROFILE:
            self._choose(found, field, (*SYNONYMS.get(field, ()), *OF_PROFILES.get(field, ())))
        self._choose(found, "platform", SYNONYMS["platform"])
        return found

    def is_profile(self) -> bool:
        """Whether rows describe accounts: no sign of a post, and no time but of creation."""
        found = self.events()
        if {"time", "text", "post"} & self.said.keys():
            return False
        strong = {f: c for f, c in found.items() if _plain(_unwrapped(c)) not in _WEAK}
        time = _plain(found.get("time", ""))
        described = self.profile()
        return (
            not strong.keys() & _ACTS
            and (not time or time in OF_PROFILES["created"] or described.get("created") == time)
            and len(described.keys() & set(PROFILE)) > 1
            and bool(described.keys() & _DESCRIBES)
        )

    def _choose(self, found: Roles, field: str, synonyms: Sequence[str]) -> None:
        """Give a field the first column that is called right, holds the right and is free."""
        taken = {column for other, column in found.items() if not {field, other} <= SHARED}
        for name in synonyms if field not in found else ():
            column = self.columns.get(name)
            if column and column not in taken and self._fits(field, column):
                found[field] = column
                return

    def _fits(self, field: str, column: str) -> bool:
        values = self.sample.get(column, ())
        check = _CHECKS.get(field)
        if check is None:
            return True
        if not values:
            return field not in {"account", "time", "clock", "permalink"}
        return check(column, values)

    def _is_day(self, column: str | None) -> bool:
        values = self.sample.get(column or "", ())
        return not any(_CLOCK.search(str(value)) for value in values)


_ACTS = frozenset(
    ("post", "text", "kind", "is_repost", "urls", "hashtags", "mentions", "media", "object")
) | {f for f in FIELDS if f.endswith(("_post", "_account")) and f != "account"}
_DESCRIBES = frozenset(("created", "followers", "following", "posts", "bio", "photo"))


def _mostly(holds: Callable[[Any], object]) -> Callable[[str, Sequence[Any]], bool]:
    """A check that half of the values pass."""
    return lambda column, values: 2 * sum(map(bool, map(holds, values))) >= len(values)


def _reads(parse: Callable[[Any], object], value: Any) -> bool:
    with suppress(ValueError):
        parse(value)
        return True
    return False


def _are_permalinks(column: str, values: Sequence[Any]) -> bool:
    """Whether a column holds the addresses of the posts themselves: all different, one platform."""
    own = sum(bool(_PLATFORMS.match(str(value))) for value in values)
    return own >= 0.95 * len(values) and len(set(map(str, values))) == len(values)


def _are_links(column: str, values: Sequence[Any]) -> bool:
    if _plain(column).endswith("id"):
        return True
    if _plain(column) in SYNONYMS["permalink"] and _are_permalinks(column, values):
        return False
    return _mostly(lambda value: clean_url(str(value)))(column, values)


_TIMES = (parse_time, partial(parse_time, day_first=True))
_CHECKS: dict[str, Callable[[str, Sequence[Any]], bool]] = {
    "account": _mostly(lambda value: _reads(parse_account, value)),
    "time": _mostly(lambda value: any(_reads(parse, value) for parse in _TIMES)),
    "clock": _mostly(lambda value: _CLOCK.match(str(value))),
    "permalink": _are_permalinks,
    "url": _are_links,
    "text": _mostly(lambda value: not str(value).isdecimal()),
    "kind": lambda column, values: any(map(is_kind, values)),
    "is_repost": _mostly(lambda value: parse_bool(value) is not None),
    "domain": lambda column, values: (
        _plain(column).endswith("id") or _mostly(lambda value: "." in str(value))(column, values)
    ),
    "media": _mostly(lambda value: all(map(_MEDIA.search, parse_list(value)))),
}
"""What the values of a field look like, where its names are used for other things too."""
