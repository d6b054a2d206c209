"""What the accounts did: techniques, times, and a sample without a word of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from unswarm.exporters._public.blocks import Bars, Block, Paragraph, Table, Terms
from unswarm.exporters._public.words import date, gap, moment
from unswarm.exporters._report.words import TOGETHER
from unswarm.tactics import Tactic
from unswarm.takedown import Facts

OTHERWISE = "Other techniques"
SAMPLED = (
    "The occasions on which most accounts of a network came together, five of each; what they "
    "wrote or linked to is not shown. “Others” counts accounts that are not in this report and did "
    "the same, at any time."
)


def tactics(facts: Facts) -> Sequence[Block]:
    """Techniques by phase of the kill chain, each with its evidence."""
    phases: dict[str, dict[tuple[str, str], list[str]]] = {}
    for network in facts.networks:
        for each in network.tactics:
            named = phases.setdefault(each.phase or OTHERWISE, {})
            said = named.setdefault((each.title, _code(each)), [])
            said += [f"{network.network}: {why}" for why in each.because]
    blocks: list[Block] = []
    for phase, named in sorted(phases.items()):
        blocks.append(Paragraph(phase.lstrip("0123456789. ") or phase, kind="heading"))
        blocks.append(Terms([(title, code, said) for (title, code), said in named.items()]))
    return blocks


def _code(each: Tactic) -> str:
    """DISARM's id, and the kill chain's words."""
    chain = (each.procedure or each.technique).strip()
    return "; ".join(filter(None, (f"DISARM {each.disarm}" if each.disarm else "", chain)))


def timeline(facts: Facts) -> Sequence[Block]:
    """What happened when."""
    if not facts.timeline:
        return []
    steps = Table(("Day", "What"), [(date(step.day), step.what) for step in facts.timeline])
    bars = [(month.month, month.posts) for month in facts.months]
    if len(bars) < 2:
        return [steps]
    return [Bars(bars, "Posts of these accounts in the data, by month."), steps]


def samples(facts: Facts) -> Sequence[Block]:
    """Joint occasions: when, how many, within what time."""
    if not facts.samples:
        return []
    rows = [
        (
            each.network,
            moment(each.first),
            f"{each.accounts:,} {TOGETHER.get(each.signal, 'did the same')}",
            gap(each.span),
            f"{each.outsiders:,}",
        )
        for each in facts.samples
    ]
    header = ("Network", "First at", "Accounts", "All within", "Others")
    return [Paragraph(SAMPLED), Table(header, rows, frozenset({3, 4}))]
