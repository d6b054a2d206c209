"""One paragraph for every named account, made from the numbers, which a person can count again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unswarm.detection.account import Heard, Member
from unswarm.detection.groups import NO_COMPARISON, Group
from unswarm.model import DAY, HOUR, MINUTE, SECOND, Tier
from unswarm.settings import Settings

THINGS = {
    "links": "link",
    "texts": "text",
    "reposts": "post to repost",
    "replies": "post to answer",
    "media": "image or video",
    "hashtags": "hashtag of the day",
    "hashtag_sequences": "sequence of hashtags",
    "domains": "site of the day",
    "mentions": "account to mention",
    "timing": "minute",
}


def explain(group: Group, member: Member, heard: Sequence[Heard], settings: Settings) -> str:
    """The paragraph of `docs/statistics.md`, with this member's own numbers."""
    where = [
        h
        for h in heard
        if (h.fold.signal, h.fold.window) == (member.fold.signal, member.fold.window)
    ]
    parts = [_counts(member), _innocent(group, member, where), _halves(group, member)]
    if group.stability is not None:
        kept = group.kept.get(member.account, 0.0)
        parts.append(f"It is named in {kept:.0%} of the settings tried.")
    if group.tier is Tier.LEAD:
        parts.append(f"This is a lead, not a finding: {group.reason}.")
    parts.append("This does not say who operates the account, nor why.")
    return " ".join(parts)


def duration(milliseconds: int) -> str:
    """A length of time in words: 60 s, 5 min, 24 h."""
    if milliseconds >= 2 * HOUR:
        return f"{milliseconds / HOUR:g} h"
    if milliseconds >= 2 * MINUTE:
        return f"{milliseconds / MINUTE:g} min"
    return f"{milliseconds / SECOND:g} s"


def _counts(member: Member) -> str:
    thing = _thing(member)
    if member.fold.window == DAY:
        return (
            f"On {member.together} of the {member.occasions} occasions on which this account "
            f"posted in its own words, a {thing} was the same as one that another member posted "
            "within a day."
        )
    return (
        f"On {member.together} of {member.occasions} occasions this account put out the same "
        f"{thing} within {duration(member.fold.window)} of other members."
    )


def _thing(member: Member) -> str:
    if member.fold.signal in THINGS:
        return THINGS[member.fold.signal]
    kinds = " or ".join(THINGS.get(name, "object") for name in member.signals) or "object"
    return f"{kinds} (several signals as one)"


def _innocent(group: Group, member: Member, where: Sequence[Heard]) -> str:
    if group.reason == NO_COMPARISON:
        return "Too few other accounts are in this data to say how often innocent ones would do so."
    if member.fold.window == DAY:
        return (
            "An account that wrote what anybody else wrote as often as the accounts outside the "
            f"group do, at most, would show it on {member.expected:.2g} of these occasions "
            f"(p = {member.p:.1e})."
        )
    outsiders = int(sum(_outsiders(h, member.account) for h in where))
    fast = float(sum(_by_reaction(h, member.account) for h in where))
    speed = (
        f"fast reactions to the same source explain {fast:.2g}"
        if fast
        else "fast reactions do not apply or explain less"
    )
    return (
        "Going by the accounts outside the group that touched the same objects "
        f"({outsiders} times), by its own hours and its own reaction speed, it would have done so "
        f"on {member.expected:.2g} occasions: a busy moment explains "
        f"{member.expected - fast:.2g}; {speed} (p = {member.p:.1e})."
    )


def _outsiders(heard: Heard, account: int) -> int:
    mine = heard.fold.court.layer.account[heard.meetings.event] == account
    return int(heard.meetings.outsiders[mine].sum())


def _by_reaction(heard: Heard, account: int) -> float:
    row = np.flatnonzero(heard.tests.account == account)
    return float((heard.tests.expected[row] * heard.tests.reaction[row]).sum())


def _halves(group: Group, member: Member) -> str:
    if member.fold.half < 0:
        return "The list was brought by a person; nothing was held out."
    halves = {
        fold.half
        for fold in group.folds
        if (fold.signal, fold.window) == (member.fold.signal, member.fold.window)
    }
    both = "and confirmed on the other, both ways round" if len(halves) == 2 else ""
    both = both or "and tested on the other objects, which took no part in finding it"
    return f"The group was found on one half of the objects {both}."
