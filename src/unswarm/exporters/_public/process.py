"""How it was found, decided and acted on, who looked at it besides, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

from unswarm.exporters._public.blocks import Block, Bullets, Paragraph, Table
from unswarm.exporters._public.words import chance, date, names, platform, several
from unswarm.takedown import Facts
from unswarm.takedown.facts import Network

CONTINUES = "The investigation of linked networks goes on."
TIERS = {"confirmed": "confirmed by the run and not decided on here", "lead": "worth a look"}
NO_ACTION = "Nothing was done about these accounts by the time of this report."
INDEPENDENT = (
    "They had the data in advance and drew their own conclusions; these change no decision."
)


def method(facts: Facts) -> Sequence[Block]:
    """The data, the tests, and the significance of each network."""
    found = facts.found
    said = (
        f"unswarm {found.version} read {several(found.posts, 'post')} of "
        f"{several(found.accounts, 'account')} from {several(found.sources, 'file')}, compared "
        f"what accounts did at the same time, and made {several(found.tests, 'test')} against "
        f"accounts of the same data. At this setting, at most {found.q:.3g} networks of a run are "
        "expected to be found by mistake."
    )
    blocks: list[Block] = [Paragraph(said)]
    if facts.networks:
        header = ("Network", "Evidence", "Chance of as much by accident", "Joint occasions")
        blocks.append(Table(header, [_row(each) for each in facts.networks], frozenset({2, 3})))
        blocks += [Paragraph(_decision(each)) for each in facts.networks]
    rest = [f"{number:,} {TIERS.get(tier, tier)}" for tier, number in found.undecided]
    if rest:
        blocks.append(Paragraph(f"Other networks of the same run: {names(rest)}."))
    return blocks


def _row(each: Network) -> tuple[str, ...]:
    expected = "" if each.expected is None else f"; {each.expected:,.1f} expected of innocents"
    joint = f"{each.together:,} of {each.occasions:,}{expected}"
    return each.network, each.strength, chance(each.p), joint


def _decision(each: Network) -> str:
    said = each.decision
    return (
        f"{each.network}: {said.who} decided on {date(said.day)} ({said.id}) that it is "
        f"inauthentic, on the ground of {said.ground}; {names(said.approved)} approved it. It "
        f"rests on: {', '.join(said.cites)}. Reason given: {said.reason.rstrip('.')}."
    )


def actions(facts: Facts) -> Sequence[Block]:
    """Orders by what came of them, and appeals."""
    if not facts.accounts:
        return []
    rows = [
        (each.action.capitalize(), platform(each.platform), each.state, f"{each.orders:,}")
        for each in facts.actions
    ]
    header = ("Action", "Platform", "State", "Number")
    blocks: list[Block] = [Table(header, rows, frozenset({3}))] if rows else [Paragraph(NO_ACTION)]
    appeals = [f"{number:,} {outcome}" for outcome, number in facts.appeals]
    blocks.append(Paragraph(f"Appeals: {names(appeals) or 'none'}."))
    if facts.found.cleared:
        blocks.append(Paragraph(f"People cleared {several(facts.found.cleared, 'subject')}."))
    return [*blocks, Paragraph(CONTINUES)]


def researchers(facts: Facts) -> Sequence[Block]:
    """Who had the data in advance, and what they say."""
    given = [
        f"{name} received “{release.id}” on {date(when[:10])}."
        for release in facts.releases
        for name, _, when in release.recipients
    ]
    blocks: list[Block] = [Bullets(given)] if given else []
    if facts.views:
        rows = [(v.source, v.label, f"{v.covered:,}", f"{v.others:,}") for v in facts.views]
        header = ("Who says so", "Their word", "Accounts of this report", "Other accounts")
        blocks += [Paragraph(INDEPENDENT), Table(header, rows, frozenset({2, 3}))]
    return blocks


def unknown(facts: Facts) -> Sequence[Block]:
    """What the case cannot tell."""
    return [Bullets(list(facts.unknown))] if facts.unknown else []


def errata(facts: Facts) -> Sequence[Block]:
    """What an earlier report said wrongly."""
    return [Bullets([f"{date(each.when[:10])}: {each.text}" for each in facts.errata])] * bool(
        facts.errata
    )
