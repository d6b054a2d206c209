"""Which columns make which table of `model.OPERATION`, by the names that people give them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

_ACCOUNT = ("account", "accountid", "user", "userid", "uid", "memberid")
_TARGET = ("target", "targetid", "page", "pageid", "group", "groupid", "channel", "channelid")
_TIME = ("time", "timestamp", "timestampms", "datetime", "date", "createdat", "seen", "seenat")
_SINCE = (*_TIME, "since", "start", "started", "followedat", "followedon", "joinedat")
_UNTIL = ("until", "end", "ended", "endtime")
_COUNTRY = ("country", "countrycode")

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    # Names without case, blanks and punctuation, best first.
    "audience_sketch": {
        "target": _TARGET,
        "relation": ("relation",),
        "country": _COUNTRY,
        "method": ("method",),
        "sketch": ("sketch",),
    },
    "infrastructure": {
        "account": _ACCOUNT,
        "medium": ("medium",),
        "value": ("value",),
        "time": _TIME,
        "country": _COUNTRY,
    },
    "role": {
        "account": (*_ACCOUNT, "person"),
        "role": ("role",),
        "target": _TARGET,
        "time": _SINCE,
        "until": _UNTIL,
        "country": _COUNTRY,
        "people": ("people", "count"),
    },
    "rename": {
        "account": (*_ACCOUNT, "page", "pageid"),
        "what": ("what", "attribute"),
        "before": ("before", "old", "oldvalue"),
        "after": ("after", "new", "newvalue"),
        "time": (*_TIME, "changedat"),
    },
    "ad": {
        "ad": ("ad", "adid"),
        "account": (*_ACCOUNT, "page", "pageid", "advertiser", "advertiserid"),
        "platform": ("platform",),
        "payer": ("payer", "paidfor", "paidforby", "fundedby", "fundingentity"),
        "time": (*_SINCE, "starttime", "startdate", "deliverystart"),
        "until": (*_UNTIL, "enddate", "deliverystop"),
        "currency": ("currency", "currencycode"),
        "spend_low": ("spendlow",),
        "spend_high": ("spendhigh",),
        "spend": ("spend", "spent", "cost", "amountspent"),
        "impressions_low": ("impressionslow",),
        "impressions_high": ("impressionshigh",),
        "impressions": ("impressions",),
        "clicks": ("clicks",),
        "url": ("url", "link", "linkurl", "landingpage"),
        "domain": ("domain",),
        "targeting": ("targeting",),
        "text": ("text", "body", "adtext"),
    },
    "site": {
        "domain": ("domain", "site", "hostname"),
        "trait": ("trait",),
        "value": ("value",),
        "time": _TIME,
    },
    "rate": {
        "currency": ("currency", "fromcurrency", "basecurrency"),
        "into": ("into", "tocurrency", "quotecurrency"),
        "rate": ("rate", "exchangerate"),
        "time": _SINCE,
    },
    "redirect": {
        "url": ("url", "shorturl", "sourceurl"),
        "target": ("target", "targeturl", "finalurl", "resolvedurl", "longurl", "destination"),
    },
    "follow": {
        "account": ("account", "accountid", "follower", "followerid", "user", "userid", "uid"),
        "target": (
            *("target", "targetid", "followee", "followeeid", "followed", "followedid"),
            *_TARGET[2:],
        ),
        "time": _SINCE,
        "country": _COUNTRY,
    },
}
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    # Of each group at least one column must be there.
    "audience_sketch": (("target",), ("relation",), ("method",), ("sketch",)),
    "infrastructure": (("account",), ("medium",), ("value",)),
    "role": (("role",), ("target",), ("account", "people")),
    "rename": (("account",), ("what",), ("before",), ("after",)),
    "ad": (("ad",), ("account",), ("spend", "spend_low", "spend_high", "impressions_low")),
    "site": (("domain",), ("trait",), ("value",)),
    "rate": (("currency",), ("into",), ("rate",)),
    "redirect": (("url",), ("target",)),
    "follow": (("account",), ("target",)),
}
COMMON = frozenset({"account", "target", "url", "domain", "value"})
HOLDERS: dict[str, tuple[str, ...]] = {
    # Columns of accounts whose name says the role they hold.
    "administers": ("administrator", "administratorid", "admin", "adminid"),
    "moderates": ("moderator", "moderatorid", "editor", "editorid"),
    "owns": ("owner", "ownerid"),
    "member": ("member", "memberid"),
}
CHANGES: dict[str, tuple[str, str]] = {
    # Pairs of columns whose names say what changed.
    "name": ("oldname", "newname"),
    "handle": ("oldhandle", "newhandle"),
    "owner": ("oldowner", "newowner"),
    "country": ("oldcountry", "newcountry"),
}
MEDIA: dict[str, tuple[str, ...]] = {
    # Columns whose name says the medium.
    "ip": ("ip", "ipaddress", "loginip", "lastip", "signupip"),
    "device": ("device", "deviceid", "devicehash", "fingerprint"),
    "phone": ("phone", "phonenumber", "msisdn"),
    "email": ("email", "emailaddress", "mail"),
    "payment": ("payment", "paymentid", "card", "cardhash"),
    "invite": ("invite", "invitecode"),
}
_POSTS = frozenset(  # columns of posts, of profiles, of other tables: a list of followers has none
    (
        *("post", "postid", "tweet", "tweetid", "status", "statusid", "message", "messageid"),
        *("comment", "commentid", "text", "fulltext", "content", "body", "caption", "title"),
        *("url", "urls", "link", "links", "hashtag", "hashtags", "mentions", "media", "object"),
        *("objectid", "domain", "kind", "type", "signal", "network", "views", "likes"),
    )
)
_PROFILES = _POSTS | {
    *("name", "displayname", "screenname", "handle", "bio", "description", "followers"),
    *("followerscount", "following", "photo"),
}
STRANGE: dict[str, frozenset[str]] = {
    # Columns that a table does not have: with one of them it is something else.
    "follow": _POSTS | {"role", "medium", "value", "relation"},
    "redirect": frozenset((*_ACCOUNT, *_TARGET[1:], "author", "post", "postid", "text", "message")),
}


OF_FOLLOWERS = (  # columns that say by themselves what they list, whatever stands beside them
    {"account", "target"},
    {"follower"},
    {"followerid"},
    {"followee"},
    {"followeeid"},
)


@dataclass(frozen=True)
class Layout:
    """What the columns of a file say.

    Args:
        table: the table its rows belong to.
        columns: field → column.
        fixed: field → the value of all rows, where the header says it.
        media: medium → column, for infrastructure with a column per medium.
    """

    table: str
    columns: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> list[str]:
        """The columns that are read."""
        return list(dict.fromkeys([*self.columns.values(), *self.media.values()]))


def layout_of(columns: Sequence[str], said: Mapping[str, str]) -> Layout | None:
    """What columns say, after what the person says of them; None: nothing of this kind."""
    plain: dict[str, str] = {}
    for column in columns:
        plain.setdefault(plain_name(column), column)
    if any(column not in columns for column in said.values()):
        return None
    for table in SYNONYMS:
        if found := _as(table, plain, said):
            return Layout(table, found)
    return None if said else _role(plain) or _rename(plain) or _infrastructure(plain)


def lacking(columns: Sequence[str]) -> tuple[str, str] | None:
    """The table that columns would make but for one, and the field of that; None: no such table.

    One of the columns there has to be the table's own: accounts and targets stand in many.
    """
    plain = {plain_name(column) for column in columns}
    for table, groups in NEEDS.items():
        there = [g for g in groups if any(plain & set(SYNONYMS[table][name]) for name in g)]
        missing = [group[0] for group in groups if group not in there]
        if len(missing) == 1 and any(group[0] not in COMMON for group in there):
            return table, missing[0]
    return None


def plain_name(column: str) -> str:
    """A column name without case, blanks and punctuation."""
    return "".join(filter(str.isalnum, column.casefold()))


def _as(table: str, plain: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str] | None:
    """The columns of a table; None if some are missing, or others show that it is another."""
    if not said.keys() <= SYNONYMS[table].keys():
        return None
    free = {name: column for name, column in plain.items() if column not in said.values()}
    found = dict(said)
    for name, synonyms in SYNONYMS[table].items():
        column = next((free[s] for s in synonyms if s in free), None)
        if name not in found and column and column not in found.values():
            found[name] = column
    complete = all(found.keys() & set(group) for group in NEEDS[table])
    used = {name for name, column in plain.items() if column in found.values()}
    another = _is_another(table, used | said.keys(), plain.keys() - used)
    return found if complete and not another else None


def _is_another(table: str, used: Collection[str], others: Collection[str]) -> bool:
    """Whether the columns that a table does not have show that it is something else."""
    if STRANGE.get(table, frozenset()) & set(others):
        return True
    told = any(map(set(used).issuperset, OF_FOLLOWERS))
    return table == "follow" and bool(others) and not told


def _role(plain: Mapping[str, str]) -> Layout | None:
    """Who runs what, where the header says how: `administrator, page`."""
    if _POSTS & plain.keys():
        return None
    for role, names in HOLDERS.items():
        holder, target = _first(plain, names), _first(plain, _TARGET)
        if holder and target:
            others = _others("role", plain, ("time", "until", "country"), (holder, target))
            columns = {"account": holder, "target": target, **others}
            return Layout("role", columns, {"role": role})
    return None


def _rename(plain: Mapping[str, str]) -> Layout | None:
    """Changes of one thing, which the header names: `account, old_name, new_name`."""
    account = _first(plain, SYNONYMS["rename"]["account"])
    for what, (before, after) in CHANGES.items():
        if account and before in plain and after in plain:
            columns = {"account": account, "before": plain[before], "after": plain[after]}
            others = _others("rename", plain, ("time",), columns.values())
            return Layout("rename", {**columns, **others}, {"what": what})
    return None


def _infrastructure(plain: Mapping[str, str]) -> Layout | None:
    """Logins and the like, with a column per medium: `account, ip, time`."""
    account = _first(plain, _ACCOUNT)
    media = {medium: column for medium, names in MEDIA.items() if (column := _first(plain, names))}
    if not account or not media or _PROFILES & plain.keys():
        return None
    others = _others("infrastructure", plain, ("time", "country"), (account,))
    return Layout("infrastructure", {"account": account, **others}, {}, media)


def _first(plain: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((plain[name] for name in names if name in plain), None)


def _others(
    table: str, plain: Mapping[str, str], fields: Sequence[str], taken: Collection[str]
) -> dict[str, str]:
    found = {name: _first(plain, SYNONYMS[table][name]) for name in fields}
    return {name: column for name, column in found.items() if column and column not in taken}
