"""The picture of where posts lead: who posts, the sites, and which sites share an owner's ids.

Sizes are in the units of the `viewBox`, which is as wide as a telephone: each name stands above its
bar, so that it can be read there, and the picture grows with the page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.words import clean, count, cut, kind, several
from unswarm.sites import Sisters

BAR, LABEL, TOP = 8, 18, 2
COLUMNS = (0, 116, 352)
TALL = 190  # of all bars of a column together
LEAST = 1.5
SITES = 8  # shown by name
LINES = 24  # in the table
LONGEST, SHORTEST = 36, 23  # characters of a name with its number: on paper, on a telephone
HIDDEN, WITHIN, MORE = "shorteners", "platforms", "other sites"
TONES = 8

Flows = Counter[tuple[str, str]]  # from, to → links


@dataclass(frozen=True)
class Node:
    """A bar with its name above it; `tone`: the class that colours it."""

    x: float
    y: float
    height: float
    name: str
    short: str
    number: str
    tone: str
    says: str

    @property
    def last(self) -> bool:
        """Whether it stands at the right edge, so that its name ends there."""
        return self.x == COLUMNS[-1]


@dataclass(frozen=True)
class Ribbon:
    """What flows from one bar to another."""

    path: str
    tone: str
    says: str


@dataclass(frozen=True)
class Line:
    """A site as the table shows it; the group of one that shares no id is empty."""

    site: str
    group: str
    accounts: int
    posts: int
    links: int

    @property
    def harmless(self) -> str:
        """Its name, written so that nobody opens it by accident."""
        return clean(self.site).replace(".", "[.]")


@dataclass(frozen=True)
class Funnel:
    """The picture, and what it says in words and as a table."""

    nodes: Sequence[Node]
    ribbons: Sequence[Ribbon]
    high: float
    describes: str
    lines: Sequence[Line]
    sites: int

    @property
    def grouped(self) -> bool:
        """Whether some of the sites share an owner's ids."""
        return any(line.group for line in self.lines)

    @property
    def rest(self) -> bool:
        """Whether it shows sites that are not named."""
        return any(node.name == MORE for node in self.nodes)


def funnel(flows: Sequence[Row], groups: Sequence[Sisters]) -> Funnel:
    """The funnel of a network.

    Args:
        flows: `kind`, `domain`, `links`, `posts` and `accounts`, a row for each kind and site.
        groups: sites that share an owner's ids.
    """
    letters = {site: _letter(place) for place, g in enumerate(groups) for site in g.sites}
    lines = _lines(flows, letters)
    own = [line.site for line in lines if line.site not in PLATFORMS | SHORTENERS]
    names = {line.site: _name(line.site, own[:SITES]) for line in lines}
    tones = {MORE: "dim", WITHIN: "dim", HIDDEN: "dim"}
    tones |= {group: f"s{n % TONES}" for n, group in enumerate(dict.fromkeys(letters.values()))}
    tones |= {site: tones[group] for site, group in letters.items()}
    into, onto = Flows(), Flows()
    for row in flows:
        into[kind(row["kind"]), names[row["domain"]]] += row["links"]
    for line in lines:
        if line.group:
            onto[names[line.site], line.group] += line.links
    columns = _columns(into, onto, list(dict.fromkeys(names.values())))
    unit = TALL / into.total()
    nodes = [_stack(names, x, unit, tones) for names, x in zip(columns, COLUMNS, strict=True)]
    flat = [node for column in nodes for node in column.values()]
    return Funnel(
        nodes=flat,
        ribbons=[
            *_ribbons(into, nodes[0], nodes[1], unit),
            *_ribbons(onto, nodes[1], nodes[2], unit),
        ],
        high=round(max(node.y + node.height for node in flat) + TOP, 1),
        describes=_describes(columns[0], lines),
        lines=lines[:LINES],
        sites=len(lines),
    )


def _letter(place: int) -> str:
    return f"group {chr(ord('A') + place)}" if place < 26 else f"group {place + 1}"


def _lines(flows: Sequence[Row], letters: Mapping[str, str]) -> list[Line]:
    """The sites, those of groups first, then those most links lead to."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for row in flows:
        totals[row["domain"]].update({n: row[n] for n in ("accounts", "posts", "links")})
    lines = [Line(site, letters.get(site, ""), **totals[site]) for site in totals]
    return sorted(lines, key=lambda line: (not line.group, line.group, -line.links, line.site))


def _name(site: str, shown: Sequence[str]) -> str:
    if site in SHORTENERS:
        return HIDDEN
    return WITHIN if site in PLATFORMS else site if site in shown else MORE


def _columns(into: Flows, onto: Flows, sites: Sequence[str]) -> list[Counter[str]]:
    """The names of each column in the order in which they stand, with their links."""
    kinds, middle, groups = Counter[str](), Counter[str](), Counter[str]()
    for (start, end), links in into.items():
        kinds[start] += links
        middle[end] += links
    for (_, end), links in onto.items():
        groups[end] += links
    last = [name for name in (MORE, WITHIN, HIDDEN) if name in middle]
    order = [*(site for site in sites if site not in last), *last]
    return [
        Counter(dict(kinds.most_common())),
        Counter({name: middle[name] for name in order}),
        groups,
    ]


def _stack(sizes: Counter[str], x: int, unit: float, tones: Mapping[str, str]) -> dict[str, Node]:
    nodes, y = {}, float(TOP)
    for name, links in sizes.items():
        y += LABEL
        height, number = max(LEAST, links * unit), count(links)
        nodes[name] = Node(
            x=x,
            y=round(y, 1),
            height=round(height, 1),
            name=cut(clean(name), LONGEST - len(number) - 1),
            short=cut(clean(name), SHORTEST - len(number) - 1),
            number=number,
            tone=tones.get(name, "plain"),
            says=f"{clean(name)}: {several(links, 'link')}",
        )
        y += height
    return nodes


def _ribbons(
    flows: Flows, starts: Mapping[str, Node], ends: Mapping[str, Node], unit: float
) -> Iterator[Ribbon]:
    """The flows between two columns; each leaves and arrives below the one before."""
    leaving, arriving = Counter[str](), Counter[str]()
    for start, one in starts.items():
        for end, other in ends.items():
            if links := flows[start, end]:
                high = one.y + leaving[start] * unit, other.y + arriving[end] * unit
                path = _path((one.x + BAR, other.x), high, max(links * unit, LEAST / 2))
                says = f"{clean(start)} → {clean(end)}: {several(links, 'link')}"
                yield Ribbon(path, other.tone, says)
                leaving[start] += links
                arriving[end] += links


def _path(x: tuple[float, float], y: tuple[float, float], thick: float) -> str:
    (left, right), (start, end), half = x, y, sum(x) / 2
    under, below = start + thick, end + thick
    return (
        f"M{left:g} {start:.1f}C{half:g} {start:.1f} {half:g} {end:.1f} {right:g} {end:.1f}"
        f"V{below:.1f}C{half:g} {below:.1f} {half:g} {under:.1f} {left:g} {under:.1f}z"
    )


def _describes(kinds: Counter[str], lines: Sequence[Line]) -> str:
    who = ", ".join(f"{count(links)} by {name}" for name, links in kinds.items())
    first = max(lines, key=lambda line: (line.links, line.site))
    groups = len({line.group for line in lines if line.group})
    joined = f"; {several(groups, 'group')} of sites share an owner's ids" if groups else ""
    return (
        f"{several(kinds.total(), 'link')} ({who}) to {several(len(lines), 'site')}, most of them "
        f"to {clean(first.site)} ({count(first.links)}){joined}."
    )
