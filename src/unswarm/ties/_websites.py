"""The sites that accounts name as their own in their profiles."""

from __future__ import annotations

import pyarrow as pa

from unswarm.canonical import SHORTENERS, clean_url
from unswarm.engines import Engine

# where everybody has a page: whoever names one does not own it
HOSTS = frozenset(
    (
        *("apple.com", "blogspot.com", "bsky.app", "carrd.co", "discord.com", "discord.gg"),
        *("facebook.com", "github.com", "github.io", "google.com", "instagram.com", "linkedin.com"),
        *("linktr.ee", "livejournal.com", "medium.com", "ok.ru", "onlyfans.com", "patreon.com"),
        *("paypal.com", "pinterest.com", "reddit.com", "snapchat.com", "soundcloud.com"),
        *("spotify.com", "substack.com", "t.me", "telegram.me", "threads.net", "tiktok.com"),
        *(
            "tumblr.com",
            "twitch.tv",
            "twitter.com",
            "vk.com",
            "wa.me",
            "weebly.com",
            "whatsapp.com",
        ),
        *("wikipedia.org", "wixsite.com", "wordpress.com", "yolasite.com", "youtube.com"),
    )
)


def own_sites(engine: Engine) -> None:
    """Keep `own_site` (account, domain): the registered domain of each account's website."""
    named = engine.fetch("SELECT DISTINCT website FROM account WHERE trim(website) <> ''")
    websites = named.column("website").to_pylist()
    rows = {
        "website": pa.array(websites, pa.string()),
        "domain": pa.array([_own(website) for website in websites], pa.string()),
    }
    engine.see("website_rows", pa.table(rows))
    engine.keep(
        "own_site",
        "SELECT a.account AS account, w.domain AS domain "
        "FROM account a JOIN website_rows w ON a.website = w.website WHERE w.domain IS NOT NULL",
    )


def _own(website: str) -> str | None:
    cleaned = clean_url(website.strip())
    if cleaned is None or cleaned[1] in HOSTS or cleaned[1] in SHORTENERS:
        return None
    return cleaned[1]
