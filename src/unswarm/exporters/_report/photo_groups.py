"""The page about photos alone: a row per group, and what all photos of the case show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from unswarm.exporters._report.material import SECTIONS
from unswarm.exporters._report.photo_rows import PhotoRows
from unswarm.exporters._report.photos import (
    BY_THEMSELVES,
    GENERATED,
    UNIFORM,
    VERDICTS,
    Block,
    Photos,
    expected,
)
from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.summary import REASONS, Number
from unswarm.exporters._report.words import chance, count, share
from unswarm.findings import Findings
from unswarm.photos import RESULTS

ALL = "All photos"
RESULTS_OF_ALL = "SELECT p.result, count(*) AS photos FROM photo AS p GROUP BY p.result"
OF_GROUPS = """
SELECT m.network, p.account, p.photo, p.result, p.left_x, p.left_y, p.right_x, p.right_y
FROM photo AS p JOIN membership AS m ON m.account = p.account
"""
UNREADABLE = f"""
SELECT q.reason, q.rejected FROM ({REASONS.strip()}) AS q WHERE q.reason LIKE 'no photo: %'
ORDER BY q.rejected DESC, q.reason
"""
NETWORKS = "SELECT n.network FROM network AS n"
LINKED = ("photos", "faces", "hits", "shared", "lettered")


@dataclass(frozen=True)
class Group:
    """A group as the table shows it; those after the first have no anchor and no block."""

    name: str
    anchor: str
    verdict: str
    photos: Number
    faces: Number
    hits: Number
    expected: Number
    p: Number
    q: Number
    share: Number
    interval: str
    uniform: str
    shared: Number
    lettered: Number
    block: Block | None


@dataclass(frozen=True)
class Overview:
    """What the page says of the case."""

    photos: Number
    results: Sequence[tuple[Number, str]]
    reasons: Sequence[tuple[Number, str]]
    groups: Sequence[Group]
    tested: Number
    found: Number
    uniform: int
    without: int  # groups without a photo
    about: Photos | None


def look_over(findings: Findings, rows: Rows) -> Overview:
    """The groups of a case, the gravest first."""
    names = [str(row["network"]) for row in findings.query(NETWORKS)]
    photos = Photos.of(findings, names, BY_THEMSELVES)
    results = {row["result"]: row["photos"] for row in findings.query(RESULTS_OF_ALL)}
    all_photos = rows.ask(ALL, "Photos by what they show", RESULTS_OF_ALL)
    of_groups = rows.ask(ALL, "Photos of all groups", OF_GROUPS)
    groups = _groups(photos, rows, of_groups) if photos else []
    verdicts = [group.verdict for group in groups]
    return Overview(
        photos=Number(count(sum(results.values())), all_photos),
        results=[(Number(count(results.get(r, 0)), all_photos), r) for r in RESULTS],
        reasons=_reasons(findings, rows),
        groups=groups,
        tested=Number(count(len(groups)), of_groups),
        found=Number(count(verdicts.count(GENERATED)), of_groups),
        uniform=verdicts.count(UNIFORM),
        without=len(names) - len(groups),
        about=photos,
    )


def _reasons(findings: Findings, rows: Rows) -> list[tuple[Number, str]]:
    found = list(findings.query(UNREADABLE))
    if not found:
        return []
    entry = rows.ask(ALL, "Files that are no photo that can be looked at", UNREADABLE)
    return [(Number(count(row["rejected"]), entry), _why(row)) for row in found]


def _why(row: Row) -> str:
    return str(row["reason"]).partition(": ")[2]


def _groups(photos: Photos, rows: Rows, everywhere: str) -> list[Group]:
    order = sorted(photos.shown, key=lambda n: (VERDICTS.index(photos.verdict(n)), photos.p[n], n))
    first = replace(photos, shown=order[:SECTIONS])
    found = []
    for place, network in enumerate(order[:SECTIONS], start=1):
        entries = first.entries(network, f"Group {network}", rows)
        block = first.block(entries)
        found.append(_group(first, network, f"g{place}", block, _links(first, entries)))
    links = dict.fromkeys(LINKED, everywhere)
    return [*found, *(_group(photos, n, "", None, links) for n in order[SECTIONS:])]


def _links(photos: Photos, entries: PhotoRows) -> Mapping[str, str]:
    """The entries behind the numbers of a group's row."""
    behind = (
        *(entries.covered(), entries.faces(), entries.hits()),
        *(entries.shared(photos.again(entries.network)), entries.lettered()),
    )
    return dict(zip(LINKED, behind, strict=True))


def _group(
    photos: Photos, network: str, anchor: str, block: Block | None, links: Mapping[str, str]
) -> Group:
    said = photos.gallery.assessments[network]
    found = said.template

    def number(text: str, link: str) -> Number:
        return Number(text, links[link])

    return Group(
        name=network,
        anchor=anchor,
        verdict=photos.verdict(network),
        photos=number(count(sum(said.coverage.values())), "photos"),
        faces=number(count(found.of), "faces"),
        hits=number(count(found.hits), "hits"),
        expected=number(expected(found), "faces"),
        p=number(chance(photos.p[network]), "faces"),
        q=number(chance(photos.q[network]), "faces"),
        share=number(share(found.share), "faces"),
        interval=f"{share(found.low)} to {share(found.high)}",
        uniform=photos.framed(network),
        shared=number(count(sum(map(len, said.shared))), "shared"),
        lettered=number(count(len(said.watermarked)), "lettered"),
        block=block,
    )
