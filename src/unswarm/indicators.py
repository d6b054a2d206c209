"""What others published of a network: its sites and accounts, out of files of indicators.

Reads the indicators of Meta's threat research as CSV, TSV and JSON in both of their forms (kill
chain since 2023; `indicator_type,indicator_value,comment,ds` before), and STIX 2.1 bundles (OASIS,
2021). Every row ends up in one of the lists of `Indicators`; nothing is dropped.

A row says that something has to do with a network, not that it is the network's. Where a technique
is aimed at others (gathering information, targeted engagement, compromising), the site or account
may be a victim's: it stands in `other`, and nobody is looked for by it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from unswarm.canonical import PLATFORMS, SHORTENERS, clean_url
from unswarm.engines import Engine
from unswarm.errors import InputError
from unswarm.fingerprint import Fingerprint, Profile, folded
from unswarm.ties._websites import HOSTS
from unswarm.ties.handles import SHORTEST

FANGS = (
    (re.compile(r"(?<=\w) ?[\[({]\s*(?:\.|dot)\s*[\])}] ?(?=\w)", re.IGNORECASE), "."),
    (re.compile(r"(?<=\w)(?:\\\.|\[\.|\.\])(?=\w)"), "."),
    (re.compile(r"(?<=\w)[\[({]\s*(?:@|at)\s*[\])}](?=\w)", re.IGNORECASE), "@"),
    (re.compile(r"(?<=[\w:])[\[({](:/{0,2}|/{1,2})[\])}]"), r"\1"),
)
HXXP = re.compile(r"(?<![a-z])(h)(?:xx|\*\*|__)(p)(?=s?:)", re.IGNORECASE)
HTTP = re.compile(r"(?<![A-Za-z])(?:(h|H)tt|HTT)(?=[pP][sS]?://)")
HOST = re.compile(r"(?<=p://|s://)[^\s/?#<>\"'\[\]]+", re.IGNORECASE)
SITE = re.compile(r"(?<![\w.@/\]-])(?:[^\W_][\w-]*\.)+[^\W\d_][\w-]*(?![\w@-])")


def refang(text: str) -> str:
    """A text with its addresses as they are: `hxxps[:]//a[.]example` → `https://a.example`.

    Knows `hxxp`, `h**p`, `[.]`, `(.)`, `{.}`, `[dot]`, `[.`, `.]`, `\\.`, `[:]`, `[://]`, `[/]`,
    `[@]` and `[at]`, in any case and any brackets.
    """
    for fang, plain in FANGS:
        text = fang.sub(plain, text)
    return HXXP.sub(lambda m: f"{m[1]}{'TT' if m[1] + m[2] == 'HP' else 'tt'}{m[2]}", text)


def defang(text: str) -> str:
    """A text whose addresses and sites nobody clicks on by mistake: `hxxps://a[.]example`."""
    text = HOST.sub(lambda m: m[0].replace(".", "[.]"), text)
    text = SITE.sub(lambda m: m[0].replace(".", "[.]") if clean_url(m[0]) else m[0], text)
    return HTTP.sub(lambda m: f"{m[1]}xx" if m[1] else "HXX", text)


# --- what is found


@dataclass(frozen=True)
class Account:
    """An account somebody published.

    Args:
        platform: in lower case, `twitter` for X; empty: not said.
        handle: as written, without @; empty: not said.
        id: its id on the platform; empty: not said.
    """

    platform: str
    handle: str = ""
    id: str = ""


@dataclass(frozen=True)
class Other:
    """What is neither a site nor an account to look for.

    Args:
        line: 1-based line of the file; of JSON, the place of the object.
        kind: prose, note, email, ip, hash, a type of the file; `site of others`, `account of
            others`: what a technique that is aimed at others names.
        text: as found.
    """

    line: int
    kind: str
    text: str


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used.

    Args:
        line: as in `Other`.
        reason: why.
        text: as found.
    """

    line: int
    reason: str
    text: str


@dataclass
class Indicators:
    """Everything one file holds; each site, address and account once, in the order of the file.

    Args:
        domains: host names, in lower case.
        urls: addresses that are no profile, refanged.
        accounts: profiles.
        other: everything else.
        rejected: rows that could not be used.
    """

    domains: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    other: list[Other] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    _known: set[tuple[str, ...]] = field(default_factory=set, repr=False, compare=False)

    def add(self, line: int, text: str, *, theirs: bool = True) -> None:
        """Put one address, site, account or sentence where it belongs.

        Args:
            line: where it stands.
            text: as found.
            theirs: false: a technique that is aimed at others names it.
        """
        kind, found = _kind(text)
        if not theirs and kind in ("site", "account"):
            self.other.append(Other(line, f"{kind} of others", text))
        elif isinstance(found, Account):
            self.add_account(found)
        elif kind in ("site", "address"):
            if self._is_new(kind, found):
                (self.domains if kind == "site" else self.urls).append(found)
        else:
            self.other.append(Other(line, kind, text))

    def add_account(self, account: Account) -> None:
        """Keep an account; one that is known by its id already is no other one."""
        if self._is_new("account", account.platform, account.id or f"@{account.handle}"):
            self.accounts.append(account)

    def _is_new(self, *key: str) -> bool:
        new = key not in self._known
        self._known.add(key)
        return new


EMAIL = re.compile(r"[^\s@/]+@[^\s@/]+\.[^\s@/]+")
IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}", re.I)
HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
KINDS = (("email", EMAIL), ("ip", IP), ("hash", HASH))


def _kind(text: str) -> tuple[str, str | Account]:
    """What a text is: site, address, account, email, ip, hash or prose; and what it names."""
    plain = refang(text.strip())
    if not plain or re.search(r"\s", plain):
        return "prose", plain
    for kind, form in KINDS:
        if form.fullmatch(plain):
            return kind, plain
    cleaned = clean_url(plain)
    if cleaned is None:
        return "prose", plain
    parts = urlsplit(cleaned[0])
    if account := _profile(cleaned[1], parts.path, parse_qs(urlsplit(plain).query)):
        return "account", account
    bare = not (parts.path or parts.query or parts.port)
    return ("site", parts.hostname or "") if bare else ("address", plain)


NAME = r"/@?([\w.-]+)"
PROFILES = {
    "twitter.com": ("twitter", r"/@?(\w{1,20})"),
    "facebook.com": ("facebook", NAME),
    "instagram.com": ("instagram", NAME),
    "threads.net": ("threads", r"/@([\w.]+)"),
    "threads.com": ("threads", r"/@([\w.]+)"),
    "youtube.com": ("youtube", r"/(?:@|c/|user/)([^/]+)"),
    "tiktok.com": ("tiktok", r"/@([\w.]+)"),
    "t.me": ("telegram", r"/(?:s/)?([A-Za-z]\w+)"),
    "reddit.com": ("reddit", r"/(?:user|u)/([\w-]+)"),
    "vk.com": ("vk", r"/([\w.]+)"),
    "medium.com": ("medium", r"/@([\w.]+)"),
    "pinterest.com": ("pinterest", r"/(\w+)"),
    "tumblr.com": ("tumblr", r"/([\w-]+)"),
    "linkedin.com": ("linkedin", r"/in/([^/]+)"),
    "quora.com": ("quora", r"/profile/([^/]+)"),
    "bsky.app": ("bluesky", r"/profile/([^/]+)"),
}
"""Registered domain → its platform, and the path of a profile there."""
CHANNEL = re.compile(r"/channel/(UC[\w-]{22})")
NO_NAMES = frozenset(
    (
        *("about", "ads", "blog", "blogs", "events", "explore", "groups", "hashtag", "help"),
        *("home", "i", "intent", "joinchat", "login", "marketplace", "p", "pages", "permalink.php"),
        *("photo", "photos", "pin", "policies", "policy", "posts", "privacy", "profile.php"),
        *("reel", "reels", "search", "settings", "share", "sharer", "sharer.php", "signup"),
        *("status", "stories", "story.php", "tag", "tagged", "terms", "video", "videos", "wall"),
        "watch",
    )
)
"""First parts of a path that are nobody's handle."""


def _profile(domain: str, path: str, query: Mapping[str, Sequence[str]]) -> Account | None:
    """The account whose profile an address is; None: it is no profile."""
    if domain == "facebook.com" and path == "/profile.php" and query.get("id"):
        return Account("facebook", id=query["id"][0])
    if domain == "youtube.com" and (found := CHANNEL.fullmatch(path)):
        return Account("youtube", id=found[1])
    platform, form = PROFILES.get(domain, ("", "(?!)"))
    said = re.fullmatch(form, unquote(path))
    return Account(platform, said[1]) if said and said[1].lower() not in NO_NAMES else None


# --- files


def read_indicators(path: Path) -> Indicators:
    """The indicators of a file: Meta's CSV, TSV or JSON, or a STIX 2.1 bundle.

    Raises:
        InputError: it is none of these, or no text.
    """
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _from_json(path, text)
    rows = list(_rows(path, text))
    if not rows:
        raise InputError("it holds no rows.", source=path)
    known = _columns(rows[0][1]) or _columns_by_content(rows)
    if known is None:
        raise InputError(
            "none of its columns is an indicator.",
            source=path,
            line=rows[0][0],
            hint="the columns are Tactic, Technique, Procedure, Indicator, Notes, or "
            "indicator_type, indicator_value, comment, ds.",
        )
    return _from_rows(rows[known.first :], known)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is no text in UTF-8.", source=path, hint="save it as UTF-8.") from None


Row = tuple[int, list[str]]
"""The line a row begins on, and its cells."""


def _rows(path: Path, text: str) -> Iterator[Row]:
    """Rows that hold anything."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max("\t,;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"it is no table: {error}.", source=path, line=line) from None


@dataclass(frozen=True)
class _Columns:
    """Where things stand in a row.

    Args:
        kind: of the column that says of which type an indicator is; None: the kill chain's form.
        value: of the indicator.
        chain: of tactic, technique, procedure.
        first: the first row of data.
    """

    kind: int | None
    value: int
    chain: tuple[int, ...] = ()
    first: int = 1


CHAIN = ("tactic", "technique", "procedure")
NUMBER = re.compile(r"(\d+)\.(\d*)")


def _columns(header: Sequence[str]) -> _Columns | None:
    """By the names of a header; None: it is none."""
    names = [cell.casefold() for cell in header]
    if "indicator_value" in names:
        kind = names.index("indicator_type") if "indicator_type" in names else None
        return _Columns(kind, names.index("indicator_value"))
    chain = tuple(names.index(name) for name in CHAIN if name in names)
    if "indicator" in names:
        return _Columns(None, names.index("indicator"), chain)
    return _Columns(None, max(chain) + 1, chain) if len(chain) > 1 else None


def _columns_by_content(rows: Sequence[Row]) -> _Columns | None:
    """Of a kill chain without a header; None: it is none."""
    numbered = [len(cells) > 3 and bool(NUMBER.match(cells[0] or cells[1])) for _, cells in rows]
    return _Columns(None, 3, (0, 1, 2), 0) if sum(numbered) > len(rows) / 2 else None


def _from_rows(rows: Sequence[Row], known: _Columns) -> Indicators:
    found = Indicators()
    phase = ("", "")
    for line, cells in rows:
        value = cells[known.value] if known.value < len(cells) else ""
        if known.kind is not None:
            _typed(found, line, cells[known.kind], value)
        elif value:
            phase = _phase(cells, known) or phase
            _cell(found, line, value, _is_own(phase))
        else:
            found.rejected.append(Rejected(line, "it names no indicator", " | ".join(cells)))
        used = {known.kind, known.value, *known.chain}
        notes = [cell for place, cell in enumerate(cells) if place not in used and cell]
        found.other += [Other(line, "note", note) for note in notes]
    return found


def _phase(cells: Sequence[str], known: _Columns) -> tuple[str, str] | None:
    """The numbers of a row's tactic and technique; the narrowest column that has one says them."""
    said = [cells[place] for place in reversed(known.chain) if place < len(cells)]
    numbers = (NUMBER.match(cell) for cell in said)
    return next(((number[1], number[2]) for number in numbers if number), None)


AIMED = frozenset(("2", "7", "8"))
REDIRECTING = ("7", "5")  # to the network's own sites and accounts


def _is_own(phase: tuple[str, str]) -> bool:
    """Whether what a technique names is the network's, and not somebody's it is aimed at."""
    return phase[0] not in AIMED or phase == REDIRECTING


REMARK = re.compile(r"(\S+)\s+([(\[].*)", re.DOTALL)


def _cell(found: Indicators, line: int, text: str, theirs: bool) -> None:
    """One address a line, maybe with a remark in brackets; a cell of anything else is prose."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    if len(lines) > 1 and all(_kind(each)[0] == "prose" for each in lines):
        found.other.append(Other(line, "prose", text))
        return
    for each in lines:
        remark = REMARK.fullmatch(each)
        if remark and _kind(remark[1])[0] != "prose":
            found.add(line, remark[1], theirs=theirs)
            found.other.append(Other(line, "note", remark[2]))
        else:
            found.add(line, each, theirs=theirs)


TYPED = {"site": ("domain_name", "domain"), "address": ("url", "uri")}


def _typed(found: Indicators, line: int, kind: str, value: str) -> None:
    """A row whose type is said."""
    kind = kind.casefold()
    wanted = next((what for what, ends in TYPED.items() if kind.endswith(ends)), None)
    if not value:
        found.rejected.append(Rejected(line, "it names no indicator", kind))
    elif wanted is None:
        found.other.append(Other(line, kind, value))
    elif _kind(value)[0] not in (wanted, "site", "account", "ip"):
        found.rejected.append(Rejected(line, f"it is no {kind}", value))
    else:
        found.add(line, value)


# --- JSON


def _from_json(path: Path, text: str) -> Indicators:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise InputError(f"it is no JSON: {error}.", source=path) from None
    objects = said.get("objects") if isinstance(said, dict) else said
    if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
        raise InputError("it is neither a STIX bundle nor a list of indicators.", source=path)
    found = Indicators()
    for place, each in enumerate(objects, 1):
        if "indicator_value" in each:
            _typed(found, place, str(each.get("indicator_type", "")), str(each["indicator_value"]))
            if each.get("comment"):
                found.other.append(Other(place, "note", str(each["comment"])))
        else:
            _stix(found, place, each)
    return found


def _stix(found: Indicators, place: int, each: Mapping[str, Any]) -> None:
    """An observable or an indicator; campaigns, techniques and relations are no indicators."""
    kind = str(each.get("type", ""))
    if kind not in (*OBSERVABLES, "indicator"):
        return
    if each.get("revoked"):
        found.rejected.append(Rejected(place, "it was revoked", str(each.get("id", ""))))
    elif kind == "indicator":
        _indicator(found, place, each)
    else:
        _observable(found, place, kind, each)


OBSERVABLES = ("user-account", "domain-name", "url", "email-addr", "ipv4-addr", "ipv6-addr", "file")
OUR_KINDS = re.compile(r"-(?:page|group|channel|advertiser)$")


def _observable(found: Indicators, place: int, kind: str, said: Mapping[str, Any]) -> None:
    """One observable, by the fields of the object or of a pattern."""
    if kind == "user-account":
        _account(found, place, said)
    elif kind in ("domain-name", "url"):
        _typed(found, place, kind.removesuffix("-name"), str(said.get("value", "")))
    else:
        text = said.get("value") or json.dumps(said.get("hashes", dict(said)), ensure_ascii=False)
        found.other.append(Other(place, kind, str(text)))


def _account(found: Indicators, place: int, said: Mapping[str, Any]) -> None:
    """A `user-account`."""
    platform = _platform(OUR_KINDS.sub("", str(said.get("account_type", ""))))
    ident, handle = str(said.get("user_id", "")), str(said.get("account_login", ""))
    if not (ident or handle):
        reason = "it names neither an id nor a login"
        found.rejected.append(Rejected(place, reason, str(said.get("id", ""))))
    else:
        found.add_account(Account(platform, handle.removeprefix("@"), ident))


def _platform(name: str) -> str:
    plain = name.casefold().strip()
    return "twitter" if plain == "x" else plain


TOKEN = re.compile(
    r"(?P<kind>[a-z0-9-]+):(?P<path>[\w.'-]+)\s*=\s*'(?P<value>(?:[^'\\]|\\.)*)'"
    r"|(?P<next>\bOR\b|[\[\]])|\bAND\b"
)


def _indicator(found: Indicators, place: int, each: Mapping[str, Any]) -> None:
    """The observables of a STIX pattern; only equality, AND and OR are read."""
    pattern = str(each.get("pattern", ""))
    if each.get("pattern_type", "stix") != "stix" or TOKEN.sub("", pattern).strip():
        reason = "its pattern is not one of equalities joined by AND or OR"
        found.rejected.append(Rejected(place, reason, pattern))
        return
    for kind, fields in _observables(pattern):
        if kind in OBSERVABLES:
            _observable(found, place, kind, fields)
        else:
            found.other.append(Other(place, kind, json.dumps(fields, ensure_ascii=False)))


def _observables(pattern: str) -> Iterator[tuple[str, dict[str, str]]]:
    kind, fields = "", dict[str, str]()
    for token in TOKEN.finditer(pattern):
        if token["kind"]:
            kind, fields[token["path"]] = token["kind"], re.sub(r"\\(.)", r"\1", token["value"])
        elif token["next"] and fields:
            yield kind, fields
            kind, fields = "", {}


# --- to look for


Ids = Mapping[tuple[str, str], str]
"""(platform, handle in lower case) → account of a case."""


def ids_of(engine: Engine) -> Ids:
    """By which handle each account of a case is known; handles that several have are left out."""
    rows = engine.fetch("SELECT account, platform, handle FROM account WHERE handle <> ''")
    keys = [
        (_platform(row["platform"] or ""), row["handle"].casefold()) for row in rows.to_pylist()
    ]
    once = {key for key, number in Counter(keys).items() if number == 1}
    pairs = zip(keys, rows["account"].to_pylist(), strict=True)
    return {key: account for key, account in pairs if key in once}


def fingerprints_of(indicators: Indicators, name: str, ids: Ids | None = None) -> list[Fingerprint]:
    """The indicators as a fingerprint to look for in a case; none: there is nothing to look for.

    It holds the sites as what accounts link to and name as their own, and the accounts by platform
    and handle. Names, bios, photos, creation times, administrators and sealed values are published
    by nobody, so no account is ever named by it for sure, and a shared site alone lists nobody.
    Only registered domains are taken: who has a page at a host owns not the host.

    Args:
        indicators: what was published.
        name: of the file, or of who published it.
        ids: see `ids_of`: accounts of the case that are published ones are known by their id.
    """
    known = ids or {}
    accounts = tuple(_remembered(account, known) for account in indicators.accounts)
    sites = frozenset(filter(_is_whole, indicators.domains))
    owned = {
        "destinations": sites,
        "websites": sites,
        "handles": _stems(indicators.accounts),
    }
    owned = {tie: things for tie, things in owned.items() if things}
    return [Fingerprint(name, "published", accounts, owned)] if accounts or owned else []


def _remembered(account: Account, ids: Ids) -> Profile:
    here = ids.get((account.platform, account.handle.casefold()))
    ident = account.id or here or f"{account.platform}:{account.handle}"
    return Profile(ident, account.platform or None, folded(account.handle))


def _is_whole(host: str) -> bool:
    """Whether a host is a registered domain, and one that somebody alone has."""
    found = clean_url(host)
    return found is not None and found[1] == host and host not in HOSTS | SHORTENERS | PLATFORMS


def _stems(accounts: Sequence[Account]) -> frozenset[str]:
    """Stems that several handles share, as the tie `handles` has them."""
    stems = Counter(re.sub(r"[0-9_.-]+$", "", each.handle.lower()) for each in accounts)
    return frozenset(stem for stem, n in stems.items() if n > 1 and len(stem) >= SHORTEST)
