"""Handles made after one pattern, and handles that look alike.

Patterns: the shape of a handle with digits (`AaAa5`: capital, small, capital, small letters, five
digits), the displayed name followed by digits, and one stem with numbers behind it. What a platform
hands out by default, and what a language is used to, has a high share among the others and
vanishes by itself; the others are matched on the account's language where it is known. Lookalikes
are looked for within one platform: the same handle on two of them is what honest people have.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    OTHERS,
    SIDES,
    Count,
    Row,
    Shared,
    against,
    evidence,
    holm,
    listed,
    most_shared,
    noteworthy,
    quoted,
    rows,
    significant,
)

SHORTEST_STEM = 5
SHORTEST_LOOKALIKE = 7
SAMPLE = 1_000  # other accounts whose pairs tell how often handles look alike by chance

HANDLES = f"""
    SELECT s.network AS network, a.account AS account, a.handle AS handle, a.name AS name,
           a.language AS language, a.platform AS platform
    FROM account a JOIN {SIDES} s ON a.account = s.account
    WHERE a.handle IS NOT NULL AND a.handle <> '' ORDER BY md5(a.account), a.account
"""
QUERY = """
    SELECT account, handle, name, created FROM account
    WHERE account IN (SELECT account FROM membership WHERE network = {network})
      AND handle IN ({handles}) ORDER BY handle, account
"""

_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(r"(.*?[^\W\d_])[_.]*\d+")
# letters that are read as one another; the skeleton of a handle keeps one of each kind
_ALIKE = str.maketrans("01358оаеірсухкмтвнα", "oiesboaeipcyxkmtbha", "_.-·") | {
    ord("l"): "i",
    ord("|"): "i",
    ord("$"): "s",
}


def measure(engine: Engine) -> pa.Table:
    """The pattern that sets each network apart most, and its members with lookalikes in it."""
    accounts = rows(engine, HANDLES)
    networks: dict[str, list[Row]] = defaultdict(list)
    for row in accounts:
        networks[row["network"]].append(row)
    others = networks.pop(OTHERS, [])
    return evidence([*_templates(networks, others), *_lookalikes(networks, others)])


# --- patterns


def _templates(networks: dict[str, list[Row]], others: list[Row]) -> Iterator[Row]:
    shared = _shared(networks, others)
    p = holm({n: shared[n].p if n in shared else 1.0 if others else None for n in networks})
    for network in (n for n in shared if noteworthy(p[n])):
        found = shared[network]
        members = [row["handle"] for row in networks[network] if found.option in templates(row)]
        yield _template_row(network, found, p[network], members)


def _shared(networks: dict[str, list[Row]], others: list[Row]) -> dict[str, Shared]:
    """Each network against the others of its languages, so Holm comes later."""
    found: dict[str, Shared] = {}
    for network in sorted(networks):
        languages = {row["language"] for row in networks[network]}
        matched = [row for row in others if row["language"] in languages]
        found |= most_shared(
            (row["network"], templates(row)) for row in networks[network] + matched
        )
    return found


def _template_row(network: str, found: Shared, p: float | None, handles: list[str]) -> Row:
    members = found.members
    examples = ", ".join(sorted(handles)[:3])
    return {
        "network": network,
        "measure": "names",
        "family": "identity",
        "inauthentic": significant(p),
        "claim": f"{members.have:,} of {members.of:,} handles are {found.option} ({examples}); "
        f"{against(found.others, 'handles of other accounts', 'are')}.",
        "value": members.share,
        "baseline": found.others.share,
        "n": members.of,
        "p": p,
        "query": QUERY.format(network=quoted(network), handles=listed(set(handles))),
    }


def templates(row: Row) -> set[str]:
    """The patterns a handle follows, in words."""
    handle = row["handle"]
    found = set(_after_name(handle, row["name"] or ""))
    if _DIGITS.search(handle):
        found.add(f"of the shape {shape(handle)}")
    stem = _NUMBERED.fullmatch(handle.casefold())
    if stem and len(stem[1]) >= SHORTEST_STEM:
        found.add(f"“{stem[1]}” and a number")
    return found


def shape(handle: str) -> str:
    """Runs of capital letters → A, of small letters → a, of digits → how many there are."""
    parts = re.findall(r"\d+|[^\W\d_]+|[\W_]+", handle)
    return "".join(_shape_of(part) for part in parts)


def _shape_of(part: str) -> str:
    if part.isdigit():
        return str(len(part))
    if not part.isalpha():
        return part
    cases = ("A" if char.isupper() else "a" for char in part)
    return re.sub(r"(.)\1+", r"\1", "".join(cases))


def _after_name(handle: str, name: str) -> Iterable[str]:
    letters, digits = _DIGITS.sub("", handle), "".join(_DIGITS.findall(handle))
    plain = "".join(char for char in name.casefold() if char.isalpha())
    if digits and plain and letters.casefold().replace("_", "") == plain:
        yield f"the displayed name and {len(digits)} digits"


# --- lookalikes


def _lookalikes(networks: dict[str, list[Row]], others: list[Row]) -> Iterator[Row]:
    rate = _pair_rate(_by_platform(others[:SAMPLE]))
    alike = {n: _alike(_by_platform(networks[n])) for n in sorted(networks)}
    counts = {n: Count(len(alike[n]), len(networks[n])) for n in alike}
    p = holm({n: _by_chance(count, rate) for n, count in counts.items()})
    for network, count in counts.items():
        if count.have >= FEWEST and noteworthy(p[network]):
            yield _lookalike_row(network, count, rate, p[network], alike[network])


def _by_platform(accounts: Iterable[Row]) -> list[list[str]]:
    """Handles, those of one platform side by side."""
    found: dict[str | None, list[str]] = defaultdict(list)
    for row in accounts:
        found[row["platform"]].append(row["handle"])
    return list(found.values())


def _alike(platforms: Iterable[list[str]]) -> list[str]:
    return sorted({handle for handles in platforms for handle in alike_handles(handles)})


def _pair_rate(platforms: Sequence[list[str]]) -> Count:
    """How many pairs of other accounts have handles that look alike; an upper count."""
    pairs = sum(_pairs(len(handles)) for handles in platforms)
    alike = sum(_pairs(len(group)) for handles in platforms for group in _groups(handles))
    return Count(min(alike, pairs), pairs)


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _by_chance(members: Count, rate: Count) -> float | None:
    """Tail for as many members with a lookalike among the others of a network of this size."""
    if not rate.of:
        return None
    one = 1 - (1 - rate.upper) ** max(members.of - 1, 0)
    return members.tail_at(one)


def alike_handles(handles: Iterable[str]) -> list[str]:
    """The handles that look like another one: equal skeletons but for one letter, sorted."""
    return sorted({handle for group in _groups(list(handles)) for handle in group})


def _groups(handles: list[str]) -> list[list[str]]:
    """Groups of handles that share a skeleton, whole or with one letter left out."""
    groups: dict[str, set[int]] = defaultdict(set)
    for i, handle in enumerate(handles):
        for form in _forms(skeleton(handle)):
            groups[form].add(i)
    found = {frozenset(group) for group in groups.values() if len(group) > 1}
    return [[handles[i] for i in sorted(group)] for group in found]


def _forms(plain: str) -> set[str]:
    if len(plain) < SHORTEST_LOOKALIKE:
        return set()
    return {plain} | {plain[:i] + plain[i + 1 :] for i in range(len(plain))}


def skeleton(handle: str) -> str:
    """A handle as the eye reads it: accents, case, separators and lookalike letters dropped."""
    decomposed = unicodedata.normalize("NFKD", handle.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _lookalike_row(
    network: str, count: Count, rate: Count, p: float | None, handles: list[str]
) -> Row:
    comparison = (
        f"{rate.have:,} of {rate.of:,} pairs of other accounts do"
        if rate.of
        else "no other accounts to compare with"
    )
    return {
        "network": network,
        "measure": "names",
        "family": "identity",
        "inauthentic": significant(p),
        "claim": f"{count.have:,} of {count.of:,} handles look like another one of the network, "
        f"one letter apart at most ({', '.join(handles[:3])}); {comparison}.",
        "value": count.share,
        "baseline": rate.share,
        "n": count.of,
        "p": p,
        "query": QUERY.format(network=quoted(network), handles=listed(set(handles))),
    }
