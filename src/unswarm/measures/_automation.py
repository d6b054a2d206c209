"""Which accounts say themselves that a program posts for them: in the profile, or by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unswarm.engines import Engine
from unswarm.measures._evidence import SIDES, rows

# programs that post by themselves; their name stands under every post
FEEDS = (
    *("autopost", "blog2social", "botize", "cheap bots", "dlvr.it", "feedburner", "ifttt"),
    *("jetpack", "rss", "socialoomph", "twibot", "twitterfeed", "wordpress.com", "zapier"),
)
# programs with which people plan posts ahead
SCHEDULERS = (
    *("buffer", "crowdfire", "hootsuite", "postcron", "publer", "socialflow", "sprinklr"),
    *("sprout social", "tweetdeck"),
)
_SAYS = re.compile(
    r"(?<!not a )(?<!not )(?<!no )\b(?:bots?|rss|automated|automatic(?:ally)?|automatisch|"
    r"automatis[ée]e?s?|automatizad[ao]|automatique|auto[- ]?(?:post|tweet)(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)

POSTS_BY_PROGRAM = f"""
    SELECT s.network AS network, p.account AS account, lower(p.client) AS program,
           count(*) AS posts
    FROM post p JOIN {SIDES} s ON p.account = s.account
    WHERE p.client IS NOT NULL GROUP BY s.network, p.account, lower(p.client)
"""
BIOS = f"""
    SELECT s.network AS network, a.account AS account, a.bio AS bio
    FROM account a JOIN {SIDES} s ON a.account = s.account WHERE a.bio IS NOT NULL
"""

Side = tuple[str, str]  # network, account


def says_automated(bio: str) -> bool:
    """Whether a profile says that the account is automated."""
    return _SAYS.search(bio) is not None


def by_program(engine: Engine, programs: Sequence[str]) -> dict[Side, bool]:
    """Accounts whose posts name their client → whether at least half come from these programs."""
    posts: dict[Side, list[int]] = {}
    for row in rows(engine, POSTS_BY_PROGRAM):
        own = posts.setdefault((row["network"], row["account"]), [0, 0])
        own[any(program in row["program"] for program in programs)] += row["posts"]
    return {side: programmed >= by_hand for side, (by_hand, programmed) in posts.items()}


def by_profile(engine: Engine) -> dict[Side, bool]:
    """Accounts with a bio → whether it says that they are automated."""
    return {(r["network"], r["account"]): says_automated(r["bio"]) for r in rows(engine, BIOS)}


def automated(engine: Engine, programs: Sequence[str]) -> dict[Side, bool]:
    """Accounts with a bio or a client → whether one of them says that programs post for them."""
    posted, said = by_program(engine, programs), by_profile(engine)
    return {side: posted.get(side, False) or said.get(side, False) for side in posted | said}
