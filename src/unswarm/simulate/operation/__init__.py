"""A synthetic replica of a case of 2019: its published numbers, everything else invented.

What was published about the network that Facebook called The BL gives the counts; accounts, texts,
sites, photos and people are made here and marked synthetic. `make` builds it in memory, `replicate`
writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.simulate.operation import files, ties
from unswarm.simulate.operation.ads import Ads, ads
from unswarm.simulate.operation.audience import Audience, audience, listed, sketched, with_followers
from unswarm.simulate.operation.background import Organic, background, fans, organic
from unswarm.simulate.operation.cast import OPERATION, Cast, cast
from unswarm.simulate.operation.crowds import crowds, marks
from unswarm.simulate.operation.figures import LEAST, ONE_IN, PUBLISHED, Figures, figures
from unswarm.simulate.operation.photos import Album, album, given, installed, write_photos
from unswarm.simulate.operation.posting import Drops, Evasion, drops, posting
from unswarm.simulate.operation.posts import Posts, joined
from unswarm.simulate.operation.sites import rates, redirects, sites
from unswarm.simulate.operation.truth import labels, truth
from unswarm.simulate.operation.words import Texts, vocabulary
from unswarm.simulate.tables import refuse_foreign
from unswarm.sketches import available
from unswarm.sketches import write as write_sketches

__all__ = [
    "LEAST",
    "OPERATION",
    "PUBLISHED",
    "Evasion",
    "Figures",
    "Replica",
    "figures",
    "make",
    "replicate",
]

_README = """# Synthetic data

Made by `unswarm simulate {operation}`. **No row describes a real account, person, page, site or
payment.** Only the counts are those that Facebook and Twitter published in December 2019 about the
network that Facebook called The BL ({scale:g} times as many here); everything else is invented.
Ids begin with `synthetic-`, handles end in `_example`, sites end in `.example`.

* `data/`: what a case reads: `unswarm detect data --case CASE`. `follows.parquet` lists one in
  {one_in} followers of pages, and everybody who joined a group or follows on Instagram;
  `sketches.csv` holds all followers of pages.
* `photos/`: drawings as profile photos: `unswarm detect data --photos photos`
* `public/ads.csv`: the ads as a public library shows them, in ranges; `data/ads.csv` has what was
  paid, to the cent, as a platform knows it
* `truth/`: labels.csv (who is planted, and what innocent accounts act alike) and every number.
  Detection must not read it.

Seed {seed}, evasion {evasion:g}, {posts:,} posts of {accounts:,} accounts.
"""


@dataclass(frozen=True, eq=False)
class Replica:
    """A case in memory.

    Args:
        seed, scale, evasion: what it was made from.
        people: everybody, with their followers.
        marks: per account, what it is: sharer, page, ordinary, fan, newsroom …
        posted: every post, sorted by time.
        plan: what the operation pushed when.
        life: the world of the innocent accounts.
        bought: ads. followed: audiences. shown: photos.
    """

    seed: int
    scale: float
    evasion: Evasion
    people: Cast
    marks: Texts
    posted: Posts
    plan: Drops
    life: Organic
    bought: Ads
    followed: Audience
    shown: Album

    @cached_property
    def labels(self) -> pa.Table:
        """The truth about each account."""
        return labels(self.people, self.marks)

    @cached_property
    def truth(self) -> dict[str, Any]:
        """Every planted number."""
        parts = (self.people, self.marks, self.posted, self.bought, self.followed, self.evasion)
        return {"seed": self.seed, "scale": self.scale, **truth(*parts)}


def make(scale: float = 1.0, seed: int = 0, evasion: float = 1.0) -> Replica:
    """A seeded replica: the same arguments give the same bytes.

    Raises:
        SettingsError: the scale or the evasion is outside its range.
    """
    size, hidden = figures(scale), Evasion(evasion)
    words = vocabulary(np.random.default_rng([seed, 0]))
    life = organic(seed, size, words)
    alone = cast(seed, size, life.world.community)
    followed = audience(seed, alone, size)
    people = with_followers(alone, followed)
    plan = drops(seed, size.teams, life, words)
    others = crowds(seed, people, life, size, words)
    parts = [
        *background(seed, people, life, words),
        *others.posts,
        *posting(seed, people, plan, hidden, words),
    ]
    return Replica(
        seed=seed,
        scale=scale,
        evasion=hidden,
        people=people,
        marks=marks(people, fans(life.world), others),
        posted=joined(parts),
        plan=plan,
        life=life,
        bought=ads(seed, people, size, words),
        followed=followed,
        shown=album(seed, people, hidden),
    )


def replicate(
    folder: Path,
    scale: float = 1.0,
    seed: int = 0,
    evasion: float = 1.0,
    photos: Path | None = None,
    *,
    sketches: bool = True,
) -> Path:
    """Writes a replica into a folder; returns the path of its `data`, which a case reads.

    Args:
        folder: new, empty, or an earlier synthetic case, which is written over.
        scale: 1 gives the published numbers.
        seed: of every random choice.
        evasion: how well the operation hides; 2 is twice as much.
        photos: a folder of pictures that the operation uses; None: drawings.
        sketches: also write the whole audience as sketches, if the extra is installed.

    Raises:
        InputError: the folder holds something else, or `photos` no pictures.
        SettingsError: the scale or the evasion is outside its range, or Pillow is missing.
    """
    refuse_foreign(folder)
    pictures = given(photos) if photos else []
    made = make(scale, seed, evasion)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(_readme(made), encoding="utf-8")
    _write_posts(made, folder / "data")
    for name, table in _tables(made).items():
        files.write_csv(table, folder / "data" / name)
    files.write_parquet(listed(made.people, made.followed), folder / "data" / "follows.parquet")
    files.write_csv(
        files.ad_library(made.people, made.bought, exact=False), folder / "public" / "ads.csv"
    )
    _write_truth(made, folder / "truth")
    if sketches and available():
        whole = sketched(made.people, made.followed)
        write_sketches(whole, folder / "data" / "sketches.csv")
    if installed():
        write_photos(seed, made.people, made.shown, folder / "photos", pictures)
    return folder / "data"


def _write_posts(made: Replica, folder: Path) -> None:
    random = np.random.default_rng([made.seed, 17])
    people, posted = made.people, made.posted
    ids = files.post_ids(posted)
    files.write_csv(files.crowdtangle(random, people, posted, ids), folder / "facebook_pages.csv")
    for platform in ("facebook", "instagram"):
        rows = files.content_library(random, people, posted, ids, platform)
        files.write_csv(rows, folder / f"{platform}_posts.csv")
    with (folder / "tweets.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(files.tweets(people, posted, ids))


def _tables(made: Replica) -> Mapping[str, pa.Table]:
    people = made.people
    return {
        "accounts.csv": files.profiles(people),
        "roles.csv": ties.roles(made.seed, people, made.posted),
        "infrastructure.csv": ties.infrastructure(made.seed, people),
        "renames.csv": ties.renames(made.seed, people),
        "ads.csv": files.ad_library(people, made.bought, exact=True),
        "redirects.csv": redirects(made.plan),
        "sites.csv": sites(made.seed, made.life),
        "rates.csv": rates(),
    }


def _write_truth(made: Replica, folder: Path) -> None:
    files.write_csv(made.labels, folder / "labels.csv")
    said = json.dumps(made.truth, indent=2, ensure_ascii=False)
    (folder / "truth.json").write_text(said + "\n", encoding="utf-8")


def _readme(made: Replica) -> str:
    return _README.format(
        operation=OPERATION,
        scale=made.scale,
        seed=made.seed,
        evasion=made.evasion.level,
        one_in=ONE_IN,
        posts=len(made.posted),
        accounts=len(made.people),
    )
