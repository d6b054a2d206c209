"""Writes a pack: CSV files row by row, a README, a manifest, and a zip that is always the same."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unswarm.errors import CaseError, SettingsError
from unswarm.findings import Findings
from unswarm.release.anonymity import BANDS, Anonymous, Cells, anonymous, band
from unswarm.release.columns import README, TWEETS, USERS
from unswarm.release.leaks import leaks
from unswarm.release.masking import HASH, KEEP, Masker
from unswarm.release.people import (
    THRESHOLD,
    Person,
    key_of,
    networks,
    people,
    protected,
    pseudonym,
)
from unswarm.release.readme import readme
from unswarm.release.signing import check_seed, seal

BATCH = 16_384
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠].*[(|!\[]", re.DOTALL)  # see the tables' exporters
MOST_SHOWN = 5

POSTS = """
SELECT r.shown, p.* FROM post AS p JOIN released AS r ON r.account = p.account
ORDER BY r.shown, p.post, p.time
"""
CARRIED = """
SELECT r.shown, c.post, c.{value} AS value FROM {table} AS c
JOIN released AS r ON r.account = c.account
WHERE c.{value} IS NOT NULL ORDER BY r.shown, c.post, {order}
"""
VALUES = {"hashtag": "hashtag", "link": "url", "mention": "target", "media": "media"}
OUTSIDERS = """
SELECT DISTINCT a.account, a.handle FROM account AS a JOIN (
    SELECT p.target_account AS account FROM post AS p
    JOIN released AS r ON r.account = p.account
    UNION
    SELECT m.target AS account FROM mention AS m JOIN released AS r ON r.account = m.account
) AS t ON t.account = a.account
WHERE a.handle IS NOT NULL ORDER BY a.account DESC, a.handle
"""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Options:
    """What a release is to be.

    Args:
        name: begins the names of its files.
        threshold: accounts with fewer followers, or an unknown number, stand under pseudonyms.
        third_parties: accounts outside the networks: `hash` or `keep` their ids and handles.
        ids_only: ids of accounts and posts only.
        k: fewest accounts under pseudonyms that share what is known of them; 1: no such rule.
        embargo: day (ISO) before which receivers publish nothing; empty: none.
        key: key of the pseudonyms, hexadecimal; the case gives it.
        signing_key: Ed25519 seed of 32 bytes, hexadecimal; empty: the pack is unsigned.
    """

    name: str = "release"
    threshold: int = THRESHOLD
    third_parties: str = HASH
    ids_only: bool = False
    k: int = 5
    embargo: str = ""
    key: str = field(default="", repr=False)
    signing_key: str = field(default="", repr=False)


@dataclass
class Count:
    """What went into a pack."""

    posts: int = 0
    media: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, time: int | None) -> None:
        """Count one post."""
        self.posts += 1
        if time is not None:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)


@dataclass(frozen=True)
class Release:
    """One release while it is being written."""

    findings: Findings
    options: Options
    people: Sequence[Person]
    masker: Masker
    safe: Anonymous
    key: bytes
    count: Count = field(default_factory=Count)

    def file(self, folder: Path, part: str) -> Path:
        """One of its files."""
        return folder / f"{self.options.name}_{part}"


def write_pack(findings: Findings, path: Path, options: Options) -> None:
    """Write the pack of a case to `path`, after a look for names that leaked.

    Raises:
        SettingsError: an option is outside its range.
        CaseError: an account under a pseudonym would be named.
    """
    key = _checked(findings, options)
    everybody = people(findings, key, options.threshold)
    release = _release(findings, options, everybody, key)
    with TemporaryDirectory(dir=path.parent) as aside:
        folder, rows = Path(aside) / "pack", Path(aside) / "rows"
        folder.mkdir()
        rows.mkdir()
        _write(release, folder, rows)
        _zip(folder, Path(aside) / "pack.zip")
        _refuse_leaks(Path(aside) / "pack.zip", everybody)
        (Path(aside) / "pack.zip").replace(path)


# --- options


def _checked(findings: Findings, options: Options) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", options.name):
        raise SettingsError(
            f"'{options.name}' is no name of a release. Hint: letters, digits, dots and dashes."
        )
    if options.third_parties not in (HASH, KEEP):
        raise SettingsError(f"third_parties is '{options.third_parties}'. Hint: hash or keep.")
    if options.threshold < 0 or options.k < 1:
        raise SettingsError("threshold is at least 0, k at least 1. Hint: leave them out.")
    check_seed(options.signing_key)
    key = key_of(options.key)
    _check_embargo(findings, options.embargo)
    return key


def _check_embargo(findings: Findings, embargo: str) -> None:
    if not embargo:
        return
    try:
        day = date.fromisoformat(embargo) if len(embargo) == len("2026-01-31") else None
    except ValueError:
        day = None
    if day is None:
        raise SettingsError(f"'{embargo}' is no day. Hint: such as 2026-01-31.")
    last = max((_day(ms) for ms in networks(findings).values() if ms is not None), default="")
    if day.isoformat() < last:
        raise SettingsError(
            f"The embargo {embargo} ends before the networks last acted together, on {last}. "
            "Hint: choose a later day."
        )


# --- what is shown


def _release(
    findings: Findings, options: Options, everybody: Sequence[Person], key: bytes
) -> Release:
    shown = {
        "account": pa.array([p.account for p in everybody], pa.string()),
        "shown": pa.array([p.shown for p in everybody], pa.string()),
    }
    findings.engine.see("released", pa.table(shown))
    outside = {row["handle"]: row["account"] for row in findings.query(OUTSIDERS)}
    masker = Masker(everybody, key, options.third_parties, outside)
    cells = {p.account: _quasi(p, options.k > 1) for p in everybody if p.hidden}
    safe = anonymous(cells, options.k) if options.k > 1 else Anonymous(cells)
    return Release(findings, options, everybody, masker, safe, key)


def _quasi(person: Person, banded: bool) -> Cells:
    about = person.profile
    number = about.get("followers")
    shown = band(number) if banded else _text(number)
    country, language = about.get("claimed_country") or "", about.get("language") or ""
    return _day(about.get("created")), language, country, shown


def _profile(release: Release, person: Person) -> list[str]:
    about, mask = person.profile, release.masker.text
    created, language, place, followers = release.safe.cells.get(person.account) or _quasi(
        person, banded=False
    )
    following = about.get("following")
    coarse = person.hidden and release.options.k > 1
    name = person.shown if person.hidden else mask(about.get("name"))
    handle = person.shown if person.hidden else mask(about.get("handle"))
    return [
        *(person.shown, _plain(name), _plain(handle), _plain(mask(place))),
        *(_plain(mask(about.get("bio"))), _plain(mask(about.get("website"))), followers),
        *(band(following) if coarse else _text(following), created, _plain(mask(language))),
    ]


def _post(release: Release, row: Row, carried: Mapping[str, list[str]]) -> list[str]:
    mask, kind, author = release.masker, row["kind"], row["target_account"]
    reply, repost = kind in ("reply", "comment"), kind == "repost"
    who = mask.account(author) if reply or repost else ""
    what = mask.post(row["target_post"], author)
    return [
        *(_plain(mask.text(row["language"])), _plain(mask.text(row["text"])), _minute(row["time"])),
        *(_plain(mask.text(row["client"])), who if reply else "", what if reply else ""),
        *(what if kind == "quote" else "", str(repost), who if repost else ""),
        *(what if repost else "", "absent", "absent", "", "", "", ""),
        str([mask.text(tag) for tag in carried["hashtag"]]),
        str([mask.text(url) for url in carried["link"]]),
        str([mask.account(target) for target in carried["mention"]]),
        "",
    ]


def _plain(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _day(ms: int | None) -> str:
    return _said(ms, "%Y-%m-%d")


def _minute(ms: int | None) -> str:
    return _said(ms, "%Y-%m-%d %H:%M")


def _said(ms: int | None, form: str) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1_000, UTC).strftime(form)


# --- files


def _write(release: Release, folder: Path, rows: Path) -> None:
    if release.options.ids_only:
        _write_ids(release, folder, rows)
    else:
        profiles = {p.account: _profile(release, p) for p in release.people}
        _csv(release.file(folder, "users_csv_hashed.csv"), USERS, iter(profiles.values()))
        _write_posts(release, folder, rows, profiles)
    (folder / README).write_text(_readme(release), "utf-8")
    seal(folder, release.options.signing_key)


def _write_ids(release: Release, folder: Path, rows: Path) -> None:
    _csv(
        release.file(folder, "users_csv_hashed.csv"),
        ("userid",),
        ([person.shown] for person in release.people),
    )
    target = release.file(folder, "tweets_csv_hashed.csv")
    kept = {person.account for person in release.people if not person.hidden}
    posts = (
        row for row in _saved(release.findings, POSTS, rows / "post") if row["account"] in kept
    )
    _csv(target, ("tweetid", "userid"), (_ids(release, row) for row in posts))


def _ids(release: Release, row: Row) -> list[str]:
    release.count.add(row["time"])
    return [release.masker.post(row["post"]), row["shown"]]


def _write_posts(
    release: Release, folder: Path, rows: Path, profiles: Mapping[str, list[str]]
) -> None:
    carried = {table: Carried(release.findings, table, rows) for table in VALUES}
    listed = release.file(folder, "media_file_list_hashed.txt")
    with listed.open("w", encoding="utf-8", newline="") as media:
        _csv(
            release.file(folder, "tweets_csv_hashed.csv"),
            TWEETS,
            _tweets(release, rows, profiles, carried, media),
        )


def _tweets(
    release: Release,
    rows: Path,
    profiles: Mapping[str, list[str]],
    carried: Mapping[str, Carried],
    media: Any,
) -> Iterator[list[str]]:
    for row in _saved(release.findings, POSTS, rows / "post"):
        release.count.add(row["time"])
        has = {table: some.of(row["shown"], row["post"]) for table, some in carried.items()}
        post = release.masker.post(row["post"])
        for name in has["media"]:
            media.write(f"{post}-{pseudonym(release.key, 'media ' + name)}\n")
            release.count.media += 1
        yield [_plain(post), *profiles[row["account"]], *_post(release, row, has)]


class Carried:
    """What posts carry, read in step with the posts."""

    def __init__(self, findings: Findings, table: str, rows: Path) -> None:
        value = VALUES[table]
        order = f"c.position, c.{value}" if table == "hashtag" else f"c.{value}"
        query = CARRIED.format(table=table, value=value, order=order)
        found = _saved(findings, query, rows / table)
        self.groups = groupby(found, key=lambda row: (row["shown"], row["post"]))
        self.key: tuple[str, str] = ("", "")
        self.values: list[str] = []

    def of(self, shown: str, post: str) -> list[str]:
        """What a post carries, each thing once; posts are asked for in their order."""
        while self.key < (shown, post):
            key, some = next(self.groups, (None, iter(())))
            if key is None:
                return []
            self.key, self.values = key, list(dict.fromkeys(row["value"] for row in some))
        return self.values if self.key == (shown, post) else []


def _saved(findings: Findings, query: str, path: Path) -> Iterator[dict[str, Any]]:
    """A query's rows, through a file, so that memory holds one batch of them."""
    file = path.with_suffix(".parquet")
    findings.engine.save(query, file)
    for batch in pq.ParquetFile(file).iter_batches(BATCH):
        yield from batch.to_pylist()


def _csv(path: Path, columns: Sequence[str] | Mapping[str, str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(list(columns))
        writer.writerows(rows)


def _readme(release: Release) -> str:
    options, run, count = release.options, release.findings.run, release.count
    hidden = len(protected(release.people))
    settings = run.get("settings", {})
    facts = {
        "name": options.name,
        "networks": f"{len(networks(release.findings)):,}",
        "accounts": f"{len(release.people):,}",
        "hidden": f"{hidden:,}",
        "posts": f"{count.posts:,}",
        "media": f"{count.media:,}",
        "first": _day(count.first) or "-",
        "last": _day(count.last) or "-",
        "version": str(run.get("version", "-")),
        "signals": ", ".join(run.get("signals", ())),
        "q": str(settings.get("q", "-")),
        "threshold": f"{options.threshold:,}",
        "k": str(options.k),
        "bands": ", ".join(f"{edge}" for edge in BANDS),
        "embargo": options.embargo,
    }
    said = {
        "signed": bool(options.signing_key),
        "ids_only": options.ids_only,
        "hashed": options.third_parties == HASH,
        "anonymous": options.k > 1,
        "embargo": bool(options.embargo),
    }
    return readme(facts, release.safe.changed, said)


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for source in sorted(folder.iterdir()):
            about = zipfile.ZipInfo(source.name, EPOCH)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            about.create_system = 3
            with source.open("rb") as file, pack.open(about, "w", force_zip64=True) as target:
                copyfileobj(file, target, 1 << 20)


def _refuse_leaks(path: Path, everybody: Sequence[Person]) -> None:
    found = leaks(path, protected(everybody))
    if found:
        places = "; ".join(str(leak) for leak in found[:MOST_SHOWN])
        raise CaseError(
            f"The release would name accounts that stand under pseudonyms, in {len(found):,} "
            f"places: {places}. Hint: nothing was written; choose another name or threshold, or "
            "report this as an error of unswarm."
        )
