"""The truth, in a folder that nothing reads but evaluation: labels and every planted number."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.simulate.operation.ads import Ads
from unswarm.simulate.operation.audience import Audience
from unswarm.simulate.operation.cast import OPERATION, SITES, Cast
from unswarm.simulate.operation.figures import ONE_IN
from unswarm.simulate.operation.posting import SHORTENER, Evasion
from unswarm.simulate.operation.posts import Posts
from unswarm.simulate.operation.words import Texts
from unswarm.simulate.worlds import Flags

_AUDIENCES = {
    "accounts_following_pages": ("facebook", "page"),
    "accounts_in_groups": ("facebook", "group"),
    "accounts_following_instagram": ("instagram", "person"),
}
_COUNTED = {
    "facebook_accounts": ("facebook", "person"),
    "facebook_pages": ("facebook", "page"),
    "facebook_groups": ("facebook", "group"),
    "instagram_accounts": ("instagram", "person"),
    "twitter_accounts": ("twitter", "person"),
}


def labels(people: Cast, marks: Texts) -> pa.Table:
    """account, label, group, kind, platform, type, team: one row per account.

    Label: coordinated (planted), open (acts in concert and says so), organic. Kind: what it is.
    """
    team = [None if t < 0 else f"{OPERATION}-{t}" for t in people.team.tolist()]
    table = pa.table(
        {
            "account": people.account,
            "label": people.label,
            "group": pa.array(people.group, pa.string()),
            "kind": marks,
            "platform": people.platform,
            "type": people.kind,
            "team": pa.array(team, pa.string()),
        }
    )
    return table.sort_by("account")


def counts(people: Cast) -> dict[str, int]:
    """How many planted accounts of each kind there are."""
    return {
        name: int((people.planted & people.are(*kind)).sum()) for name, kind in _COUNTED.items()
    }


def audiences(people: Cast, made: Audience) -> dict[str, int]:
    """How many different people follow or joined what the operation has."""
    return {
        name: made.distinct(np.flatnonzero(people.planted & people.are(*kind)))
        for name, kind in _AUDIENCES.items()
    }


def spending(people: Cast, made: Ads) -> dict[str, Any]:
    """What the operation paid: in all, in US cents, and hundredths of each currency."""
    planted = people.planted[made.page]
    return {
        "ads": int(planted.sum()),
        "us_cents": int(made.cents[planted].sum()),
        "hundredths_by_currency": {
            name: int(made.spend[planted & (made.currency == name)].sum())
            for name in sorted(set(made.currency[planted]))
        },
    }


def truth(
    people: Cast, marks: Texts, posted: Posts, bought: Ads, followed: Audience, evasion: Evasion
) -> dict[str, Any]:
    """Every planted number."""
    return {
        "synthetic": True,
        "operation": OPERATION,
        "evasion": evasion.level,
        "planted": counts(people),
        "planted_kinds": _tally(marks[people.planted]),
        "others": _tally(marks[~people.planted]),
        "posts": len(posted),
        "planted_posts": int(people.planted[posted.account].sum()),
        "silent": _silent(people, posted, people.planted),
        "ad_spending": spending(people, bought),
        "audience": audiences(people, followed),
        "followers_of_pages_listed_one_in": ONE_IN,
        "sites": list(SITES),
        "shortener": SHORTENER,
        "same_name_and_photo_as_a_facebook_account": int((people.twin >= 0).sum()),
    }


def _silent(people: Cast, posted: Posts, chosen: Flags) -> int:
    """How many of the accounts, groups aside, posted nothing."""
    wrote = np.isin(np.arange(len(people)), posted.account)
    return int((chosen & ~wrote & (people.kind != "group")).sum())


def _tally(marks: Texts) -> dict[str, int]:
    return dict(sorted(Counter(marks.tolist()).items()))
