"""What would change the result, said with a network's own numbers."""

from __future__ import annotations

from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.words import gloss, several, share, times_over

AFRESH = (
    "More data on the same objects, from everybody who touched them, could confirm it or explain "
    "it away.",
    "On data collected afresh, a list of these accounts needs fewer occasions, because nothing has "
    "to be held back for a search (unswarm test LIST). On this data such a test would prove "
    "nothing, because the list came out of it.",
)
BEHAVIOUR = (
    "Posts of these accounts, and of everybody who touched the same links, posts or hashtags, "
    "would show whether they act together."
)


def of_lead(row: Row) -> list[str]:
    """What could make a lead a finding, or explain it away."""
    meaning = gloss(row["reason"] or "")
    return [f"It is no finding: {row['reason']}. {meaning}".strip(), *AFRESH]


def of_profiles(row: Row) -> list[str]:
    """The same for a lead that profiles alone gave."""
    return [f"It is no finding: {row['reason']}. {gloss(row['reason'] or '')}".strip(), BEHAVIOUR]


def of_finding(row: Row, named: int) -> list[str]:
    """What could undo a finding with so many members named, or change its label."""
    days, stability = row["days"] or 0, row["stability"]
    changes = [
        f"It needs three members who each stand by their own evidence; {several(named, 'member')} "
        f"{'does' if named == 1 else 'do'}. Fewer than three, and there is no finding.",
        f"The innocent explanations would have to account for {times_over(row['lift'])} times as "
        "many joint occasions as they do: for example if the accounts saw the same private "
        "channel, a broadcast or a mailing list that this data does not show.",
        f"The joint occasions lie on {several(days, 'day')}."
        + (" They may be one event." if days <= 2 else ""),
    ]
    if stability is not None and stability < 1:
        changes.append(
            f"It stands in {share(stability)} of the settings tried; in {share(1 - stability)} it "
            "does not."
        )
    changes.append(
        "If the accounts show that they say openly who organises them, the label becomes “openly "
        "organised”. If they are declared to post by machine, it becomes “automated”."
    )
    return changes
