"""The events of a case: Parquet batches that are only ever added, and the views SQL reads them by.

A source becomes part of the case in one step, when `case.toml` lists it. Batches that no listed
source owns were left by a crash: they are never read, and the next reading removes them. The
batches of a source that is followed lie in a `journal` of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm.engines import Engine
from unswarm.errors import PluginError, did_you_mean
from unswarm.folder import aside
from unswarm.journal import Journal, folder_of
from unswarm.model import (
    ACCOUNT,
    AD,
    CARRIED,
    EVENTS,
    FOLLOW,
    INFRASTRUCTURE,
    INTEGER,
    LINK,
    OPERATION,
    POST,
    PREVIEW,
    QUARANTINE,
)
from unswarm.sealing import agreed_key, seal

TABLES = {**EVENTS, QUARANTINE.name: QUARANTINE}
KEPT = "photos"  # folder beside the events: what was measured in photos, by content
BATCH = "batch"  # column beside those of the model: the number of the source a row came from


@dataclass(frozen=True)
class Taken:
    """One source that the case has taken in, as `case.toml` lists it.

    Args:
        number: 1 for the first source of the case; what `batch` says in its rows.
        path: where the file lay.
        sha256: hash of its bytes.
        size: its bytes.
        reader: the reader that read it.
        when: when it was read.
        columns: what the person said about its columns.
        comparison: true: a comparison population, nobody of which is suspected.
        precision: width of the last digit of its coarsest time, milliseconds; 0: no times.
        rows: table → rows read.
        files: table → number of its last batch file.
        quarantined: rows rejected, listed in `events/quarantine`.
        live: true: it is followed, and its rows lie in a journal.
        state: of a followed source, a hash over all that it has given; else empty.
    """

    number: int
    path: str
    sha256: str
    size: int
    reader: str
    when: str
    columns: Mapping[str, str] = field(default_factory=dict)
    comparison: bool = False
    precision: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    live: bool = False
    state: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `case.toml`."""
        return asdict(self)


@dataclass
class Intake:
    """Writes the batches of one source; nothing of it counts until the source is listed."""

    events: Path
    number: int
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    precision: int = 0

    def write(self, name: str, rows: pa.Table) -> None:
        """Append one batch to a table.

        Raises:
            PluginError: a reader gave a table the model does not have, or columns that do not fit.
        """
        if not len(rows):
            return
        folder = self.events / name
        folder.mkdir(parents=True, exist_ok=True)
        self.files[name] = self.files.get(name, last_file(folder)) + 1
        self.rows[name] = self.rows.get(name, 0) + len(rows)
        numbered = stored(name, rows, self.events.parent, self.number)
        self.precision = max(self.precision, coarsest(numbered))
        with aside(folder / f"{self.files[name]:06}.parquet") as partial:
            pq.write_table(numbered, partial, compression="zstd")


def stored(name: str, rows: pa.Table, case: Path, number: int) -> pa.Table:
    """Rows of a reader as they are stored: of the model's columns, sealed, with their source.

    Raises:
        PluginError: a reader gave a table the model does not have, or columns that do not fit.
    """
    fitted = _sealed(name, _fit(name, rows), case)
    return fitted.append_column(BATCH, pa.repeat(pa.scalar(number, INTEGER), len(fitted)))


def _sealed(name: str, rows: pa.Table, case: Path) -> pa.Table:
    """Infrastructure with keyed hashes in place of the values, which are kept nowhere."""
    if name != INFRASTRUCTURE.name:
        return rows
    at = rows.schema.get_field_index("value")
    return rows.set_column(at, "value", seal(rows["value"], agreed_key(case)))


def _fit(name: str, rows: pa.Table) -> pa.Table:
    if name not in TABLES:
        raise PluginError(f"A reader gave rows of '{name}'. Hint: {did_you_mean(name, TABLES)}")
    try:
        return TABLES[name].fit(rows)
    except pa.ArrowException as error:
        raise PluginError(f"A reader gave rows that do not fit '{name}': {error}.") from error


def coarsest(rows: pa.Table) -> int:
    """The largest precision of some rows, milliseconds; 0: they have no times."""
    if "precision" not in rows.column_names:
        return 0
    return pc.max(rows["precision"]).as_py() or 0


def last_file(folder: Path) -> int:
    """The number of the last batch file of a table's folder; 0: none."""
    return max((int(file.stem) for file in folder.glob("*.parquet")), default=0)


def sweep(events: Path, taken: Iterable[Taken]) -> None:
    """Remove batches that no source of the case owns: a reading that was cut off left them."""
    owned: dict[str, int] = {}
    for source in taken:
        for name, last in source.files.items():
            owned[name] = max(owned.get(name, 0), last)
    for file in events.glob("*/*.parquet"):
        if int(file.stem) > owned.get(file.parent.name, 0):
            file.unlink()


def see_events(
    engine: Engine, events: Path, taken: Sequence[Taken], since: int | None = None
) -> None:
    """Let SQL read the events of some sources of a case.

    Args:
        engine: where they are to be seen.
        events: the folder of the case's batches.
        taken: the sources.
        since: posts, and what they carry, from this time on, ms UTC; None: all.

    Registers every table of `model.EVENTS` (empty where no source has rows), each post once
    although two sources hold it, `account` with every account of the input once and its latest
    profile, `photo` with the latest photo of each account, `comparison(account)` and `quarantine`.
    """
    journals = {source.number: _followed(events, source) for source in taken if source.live}
    for name in TABLES:
        _see_all(engine, events / name, name, taken, journals, since)
    engine.keep("repeated_post", _REPEATED)
    engine.view("post", _POST)
    for name in CARRIED:
        engine.view(name, _once(name))
    for name in OPERATION:
        engine.view(name, _distinct(name))
    _resolve(engine)
    engine.view("quarantine", f"SELECT {_columns(QUARANTINE.name)} FROM all_quarantine")
    engine.keep("account", _account())
    _see_photos(engine, events.parent / KEPT)
    others = [source.number for source in taken if source.comparison]
    engine.keep("comparison", _comparison(others) if others else _NOBODY)


def _see_all(
    engine: Engine,
    folder: Path,
    name: str,
    taken: Sequence[Taken],
    journals: Mapping[int, Journal],
    since: int | None,
) -> None:
    """One table; all tables are those of one look at each journal, which may go on meanwhile."""
    after = since is not None and name in (POST.name, *CARRIED)
    parts = []
    numbers = [str(source.number) for source in taken if not source.live]
    if numbers and last_file(folder):
        engine.see(f"stored_{name}", folder)
        parts.append(f"SELECT * FROM stored_{name} WHERE {BATCH} IN ({', '.join(numbers)})")
    for number, journal in journals.items():
        if paths := journal.paths(name, since if after else None):
            engine.see(f"live_{number}_{name}", paths)
            parts.append(f"SELECT * FROM live_{number}_{name} WHERE TRUE")
    if after:
        parts = [f"{part} AND time >= {since}" for part in parts]
    if parts:
        engine.view(f"all_{name}", " UNION ALL ".join(parts))
    else:
        engine.see(f"all_{name}", _empty(name))


def _followed(events: Path, source: Taken) -> Journal:
    return Journal(folder_of(events.parent, source.number))


def followed(case: Path, source: Taken) -> Taken:
    """A source that is followed, with what its journal holds by now."""
    state = _followed(case / "events", source).state
    return replace(
        source,
        rows={name: rows for name, rows in state.rows.items() if name != QUARANTINE.name},
        quarantined=state.taken.get(QUARANTINE.name, 0),
        precision=state.precision,
        state=state.digest,
    )


def _empty(name: str) -> pa.Table:
    return TABLES[name].schema.append(pa.field(BATCH, INTEGER)).empty_table()


def _columns(name: str, prefix: str = "") -> str:
    return ", ".join(f"{prefix}{column}" for column in TABLES[name].columns)


# Tables whose rows name an account that acts. Followers and members of groups are an audience: they
# may be a hundred million, and are accounts of the case only if something else names them.
_ACTING = ("infrastructure", "rename", "ad")
_NOBODY = "SELECT account FROM account WHERE account IS NULL"
_REPEATED = """
SELECT post, account, min(batch) AS batch FROM all_post
GROUP BY post, account HAVING count(*) > 1
"""
_POST = f"""
SELECT {_columns("post", "e.")} FROM all_post AS e
LEFT JOIN repeated_post AS r ON e.post = r.post AND e.account = r.account
WHERE r.post IS NULL
UNION ALL
SELECT {_columns("post")} FROM (
    SELECT e.*, row_number() OVER (
        PARTITION BY e.post, e.account ORDER BY e.batch, {_columns("post", "e.")}
    ) AS nth
    FROM all_post AS e
    JOIN repeated_post AS r ON e.post = r.post AND e.account = r.account
) AS ranked WHERE nth = 1
"""


def _once(name: str) -> str:
    return f"""
SELECT {_columns(name, "e.")} FROM all_{name} AS e
LEFT JOIN repeated_post AS r ON e.post = r.post AND e.account = r.account
WHERE r.post IS NULL
UNION ALL
SELECT DISTINCT {_columns(name, "e.")} FROM all_{name} AS e
JOIN repeated_post AS r ON e.post = r.post AND e.account = r.account AND e.batch = r.batch
"""


def _resolve(engine: Engine) -> None:
    """Links and ads lead where the redirects end that the person gave; else where they point.

    Then `led_link` has each link that was led on: account, post, the address the post carries, its
    domain, and where it ends.
    """
    if not len(engine.fetch("SELECT 1 FROM redirect LIMIT 1")):
        return
    engine.see("resolved", resolved(engine.fetch("SELECT url, target, domain FROM redirect")))
    engine.view("led_link", _LED_LINK)
    for name in (LINK.name, AD.name):
        engine.view(name, _led(name))


def resolved(redirects: pa.Table) -> pa.Table:
    """Redirects (url, target, domain) → (url, target, domain, hops): where each address ends.

    Of an address with several targets the first in order counts; one that leads to itself leads
    nowhere. Addresses of a loop stay what they are, and what leads into it ends where it enters.
    """
    rows = _in_order(redirects)
    step = {row["url"]: row["target"] for row in reversed(rows)}
    site = {row["target"]: row["domain"] for row in reversed(rows)}
    led = {url: end for url, end in sorted(_ends(step).items()) if end[1]}
    ends = [
        {"url": url, "target": target, "domain": site[target], "hops": hops}
        for url, (target, hops) in led.items()
    ]
    schema = redirects.schema.append(pa.field("hops", INTEGER))
    return pa.Table.from_pylist(ends, schema=schema)


def _in_order(redirects: pa.Table) -> list[dict[str, Any]]:
    """The rows that lead on, sorted."""
    keys = [(name, "ascending") for name in redirects.column_names]
    rows: list[dict[str, Any]] = redirects.sort_by(keys).to_pylist()
    return [row for row in rows if row["url"] and row["target"] not in (None, "", row["url"])]


def _ends(step: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Address → (where it ends, steps to there); each address is walked over once."""
    ends: dict[str, tuple[str, int]] = {}
    for url in step:
        path: dict[str, None] = {}
        while url in step and url not in ends and url not in path:
            path[url] = None
            url = step[url]
        walked = list(path)
        if url in path:  # a loop: it comes back to where it was
            ends |= {address: (address, 0) for address in walked[walked.index(url) :]}
        for address in reversed([address for address in walked if address not in ends]):
            end, hops = ends.get(step[address], (step[address], 0))
            ends[address] = end, hops + 1
    return ends


def _led(name: str) -> str:
    """A table with its addresses led on; a short and a long form in one post become one link."""
    to = {"url": "target", "domain": "domain"}
    columns = ", ".join(
        f"CASE WHEN r.url IS NULL THEN e.{c} ELSE r.{to[c]} END AS {c}" if c in to else f"e.{c}"
        for c in TABLES[name].columns
    )
    inner = _once(name) if name in CARRIED else _distinct(name)
    return f"SELECT DISTINCT {columns} FROM ({inner}) AS e LEFT JOIN resolved AS r ON e.url = r.url"


_LED_LINK = f"""
SELECT e.account, e.post, e.url, e.domain, r.target, r.domain AS target_domain, r.hops
FROM ({_once(LINK.name)}) AS e JOIN resolved AS r ON e.url = r.url
"""


def _distinct(name: str) -> str:
    """Rows that two sources hold are one; of followers whoever counts them takes care."""
    once = "" if name == FOLLOW.name else "DISTINCT "
    return f"SELECT {once}{_columns(name, 'e.')} FROM all_{name} AS e"  # `into` is a keyword alone


def _actors() -> str:
    """Every row that names an acting account: account, platform, batch."""
    rows = [
        *(f"SELECT account, platform, {BATCH} FROM all_{name}" for name in ("account", "post")),
        *(f"SELECT account, NULL, {BATCH} FROM all_{name}" for name in (*CARRIED, *_ACTING)),
        f"SELECT account, NULL, {BATCH} FROM all_role WHERE role <> 'member'",
        f"SELECT target, NULL, {BATCH} FROM all_role",
        _PHOTOGRAPHED,
    ]
    return " UNION ALL ".join(rows)


# photos alone make accounts; beside posts or profiles, they belong to the accounts of these
_PHOTOGRAPHED = f"""
SELECT account, NULL AS platform, {BATCH} FROM all_photo
WHERE (SELECT count(*) FROM all_post) + (SELECT count(*) FROM all_account) = 0
"""


def _profile() -> str:
    """Each account's latest statement of each column of its profile."""
    latest = ", ".join(
        f"max_by({c}, nth) FILTER (WHERE {c} IS NOT NULL) AS {c}"
        for c in ACCOUNT.columns
        if c != "account"
    )
    order = ", ".join(f"{c} NULLS FIRST" for c in ("seen", BATCH, *ACCOUNT.columns))
    return f"""
    SELECT account, {latest} FROM (
        SELECT *, row_number() OVER (PARTITION BY account ORDER BY {order}) AS nth
        FROM all_account
    ) AS ranked GROUP BY account
    """


def _account() -> str:
    said = ", ".join(f"p.{c}" for c in ACCOUNT.columns if c not in ("account", "platform"))
    return f"""
    SELECT a.account, coalesce(p.platform, a.platform) AS platform, {said}
    FROM (
        SELECT account, min(platform) AS platform FROM ({_actors()}) AS acted
        WHERE account IS NOT NULL GROUP BY account
    ) AS a
    LEFT JOIN ({_profile()}) AS p ON a.account = p.account
    """


def _comparison(numbers: Sequence[int]) -> str:
    """Accounts that only comparison sources hold."""
    listed = ", ".join(str(number) for number in numbers)
    return f"""
    SELECT account FROM ({_actors()}) AS acted WHERE account IS NOT NULL
    GROUP BY account HAVING min(CASE WHEN {BATCH} IN ({listed}) THEN 1 ELSE 0 END) = 1
    """


def account_ids(engine: Engine) -> dict[str, str]:
    """What people may call an account → its id: the id itself, or id and handle case-folded."""
    rows = engine.fetch("SELECT account, handle FROM account ORDER BY account").to_pylist()
    names = {row["account"].casefold(): row["account"] for row in rows}
    names |= {row["handle"].casefold(): row["account"] for row in rows if row["handle"]}
    return names | {row["account"]: row["account"] for row in rows}


# --- photos


def _see_photos(engine: Engine, kept: Path) -> None:
    """The photo of each account, and what goes with photos."""
    engine.keep("photo", f"SELECT {_columns('photo')} FROM ({_OWNED}) AS owned WHERE nth = 1")
    for name in ("known_photo", "photo_score", "photo_model"):
        engine.view(name, f"SELECT DISTINCT {_columns(name)} FROM all_{name}")
    engine.view("photo_calibration", _CALIBRATION)
    engine.see(PREVIEW.name, PREVIEW.schema.empty_table())
    if any(kept.glob("*.parquet")):
        engine.see("kept_photo", kept)
        engine.view(PREVIEW.name, _PREVIEW)


# a photo belongs to the account it names by its id, else by its handle, else to those whose
# profile names its file; the latest of an account counts
_BASE = r"regexp_replace({}, '^.*[/\\\\]', '')"
_OWNER = f"""
SELECT DISTINCT named, file, account, rank FROM (
    SELECT *, min(rank) OVER (PARTITION BY named, file) AS best FROM (
        SELECT p.account AS named, p.file, a.account, 1 AS rank
        FROM all_photo p JOIN account a ON p.account = a.account
        UNION ALL
        SELECT p.account, p.file, a.account, 2
        FROM all_photo p JOIN account a ON lower(p.account) = lower(a.handle)
        UNION ALL
        SELECT p.account, p.file, a.account, 3
        FROM all_photo p JOIN account a ON {_BASE.format("p.file")} = {_BASE.format("a.photo")}
    ) AS said
) AS ranked WHERE rank = best
"""
_OWNED = f"""
SELECT o.account, {_columns("photo", "p.").removeprefix("p.account, ")}, row_number() OVER (
    PARTITION BY o.account ORDER BY o.rank, p.{BATCH} DESC, p.file, p.photo
) AS nth
FROM all_photo p JOIN ({_OWNER}) AS o ON p.account = o.named AND p.file = o.file
"""
_CALIBRATION = f"""
SELECT {_columns("photo_calibration")} FROM all_photo_calibration
WHERE {BATCH} = (SELECT max({BATCH}) FROM all_photo_calibration)
"""
_PREVIEW = "SELECT photo, any_value(jpeg) AS jpeg FROM kept_photo WHERE jpeg IS NOT NULL GROUP BY 1"
