"""Numbers, times and judgements in words that a stranger understands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from unswarm.model import DAY, HOUR, MINUTE, SECOND

UNKNOWN = "unknown"
FIRM = 0.8  # share of the settings in which strong evidence stands
LARGE = ((1e9, " billion"), (1e6, " million"), (1, ""))
SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]")
ADDRESS = re.compile(r"\b(h)tt(ps?://)([^\s/?#<>\"']+)", re.IGNORECASE)
POWER_OF_TEN = re.compile(r"\b(\d(?:\.\d+)?e-\d+)\b")
PERCENT = re.compile(r"(?<=\d)%")
HASH = re.compile(r"[0-9]+|[0-9a-f-]{8,}", re.IGNORECASE)
PLACE = re.compile(r"(?P<signal>.+) within (?P<seconds>\d+) s, found on half")
START = datetime(1970, 1, 1, tzinfo=UTC)

STRENGTH = {
    "strong": "Strong: confirmed in both halves of the data, in at least 80 % of the settings "
    "tried, and not within one day only.",
    "moderate": "Moderate: confirmed on data held back from the search.",
    "weak": "Weak: worth a look, and no finding.",
}
LABELS = {
    "coordinated": "Coordinated. Whether the accounts are what they claim to be is undetermined.",
    "coordinated, openly organised": "Coordinated, and openly organised.",
    "coordinated, automated": "Coordinated, and automated: they post by machine, which many honest "
    "accounts do.",
    "coordinated, signs of inauthenticity": "Coordinated, and the accounts show signs of concealed "
    "or machine-made identity.",
}
TOGETHER = {
    "reposts": "reposted the same posts",
    "replies": "answered the same posts",
    "quotes": "quoted the same posts",
    "links": "put out the same links",
    "domains": "linked to the same sites",
    "hashtags": "used the same hashtags",
    "texts": "published the same texts",
    "media": "published the same pictures or videos",
    "mentions": "named the same accounts",
    "hashtag_sequences": "used the same rows of hashtags",
    "shares": "shared the same objects",
    "timing": "made their first posts of an hour",
}
OBJECTS = {
    "reposts": "post reposted",
    "replies": "post answered",
    "quotes": "post quoted",
    "links": "link",
    "domains": "site and day",
    "hashtags": "hashtag and day",
    "hashtag_sequences": "hashtags",
    "texts": "text",
    "media": "picture or video",
    "mentions": "account named",
    "shares": "object",
    "timing": "hour",
}
GLOSSES = {
    "passes the less cautious test": "The test passes if the innocent explanations are taken at "
    "their word, and does not if they may be somewhat off, as a finding demands.",
    "explained by fast reaction": "Accounts that follow the same source and react quickly would "
    "meet as often.",
    "explained by the object's burst": "Everybody was quick on these objects; outsiders met as "
    "often.",
    "too few joint occasions": "What they did looks alike, and happened too seldom to tell it from "
    "chance.",
    "no comparison accounts": "Without accounts to compare with, nobody can say how often innocent "
    "accounts do the same. How to collect some stands at the beginning of this report.",
    "2 accounts": "Two accounts may belong to one person or one office.",
    "creation burst": "Accounts created close together may be one hand's, or a wave of sign-ups to "
    "the platform, after an event or a campaign for new members.",
}
FAMILIES = {
    "coordination": "Acting together",
    "rhythm": "Rhythm",
    "traffic": "Where they lead readers",
    "creation": "Creation of the accounts",
    "identity": "Identity",
    "photos": "Profile photos",
    "amplification": "Amplification",
    "administration": "Administration",
    "infrastructure": "Infrastructure",
    "concealment": "Concealment",
    "advertising": "Money",
    "audience": "Audience",
}
KINDS = {
    "person": ("account", "accounts"),
    "page": ("Page", "Pages"),
    "group": ("Group", "Groups"),
    "channel": ("channel", "channels"),
    "advertiser": ("advertiser", "advertisers"),
}
PLATFORMS = {
    "bluesky": "Bluesky",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "reddit": "Reddit",
    "telegram": "Telegram",
    "tiktok": "TikTok",
    "twitter": "Twitter",
    "vk": "VK",
    "youtube": "YouTube",
}


def count(number: float | None) -> str:
    """1234567 → `1,234,567`."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def about(number: float) -> str:
    """A large number as people say it: `1,234`, `about 55.1 million`; three digits are right."""
    said, exact = _rounded(number)
    return said if exact else f"about {said}"


def between(low: float, high: float) -> str:
    """A range as people say it: `between 9 and 9.5 million`; one number where both are."""
    ends = [_rounded(end)[0] for end in (low, high)]
    if ends[0] == ends[1]:
        return about(high)
    shared = ends[0].rpartition(" ")[2] == ends[1].rpartition(" ")[2] and " " in ends[0]
    return f"between {ends[0].partition(' ')[0] if shared else ends[0]} and {ends[1]}"


def _rounded(number: float) -> tuple[str, bool]:
    """A number to three digits from 10,000 on, in words, and whether nothing was lost by that."""
    if number < 10_000:
        return count(number), True
    digits = float(f"{number:.3g}")
    size, name = next(s for s in LARGE if digits >= s[0])
    return f"{digits / size:,.10g}{name}", digits == number


def kind(name: str | None, number: int = 2) -> str:
    """What accounts of a kind are called: `accounts`, `Pages`; unknown kinds are accounts."""
    one, many = KINDS.get(name or "", KINDS["person"])
    return one if number == 1 else many


def platform(name: str | None) -> str:
    """A platform as it writes its name; an unknown one as the source does."""
    return PLATFORMS.get((name or "").casefold(), sentence(clean(name or "")))


def figure(number: float | None) -> str:
    """A measured value with three significant digits: `0.053`, `14.2`, `3,120`."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    if number == int(number) or abs(number) >= 1000:
        return f"{number:,.0f}"
    if abs(number) < 1e-4:
        return _power(number)
    return f"{float(f'{number:.3g}'):,g}"


def share(number: float | None) -> str:
    """0.653 → `65 %`; what is near none or all keeps digits."""
    if number is None:
        return UNKNOWN
    percent = 100 * number
    if percent in (0, 100) or 1 <= percent <= 99:
        return f"{percent:.0f} %"
    return f"{percent:.2g} %" if percent < 1 else f"{percent:.1f} %"


def chance(p: float | None) -> str:
    """A probability as `0.042`, `3 × 10⁻⁷`; below what a computer can hold: `below 10⁻³⁰⁰`."""
    if p is None:
        return UNKNOWN
    if p < 1e-300:
        return "below 10⁻³⁰⁰"
    return _power(p) if p < 1e-3 else f"{p:.2g}"


def _power(number: float) -> str:
    digits, _, exponent = f"{number:.1e}".partition("e")
    return f"{digits.removesuffix('.0')} × 10{str(int(exponent)).translate(RAISED)}"


def moment(milliseconds: int | None, precision: int | None = SECOND) -> str:
    """A time UTC as exact as its source: `2026-01-31 09:05:12`, to the day `2026-01-31`."""
    if milliseconds is None:
        return UNKNOWN
    known = precision or SECOND
    pattern = "%Y-%m-%d" if known >= DAY else "%Y-%m-%d %H:%M"
    text = _at(milliseconds).strftime(pattern if known >= MINUTE else "%Y-%m-%d %H:%M:%S")
    return f"{text}.{milliseconds % SECOND:03}" if known < SECOND else text


def day(milliseconds: int | None) -> str:
    """A date as people write it: `31 January 2026`."""
    return UNKNOWN if milliseconds is None else _at(milliseconds).strftime("%-d %B %Y")


def date(milliseconds: int | None) -> str:
    """A date for a table: `31 Jan 2026`."""
    return UNKNOWN if milliseconds is None else _at(milliseconds).strftime("%-d %b %Y")


def span(first: int | None, last: int | None) -> str:
    """Two dates: `1 January 2026 to 31 January 2026`; one when they are the same."""
    ends = day(first), day(last)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def gap(milliseconds: int | None) -> str:
    """A duration: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days`."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < MINUTE:
        return f"{milliseconds / SECOND:.3g} s"
    if milliseconds < HOUR:
        return _two(milliseconds, MINUTE, "min", SECOND, "s")
    if milliseconds < 2 * DAY:
        return _two(milliseconds, HOUR, "h", MINUTE, "min")
    return f"{milliseconds // DAY} days"


def _two(value: int, large: int, large_name: str, small: int, small_name: str) -> str:
    whole, rest = divmod(value, large)
    return f"{whole} {large_name}" + (f" {rest // small} {small_name}" if rest // small else "")


def several(number: int, one: str, many: str | None = None) -> str:
    """`one network`, `three networks`, `1,204 networks`, `no networks`."""
    word = SMALL[number] if number < len(SMALL) else count(number)
    return f"{word} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """Its first letter raised, nothing else touched."""
    return text[:1].upper() + text[1:]


def verdict(confirmed: int, comparison: bool, behaviour: bool = True) -> str:
    """What the report says in one sentence."""
    if confirmed:
        groups = sentence(several(confirmed, "network"))
        return f"{groups} of accounts acted together beyond what we can explain."
    if not behaviour:
        return "No finding is possible on this data: it holds no posts that could be compared."
    if comparison:
        return "None found: no network of accounts acted together beyond what we can explain."
    return "No finding is possible on this data: it has too few accounts to compare with."


def band(probability: float) -> str:
    """The band of a membership probability; its digits would promise more than it holds."""
    if probability >= 0.99:
        return "almost certain"
    return "likely" if probability >= 0.9 else "undetermined"


def power(statement: Mapping[str, Any] | str) -> str:
    """A statement of power in words; one that is or has a sentence already keeps it."""
    if isinstance(statement, str):
        return statement
    return str(statement.get("sentence") or _findable(statement))


def _findable(statement: Mapping[str, Any]) -> str:
    what = f"Groups of {statement.get('group')} with {statement.get('actions')} actions each"
    recall = statement.get("recall")
    if recall is None:
        return f"{what} could have been found."
    cases = SMALL[round(10 * recall)].replace("no", "none")
    return f"{what} would have been found in {cases} of 10 cases."


def together(signals: Sequence[str]) -> str:
    """What accounts did alike, in words: `put out the same links and used the same hashtags`."""
    said = [TOGETHER.get(name, f"acted alike in the signal “{name}”") for name in signals]
    if len(said) < 2:
        return said[0] if said else "acted alike"
    return f"{', '.join(said[:-1])} and {said[-1]}"


def acts(windows: Sequence[Mapping[str, Any]]) -> str:
    """What accounts did alike, and how close to each other in time.

    Args:
        windows: `signal`, `test` (`choice` or `time`) and `widest` (ms), those alike side by side.
    """
    parts = []
    for (_, widest), rows in groupby(windows, key=lambda row: (row["test"], row["widest"])):
        said = together([row["signal"] for row in rows])
        near = "a day" if widest == DAY else gap(widest)
        parts.append(f"{said} within {near} of each other")
    return ", and ".join(parts) or "acted alike"


def places(confirmed_in: str) -> list[str]:
    """Where a network was confirmed: `links within 5 min, in both halves of the data`."""
    halves: dict[tuple[str, str], int] = {}
    other = []
    for line in confirmed_in.splitlines():
        if found := PLACE.match(line):
            key = found["signal"], gap(int(found["seconds"]) * SECOND)
            halves[key] = halves.get(key, 0) + 1
        elif line.strip():
            other.append(line)
    said = ("one half", "both halves")
    return [f"{s} within {w}, in {said[n > 1]} of the data" for (s, w), n in halves.items()] + other


def compared(row: Mapping[str, Any]) -> bool:
    """Whether a network was held against other accounts, so that its `expected` means anything."""
    return not (row["reason"] or "").startswith("no comparison accounts")


def excuses(row: Mapping[str, Any]) -> list[str]:
    """The kinds of innocent explanations that fit a network: `shared ownership possible`."""
    lines = (row["innocent"] or "").splitlines()
    return list(dict.fromkeys(line.partition(":")[0] for line in lines))


def kinds(labels: Sequence[str]) -> str:
    """How many of several findings say who they are, and how many show signs that they do not."""
    signs = sum(label.endswith("inauthenticity") for label in labels)
    said = [
        (signs, "shows signs of inauthenticity", "show signs of inauthenticity"),
        (
            sum(label.endswith(("organised", "automated")) for label in labels),
            "is openly organised or automated",
            "are openly organised or automated",
        ),
    ]
    parts = [several(number, one, many) for number, one, many in said if number]
    return f"Of these networks, {' and '.join(parts)}." if parts and len(labels) > 1 else ""


def times_over(lift: float | None) -> str:
    """How many times over, as far as that can be told: `4.96`, `over 1,000`."""
    return "over 1,000" if lift is not None and lift > 1000 else figure(lift)


def strength(row: Mapping[str, Any]) -> str:
    """How strong the evidence of a network is, and what keeps it from being stronger."""
    said = STRENGTH.get(row["strength"] or "", "")
    if row["strength"] != "moderate":
        return said
    halves = any("both halves" in place for place in places(row["confirmed_in"] or ""))
    lacks = [] if halves else ["one half of the data confirms it, not both"]
    if (row["stability"] or 0) < FIRM:
        lacks.append(f"it stands in less than {share(FIRM)} of the settings tried")
    if row["first"] is not None and row["last"] - row["first"] < DAY:
        lacks.append("all of it lies within one day")
    return f"{said} Not stronger, because {' and '.join(lacks)}." if lacks else said


def gloss(reason: str) -> str:
    """What the reason of a lead means, for those who do not know the test."""
    return next((said for start, said in GLOSSES.items() if reason.startswith(start)), "")


def prose(text: str) -> str:
    """A sentence of another part with its numbers as this report writes them: `3 × 10⁻⁷`, `5 %`."""
    text = POWER_OF_TEN.sub(lambda found: _power(float(found[1])), text)
    return sentence(PERCENT.sub(" %", text))


def opaque(text: str) -> bool:
    """Whether an object is only a number or a hash, which says nothing to a reader."""
    return HASH.fullmatch(text) is not None


def clean(text: str) -> str:
    """A stranger's text without control characters, with web addresses made harmless.

    `https://site.example/a` becomes `hxxps://site[.]example/a`: nobody opens it by accident.
    """
    return ADDRESS.sub(_harmless, UNPRINTABLE.sub("\ufffd", text))


def _harmless(found: re.Match[str]) -> str:
    letter, scheme, host = found.groups()
    return f"{letter}xx{scheme}{host.replace('.', '[.]')}"


def cut(text: str, most: int) -> str:
    """A text of at most `most` characters; what is cut ends in `…`."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
