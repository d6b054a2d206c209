"""A MISP event: named accounts, groups, sites and techniques of the findings, as JSON.

Every account is an object of MISP's own template for its platform and kind, every network a
`social-media-group` that they are members of. Techniques are tags of MISP's DISARM galaxy. Nothing
is an indicator to block by itself (`to_ids` is false). Ids come from the case, so that a case
written again replaces its event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.errors import SettingsError, did_you_mean
from unswarm.exporters._report import listed
from unswarm.findings import NAMED, Findings
from unswarm.model import Verdict
from unswarm.record import Record
from unswarm.tactics import tactics

suffix = ".json"

SPACE = uuid5(NAMESPACE_URL, "unswarm:misp")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TLP = ("clear", "green", "amber", "amber+strict", "red")
INHERIT, UNDEFINED, ONGOING, FINISHED = "5", "4", "1", "2"
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
CATEGORIES = {
    "text": "Other",
    "datetime": "Other",
    "link": "External analysis",
    "url": "Network activity",
    "domain": "Network activity",
}
"""Type of an attribute → its category."""


@dataclass(frozen=True)
class Options:
    """Who may read the event.

    Args:
        tlp: traffic light: clear, green, amber, amber+strict or red.
        distribution: MISP's level: 0 this organisation, 1 this community, 2 connected communities,
            3 all.
        organisation: who made the event; empty: the server's.
    """

    tlp: str = "amber"
    distribution: int = 0
    organisation: str = ""


DEFAULT = Options()


@dataclass(frozen=True)
class Template:
    """One of MISP's object templates, and where it keeps what an account has.

    Args:
        name: the template.
        uuid, version: of the template.
        id, handle, title, created, followers, platform: the template's field for it; empty: none.
        link: true: it has a field for an address.
        named: the title stands in for a handle or an id where the template asks for a title.
    """

    name: str
    uuid: str
    version: int
    id: str = ""
    handle: str = ""
    title: str = ""
    created: str = ""
    followers: str = ""
    platform: str = ""
    link: bool = True
    named: bool = False


USER = Template(
    "user-account",
    "49606b06-22f0-4ac8-8eee-2f12ad46f3d3",
    6,
    "user-id",
    "username",
    title="display-name",
    created="created",
    platform="account-type",
)
GROUP = Template(
    "social-media-group",
    "c4939ec4-ab53-4c35-9a98-3d4d4caf5b6c",
    1,
    "",
    "group-alias",
    title="group-name",
    platform="platform",
    named=True,
)
TWITTER = Template(
    "twitter-account",
    "8066563f-881e-4f6a-9d6c-a9d15b8658bb",
    7,
    "id",
    "name",
    title="displayed-name",
    created="joined-date",
    followers="followers",
)
FACEBOOK = Template(
    "facebook-account",
    "b9862b95-7d78-4938-a2b5-13e45c60f25a",
    1,
    "account-id",
    title="account-name",
    named=True,
)
FACEBOOK_PAGE = Template(
    "facebook-page",
    "e76892db-c168-4289-b957-56e3021c46b9",
    1,
    "page-id",
    "page-alias",
    title="page-name",
    named=True,
)
FACEBOOK_GROUP = Template(
    "facebook-group",
    "165c5507-1cba-4cec-9be4-66e21b590ee6",
    2,
    "id",
    "group-alias",
    title="group-name",
    named=True,
)
INSTAGRAM = Template(
    "instagram-account",
    "656ced16-23f3-4322-925d-c9c961684999",
    1,
    "account-id",
    "account-name",
)
TELEGRAM = Template(
    "telegram-account",
    "06f02ecf-5afb-42c5-9cb0-b362e222f52c",
    2,
    "id",
    "username",
    title="first_name",
    link=False,
)
YOUTUBE = Template(
    "youtube-channel",
    "cb9f492b-9930-4388-98e1-5d0cdcfa51df",
    1,
    "channel-id",
    title="channel-name",
    named=True,
)
REDDIT = Template(
    "reddit-account",
    "6802f885-2003-494a-b234-61aadce62731",
    2,
    "account-id",
    "account-name",
)
SUBREDDIT = Template(
    "reddit-subreddit",
    "5a00464c-5379-4e66-ab21-d356ba426155",
    2,
    "",
    "subreddit-alias",
    title="display-name",
    named=True,
)
TEMPLATES = {
    ("twitter", ""): TWITTER,
    ("x", ""): TWITTER,
    ("facebook", ""): FACEBOOK,
    ("facebook", "page"): FACEBOOK_PAGE,
    ("facebook", "group"): FACEBOOK_GROUP,
    ("instagram", ""): INSTAGRAM,
    ("telegram", ""): TELEGRAM,
    ("telegram", "group"): TELEGRAM,
    ("youtube", ""): YOUTUBE,
    ("reddit", ""): REDDIT,
    ("reddit", "group"): SUBREDDIT,
    ("", "group"): GROUP,
}
"""(platform, kind) → its template; a kind without one has its platform's, then a user's."""

ADDRESSES = {
    "twitter": "https://twitter.com/{}",
    "x": "https://twitter.com/{}",
    "instagram": "https://www.instagram.com/{}",
    "facebook": "https://www.facebook.com/{}",
    "youtube": "https://www.youtube.com/@{}",
    "reddit": "https://www.reddit.com/user/{}",
}

NETWORKS = """
SELECT n.network, n.label, n.strength, n.first, n.last, n.top_objects FROM network AS n
ORDER BY n.network
"""
NAMED_ACCOUNTS = f"""
SELECT DISTINCT s.network, s.account, a.platform, coalesce(a.kind, s.kind) AS kind, a.handle,
       a.name, a.created, a.followers
FROM (
    SELECT m.network, m.account, CAST(NULL AS STRING) AS kind FROM membership AS m
    WHERE m.probability >= {NAMED}
    UNION ALL SELECT k.network, k.account, k.kind FROM linked AS k WHERE k.named
) AS s LEFT JOIN account AS a ON a.account = s.account
WHERE s.network IN ({{networks}}) ORDER BY s.account, s.network
"""
DOMAINS = """
WITH everybody AS (
    SELECT l.domain, count(DISTINCT l.account) AS accounts FROM link AS l
    WHERE l.domain IS NOT NULL GROUP BY l.domain
), own AS (
    SELECT m.network, l.domain, count(DISTINCT l.account) AS accounts FROM link AS l
    JOIN membership AS m ON m.account = l.account
    WHERE m.network IN ({networks}) AND l.domain IS NOT NULL GROUP BY m.network, l.domain
)
SELECT o.network, o.domain, o.accounts, e.accounts - o.accounts AS others
FROM own AS o JOIN everybody AS e ON e.domain = o.domain
WHERE o.accounts >= 3 AND o.accounts >= 0.9 * e.accounts ORDER BY o.network, o.domain
"""
"""Sites that hardly anybody but a network links to."""
LATEST = "SELECT max(p.time) AS latest FROM post AS p"


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the event to `path`.

    Raises:
        SettingsError: there is no such traffic light or distribution.
    """
    if options.tlp not in TLP:
        hint = did_you_mean(options.tlp, TLP)
        raise SettingsError(f"Unknown traffic light '{options.tlp}'. Hint: {hint}")
    if options.distribution not in range(4):
        raise SettingsError(f"Distribution {options.distribution} is none. Hint: 0 to 3.")
    event = {"Event": _event(findings, options)}
    path.write_text(json.dumps(event, indent=2, ensure_ascii=False) + "\n", "utf-8")


Field = tuple[str, str, str]
"""Name, type and value of an attribute of an object."""


@dataclass(frozen=True)
class Stamp:
    """Makes ids and writes attributes and objects, all of one case and one moment.

    Args:
        space: of the ids.
        seconds: the moment, since 1970.
    """

    space: UUID
    seconds: int

    def id(self, *said: str) -> str:
        """The id of what is said."""
        return str(uuid5(self.space, "\x1f".join(said)))

    def attribute(self, of: str, kind: str, value: str, **more: Any) -> dict[str, Any]:
        """An attribute of an object or of the event (`of`: the id)."""
        return {
            "uuid": self.id(of, more.get("object_relation", ""), kind, value),
            "type": kind,
            "category": CATEGORIES[kind],
            "value": value,
            "to_ids": False,
            "distribution": INHERIT,
            "timestamp": str(self.seconds),
            **more,
        }

    def thing(self, template: Template, uuid: str, fields: Sequence[Field]) -> dict[str, Any]:
        """An object of a template."""
        return {
            "uuid": uuid,
            "name": template.name,
            "meta-category": "misc",
            "template_uuid": template.uuid,
            "template_version": str(template.version),
            "distribution": INHERIT,
            "timestamp": str(self.seconds),
            "Attribute": [
                self.attribute(uuid, kind, value, object_relation=name)
                for name, kind, value in fields
                if name and value
            ],
        }


def _event(findings: Findings, options: Options) -> dict[str, Any]:
    networks = _networks(findings)
    latest = max([row["last"] for row in networks if row["last"]], default=None)
    moment = latest if latest is not None else _latest(findings)
    stamp = Stamp(_space(findings, options), moment // 1000)
    event = stamp.id("event")
    found = "accounts acting together" if networks else "no accounts found acting together"
    return {
        "uuid": event,
        "info": f"{_clean(findings.name)}: {found}",
        "date": _time(moment)[:10],
        "timestamp": str(stamp.seconds),
        "threat_level_id": UNDEFINED,
        "analysis": FINISHED if _decided(findings.record, networks) else ONGOING,
        "distribution": str(options.distribution),
        "published": False,
        **_maker(stamp, options),
        "Tag": [{"name": f"tlp:{options.tlp}"}, *_techniques(findings, networks)],
        "Attribute": list(_sites(findings, networks, stamp, event)),
        "Object": _objects(findings, networks, stamp),
    }


def _space(findings: Findings, options: Options) -> UUID:
    """Cases of one name are told apart by their first source, and by who makes the event."""
    first = next((str(each["sha256"]) for each in findings.run.get("sources", ())), "")
    return uuid5(SPACE, "\x1f".join((findings.name, first, options.organisation)))


def _maker(stamp: Stamp, options: Options) -> dict[str, Any]:
    if not options.organisation:
        return {}
    name = options.organisation
    return {"Orgc": {"name": name, "uuid": str(uuid5(SPACE, f"organisation\x1f{name}"))}}


def _latest(findings: Findings) -> int:
    return int(next(iter(findings.query(LATEST)))["latest"] or 0)


def _networks(findings: Findings) -> list[dict[str, Any]]:
    """The networks that may be handed on."""
    accused = set(findings.accused)
    return [row for row in findings.query(NETWORKS) if row["network"] in accused]


def _decided(record: Record, networks: Sequence[Mapping[str, Any]]) -> bool:
    said = [record.standing("network", row["network"]) for row in networks]
    return bool(said) and all(each and each.verdict is Verdict.INAUTHENTIC for each in said)


def _techniques(
    findings: Findings, networks: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    names = {each.misp for row in networks for each in tactics(findings, row["network"])}
    for name in sorted(name for name in names if name):
        yield {"name": f'misp-galaxy:disarm-techniques="{name}"'}


# --- accounts and networks


def _objects(
    findings: Findings, networks: Sequence[Mapping[str, Any]], stamp: Stamp
) -> list[dict[str, Any]]:
    asked = NAMED_ACCOUNTS.format(networks=listed(row["network"] for row in networks))
    rows = [row for row in findings.query(asked) if findings.record.may_be_named(row["account"])]
    things: dict[str, dict[str, Any]] = {}
    for row in rows:
        account = row["account"]
        if account not in things:
            things[account] = _account(row, stamp) | {"ObjectReference": []}
        things[account]["ObjectReference"].append(_member(stamp, account, row["network"]))
    groups = [_network(network, rows, stamp) for network in networks]
    return groups + list(things.values())


def _account(row: Mapping[str, Any], stamp: Stamp) -> dict[str, Any]:
    platform, kind = (row["platform"] or "").casefold(), (row["kind"] or "").casefold()
    template = _template(platform, kind)
    ident, handle, name = (_clean(row[key] or "") for key in ("account", "handle", "name"))
    fields = (
        (template.id, "text", ident),
        (template.handle, "text", handle),
        (template.title, "text", name or (handle or ident if template.named else "")),
        (template.platform, "text", platform),
        (template.created, "datetime", "" if row["created"] is None else _time(row["created"])),
        (template.followers, "text", "" if row["followers"] is None else str(row["followers"])),
        ("link" if template.link else "", "link", _address(platform, kind, handle)),
    )
    return stamp.thing(template, stamp.id("account", row["account"]), fields)


def _template(platform: str, kind: str) -> Template:
    for known in ((platform, kind), (platform, ""), ("", kind)):
        if known in TEMPLATES:
            return TEMPLATES[known]
    return USER


def _address(platform: str, kind: str, handle: str) -> str:
    if not handle or platform not in ADDRESSES or kind == "group":
        return ""
    return ADDRESSES[platform].format(quote(handle, safe=""))


def _member(stamp: Stamp, account: str, network: str) -> dict[str, str]:
    return {
        "uuid": stamp.id("member", account, network),
        "object_uuid": stamp.id("account", account),
        "referenced_uuid": stamp.id("network", network),
        "relationship_type": "member-of",
        "timestamp": str(stamp.seconds),
    }


def _network(
    row: Mapping[str, Any], accounts: Iterable[Mapping[str, Any]], stamp: Stamp
) -> dict[str, Any]:
    name = row["network"]
    own = [each for each in accounts if each["network"] == name]
    platforms = sorted({each["platform"] for each in own if each["platform"]})
    said = f"{row['label']}. Evidence: {row['strength']}. {len(own):,} accounts are named."
    fields = [
        ("group-name", "text", _clean(name)),
        ("description", "text", _clean(said)),
        *(("platform", "text", _clean(platform)) for platform in platforms),
    ]
    return stamp.thing(GROUP, stamp.id("network", name), fields)


# --- sites


def _sites(
    findings: Findings, networks: Sequence[Mapping[str, Any]], stamp: Stamp, event: str
) -> Iterator[dict[str, Any]]:
    """The sites of the networks, and the addresses on them that most members put out."""
    told: dict[str, str] = {}
    asked = DOMAINS.format(networks=listed(row["network"] for row in networks))
    for row in findings.query(asked):
        domain = row["domain"]
        if domain not in told and domain not in SHORTENERS | PLATFORMS:
            told[domain] = (
                f"linked by {row['accounts']:,} accounts of {row['network']} and by "
                f"{row['others']:,} others; whose site it is remains open"
            )
            yield stamp.attribute(event, "domain", _clean(domain), comment=told[domain])
    objects = {each for row in networks for each in (row["top_objects"] or "").split("\n")}
    for url in sorted(_clean(each) for each in objects if _site(each) in told):
        yield stamp.attribute(event, "url", url, comment="put out by most members")


def _site(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].casefold().removeprefix("www.")
    return host if scheme in ("http", "https") else ""


# --- values


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text).strip()


def _time(milliseconds: int) -> str:
    return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="seconds")
