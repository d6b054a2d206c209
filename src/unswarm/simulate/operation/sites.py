"""Sites: what a crawl sees of their owners, where short links lead, what money is worth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from unswarm.model import DAY
from unswarm.simulate.operation.ads import RATES
from unswarm.simulate.operation.background import Organic
from unswarm.simulate.operation.cast import DEALS_SITE, NEWS_SITE, PARTY_SITE, SITES
from unswarm.simulate.operation.posting import Drops, short_links
from unswarm.simulate.operation.posts import START
from unswarm.simulate.operation.ties import hashed, iso
from unswarm.simulate.operation.words import Texts

_CRAWLED = 400  # other sites, at most
_AGENCIES = 15  # of which look after two to five sites each
_NEWS_SITES = (NEWS_SITE, "northgate-sport.example", "northgate-weather.example")

Row = tuple[str, str, str]


def sites(seed: int, life: Organic) -> pa.Table:
    """domain, trait, value, time: the operation's sites share ids, others hardly do."""
    random = np.random.default_rng([seed, 13])
    others = sorted({address.split("/")[2] for address in life.url})
    others = [others[k] for k in random.permutation(len(others))[:_CRAWLED]]
    found = [*_planted(), *_newsroom(), *_alone(seed, [*others, PARTY_SITE, DEALS_SITE])]
    for agency in range(_AGENCIES):
        size = int(random.integers(2, 6))
        theirs = [others[k] for k in random.permutation(len(others))[:size]]
        found += [(site, "analytics", f"synthetic-analytics-9{agency:04d}") for site in theirs]
    return _table(sorted(set(found)))


def _planted() -> list[Row]:
    """Two analytics ids, one ads id for all but the last site, a certificate for four of them."""
    rows = [(s, "analytics", f"synthetic-analytics-{k % 2:05d}") for k, s in enumerate(SITES[:-1])]
    rows += [(s, "ads", "synthetic-publisher-1") for s in SITES[:-1]]
    rows += [(s, "certificate", "synthetic-certificate-1") for s in SITES[:4]]
    return [*rows, (SITES[-1], "analytics", "synthetic-analytics-00009")]


def _newsroom() -> list[Row]:
    """One newsroom's sites share their id, too: it says whose they are."""
    return [(site, "analytics", "synthetic-analytics-00005") for site in _NEWS_SITES]


def _alone(seed: int, domains: list[str]) -> list[Row]:
    ids = hashed(seed, np.array(domains, object))
    return [
        (d, "analytics", f"synthetic-analytics-{h[:8]}") for d, h in zip(domains, ids, strict=True)
    ]


def _table(rows: list[Row]) -> pa.Table:
    domain, trait, value = zip(*rows, strict=True)
    time = iso(np.full(len(rows), START + 15 * DAY))
    return pa.table({"domain": domain, "trait": trait, "value": value, "time": time})


def redirects(plan: Drops) -> pa.Table:
    """url, target: the operation's shortener, resolved."""
    short, url = short_links(plan)
    return pa.table({"url": _text(short), "target": _text(url)}).sort_by("url")


def rates() -> pa.Table:
    """currency, into, rate: what the ads were paid in, in US dollars; invented, to be exact."""
    return pa.table(
        {
            "currency": list(RATES),
            "into": ["USD"] * len(RATES),
            "rate": list(RATES.values()),
        }
    )


def _text(values: Texts) -> pa.Array:
    return pa.array(values, pa.string())
