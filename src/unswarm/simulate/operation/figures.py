"""How much of everything: the published numbers, the invented ones, and how they scale."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType

from unswarm.errors import SettingsError

LARGEST_SCALE = 4.0
BLOCK = 10_000  # followers of pages come in blocks that follow the same pages
SMALL_BLOCK = 100  # the same for groups and Instagram
ONE_IN = 100  # of the followers of pages the list names one in so many

# What the case needs to show anything at all, whatever the scale.
LEAST = MappingProxyType(
    {
        **{"accounts": 24, "pages": 4, "groups": 6, "instagram": 6, "twitter": 24},
        **{"people": 360, "tweeters": 180, "instagrammers": 60, "other_pages": 80},
        **{"other_groups": 45, "agencies": 3, "objects": 1_400, "communities": 40},
        **{"newsroom": 8, "party": 10, "coupon": 6, "protest": 30, "ads": 60, "other_ads": 60},
    }
)
_BLOCKS = {
    "page_followers": BLOCK,
    "instagram_followers": SMALL_BLOCK,
    "group_members": SMALL_BLOCK,
}


@dataclass(frozen=True)
class Figures:
    """How many of each kind there are.

    Args:
        accounts, pages, groups, instagram, twitter: of the planted operation.
        page_followers: different accounts that follow one or more of its pages.
        instagram_followers: different accounts that follow one or more of its Instagram accounts.
        group_members: different accounts that joined one or more of its groups.
        ad_cents: what it paid for ads, US cents.
        ads: how many ads it ran.
        people, tweeters, instagrammers: innocent accounts on Facebook, Twitter, Instagram.
        other_pages, other_groups: innocent pages and groups.
        agencies: innocent people who each run many pages.
        objects: links and posts that innocent accounts share.
        communities: of taste.
        newsroom, party: pages of one declared owner.
        coupon: openly automated accounts.
        protest: people who call to a protest.
        other_ads: ads of innocent pages.
    """

    accounts: int = 610
    pages: int = 89
    groups: int = 156
    instagram: int = 72
    twitter: int = 700
    page_followers: int = 55_000_000
    instagram_followers: int = 92_000
    group_members: int = 381_500
    ad_cents: int = 950_000_000
    ads: int = 4_000
    people: int = 12_000
    tweeters: int = 6_000
    instagrammers: int = 2_000
    other_pages: int = 2_500
    other_groups: int = 1_500
    agencies: int = 60
    objects: int = 45_000
    communities: int = 120
    newsroom: int = 14
    party: int = 40
    coupon: int = 12
    protest: int = 200
    other_ads: int = 3_000

    @property
    def teams(self) -> int:
        """Teams of about fifty accounts each that share a schedule, pages and groups."""
        return max(1, round(self.accounts / 51))


PUBLISHED = Figures()


def figures(scale: float) -> Figures:
    """The figures at a scale; 1 gives the published ones, and `LEAST` is kept.

    Raises:
        SettingsError: the scale is not above 0 and at most `LARGEST_SCALE`.
    """
    if not 0 < scale <= LARGEST_SCALE:
        raise SettingsError(
            f"A scale lies above 0 and is at most {LARGEST_SCALE:g}, not {scale:g}."
        )
    return Figures(**{field.name: _scaled(field.name, scale) for field in fields(Figures)})


def _scaled(name: str, scale: float) -> int:
    wanted: float = getattr(PUBLISHED, name) * scale
    if block := _BLOCKS.get(name):
        blocks: int = max(round(wanted / block), _least_blocks(name, scale))
        return blocks * block
    least: int = LEAST.get(name, 1)
    return max(round(wanted), least)


def _least_blocks(name: str, scale: float) -> int:
    """Everybody is followed by somebody."""
    followed = {"page_followers": "pages", "instagram_followers": "instagram"}
    return _scaled(followed.get(name, "groups"), scale)
