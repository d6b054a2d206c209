"""How long events are kept, and what is left of posts that were edited or deleted.

The rule: events are kept for the retention. Beyond it stay only those of accounts in a network, as
evidence, for as long as evidence is kept. A post that was deleted loses its text and whom it named
once the grace is over, and an edited one gets its new text; its account, its time, what it reposted
and what it carried stay until it leaves. Of an account that was deleted, its name, its description,
its address and its photo go, too. Accounts in a network are the exception: theirs is evidence.

All times are those of the platform (`Journal.state.clock`): a machine whose clock is set, or a
replay at speed, keeps the same things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unswarm.engines import Engine, open_engine
from unswarm.journal import File, Journal
from unswarm.model import ACCOUNT, DAY, MENTION, POST, QUARANTINE, REVISION

PARTS = 16  # of the retention, and of the grace: how often each is seen to
NOTED = 100_000  # rows of the quarantine that are kept
PERSONAL = ("handle", "name", "bio", "photo", "website", "owner")  # of a deleted account's profile
NAMING = (POST.name, MENTION.name, ACCOUNT.name)  # tables that are changed by edits and deletions


@dataclass(frozen=True)
class Rules:
    """How long what is kept; all in milliseconds.

    Args:
        span: what detection looks at, back from the latest event.
        retention: how long events are kept; at least the span.
        evidence: how long events of accounts in networks are kept; at least the retention.
        grace: how long the text of a deleted or edited post is kept.
    """

    span: int = 7 * DAY
    retention: int = 30 * DAY
    evidence: int = 365 * DAY
    grace: int = DAY


class Keeping:
    """Sees to the rules in one journal.

    Args:
        journal: whose files are merged, cleared and dropped.
        rules: how long what is kept.
    """

    def __init__(self, journal: Journal, rules: Rules) -> None:
        self._journal, self._rules = journal, rules

    def since(self) -> int | None:
        """The time from which posts count, ms UTC; None: there are none yet."""
        clock = self._journal.state.clock
        return None if clock is None else clock - self._rules.span

    def tidy(self, members: Collection[str]) -> list[str]:
        """Do what is due; returns what was done, for people.

        Args:
            members: accounts in networks, whose events are evidence.
        """
        self._journal.bury()
        self._merge()
        return [*self._erase(members), *self._expire(members), *self._shorten()]

    # --- many small files

    def _merge(self) -> None:
        for name, files in list(self._journal.to_merge(self._rules.retention // PARTS)):
            self._journal.rewrite(name, files, _read(self._paths(name, files)))

    def _paths(self, name: str, files: Collection[File]) -> list[Path]:
        numbers = {file.number for file in files}
        return [path for path in self._journal.paths(name) if int(path.stem) in numbers]

    # --- what is too old

    def _expire(self, members: Collection[str]) -> Iterator[str]:
        state, rules = self._journal.state, self._rules
        if state.clock is None or state.clock - state.expired < rules.retention // PARTS:
            return
        keep = pa.array(sorted(members), pa.string())
        gone = 0
        for name, files in state.files.items():
            old = [f for f in files if not f.evidence and _before(f, state.clock - rules.retention)]
            done = [f for f in files if f.evidence and _before(f, state.clock - rules.evidence)]
            gone += self._leave(name, old, keep) + sum(f.rows for f in done)
            if done:
                self._journal.rewrite(name, done, None)
        self._journal.note(expired=state.clock)
        if gone:
            yield f"{gone:,} rows older than the retention were removed."

    def _leave(self, name: str, old: Sequence[File], keep: pa.Array) -> int:
        """Drop files but for the rows of some accounts; returns the rows that went."""
        if not old:
            return 0
        rows = _read(self._paths(name, old))
        kept = rows.slice(0, 0)
        if name == ACCOUNT.name:
            kept = self._profiles(rows, keep)
        elif "account" in rows.column_names:
            kept = rows.filter(pc.is_in(rows["account"], keep))
        self._journal.rewrite(name, old, kept, evidence=True)
        return len(rows) - len(kept)

    def _profiles(self, rows: pa.Table, keep: pa.Array) -> pa.Table:
        """Old profiles of accounts that are in a network or still have posts."""
        posts = self._journal.paths(POST.name)
        active = [pq.read_table(path, columns=["account"])["account"].unique() for path in posts]
        known = pa.concat_arrays([keep, *active]) if active else keep
        return rows.filter(pc.is_in(rows["account"], known))

    def _shorten(self) -> Iterator[str]:
        """Keep only the newest rows of the quarantine, which have no time."""
        files = self._journal.state.files.get(QUARANTINE.name, ())
        left, old = NOTED, []
        for file in reversed(files):
            left -= file.rows
            if left < 0:
                old.append(file)
        if old and len(old) < len(files):
            self._journal.rewrite(QUARANTINE.name, old, None)
            yield f"{sum(f.rows for f in old):,} old rows of the quarantine were removed."

    # --- what was edited and deleted

    def _erase(self, members: Collection[str]) -> Iterator[str]:
        state, grace = self._journal.state, self._rules.grace
        if state.clock is None or state.clock - state.erased < grace // PARTS:
            return
        erased = 0
        if state.files.get(REVISION.name):
            engine = open_engine()
            engine.see("members", pa.table({"account": pa.array(sorted(members), pa.string())}))
            engine.see("revision", self._journal.paths(REVISION.name))
            engine.keep("due", _DUE.format(until=state.clock - grace))
            erased = sum(self._clear(engine, name) for name in NAMING)
        self._journal.note(erased=state.clock)
        if erased:
            yield f"{erased:,} rows of posts and accounts edited or deleted were cleared."

    def _clear(self, engine: Engine, name: str) -> int:
        """Clear what is due in every file of a table; returns the rows."""
        touched = 0
        for file in self._journal.state.files.get(name, ()):
            engine.see("file", self._paths(name, [file]))
            found = engine.fetch(f"SELECT count(*) AS rows FROM file AS f {_AFFECTED[name]}")
            rows = found["rows"][0].as_py()
            if rows:
                columns = engine.fetch("SELECT * FROM file LIMIT 0").column_names
                cleared = engine.fetch(_cleared(name, columns))
                self._journal.rewrite(name, [file], cleared, evidence=file.evidence)
            touched += rows
        return touched


def _before(file: File, moment: int) -> bool:
    return file.last is not None and file.last < moment


def _read(paths: Collection[Path]) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in paths])


_DUE = """
SELECT r.account, r.post, r.time, max_by(r.what, r.time) AS what, max_by(r.text, r.time) AS text
FROM (
    SELECT account, post, max(time) AS time FROM revision WHERE time <= {until}
    GROUP BY account, post
) AS last
JOIN revision AS r ON r.time = last.time
    AND r.account IS NOT DISTINCT FROM last.account AND r.post IS NOT DISTINCT FROM last.post
WHERE r.account IS NULL OR r.account NOT IN (SELECT account FROM members)
GROUP BY r.account, r.post, r.time
"""
_POST_DUE = """
LEFT JOIN due AS d ON f.post = d.post
LEFT JOIN due AS g ON g.post IS NULL AND f.account = g.account AND f.time <= g.time
LEFT JOIN members AS m ON f.account = m.account
"""
_HIT = "m.account IS NULL AND (d.post IS NOT NULL OR g.account IS NOT NULL)"
_NEW_TEXT = "CASE WHEN g.account IS NULL AND d.what = 'edited' THEN d.text END"
_ACCOUNT_DUE = "LEFT JOIN due AS g ON g.post IS NULL AND f.account = g.account AND f.seen <= g.time"
_SAID = " OR ".join(f"f.{column} IS NOT NULL" for column in PERSONAL)
_AFFECTED = {
    POST.name: f"{_POST_DUE} WHERE {_HIT} AND f.text IS DISTINCT FROM {_NEW_TEXT}",
    MENTION.name: f"{_POST_DUE} WHERE {_HIT}",
    ACCOUNT.name: f"{_ACCOUNT_DUE} WHERE g.account IS NOT NULL AND ({_SAID})",
}


def _cleared(name: str, columns: Sequence[str]) -> str:
    """The rows of a file as they are to be, in SQL."""
    if name == MENTION.name:
        return f"SELECT f.* FROM file AS f {_POST_DUE} WHERE NOT ({_HIT})"
    changed = {"text": f"CASE WHEN {_HIT} THEN {_NEW_TEXT} ELSE f.text END"}
    source = _POST_DUE
    if name == ACCOUNT.name:
        changed = {c: f"CASE WHEN g.account IS NULL THEN f.{c} END" for c in PERSONAL}
        source = _ACCOUNT_DUE
    listed = ", ".join(f"{changed[c]} AS {c}" if c in changed else f"f.{c}" for c in columns)
    return f"SELECT {listed} FROM file AS f {source}"


def widened(rules: Rules) -> Rules:
    """The rules with a retention of at least the span, and evidence of at least the retention."""
    retention = max(rules.retention, rules.span)
    return replace(rules, retention=retention, evidence=max(rules.evidence, retention))
