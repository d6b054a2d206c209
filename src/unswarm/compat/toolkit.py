"""coordination-network-toolkit 1.5.2 (Graham et al. 2022): its six networks.

Edges are directed: the weight of A → B counts A's messages that some message of B answers within
the window, both ends included. Kept as it is: a row without URLs holds the URL '', so that all such
posts of a moment are linked; a message of mentions only is the text '', and equal to every other
such message; a message answers itself, so an account has an edge to itself (left out on export);
two texts without a word can not be compared where no least size is asked. Mended by `fix`: empty
URLs and texts join nobody, nothing answers itself, and such texts are unlike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv

from unswarm.compat import engine_with
from unswarm.engines import Engine
from unswarm.errors import CaseError, InputError, SettingsError, did_you_mean

COLUMNS = (
    *("message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp"),
    "urls",
)
MENTIONS = re.compile(r"@.*?(?=(?:\s|$))")
MESSAGES = """
SELECT message_id, user_id, nullif(repost_id, '') AS repost_id, nullif(reply_id, '') AS reply_id,
    message, CAST(timestamp AS DOUBLE) AS time
FROM given WHERE n IN (SELECT min(n) FROM given GROUP BY message_id)
"""
# Of every row, those of a repeated message, too.
URLS = """
WITH each AS (
    SELECT message_id, user_id, CAST(timestamp AS DOUBLE) AS time, n,
        unnest(string_split(urls, ' ')) AS url
    FROM given WHERE repost_id = ''
)
SELECT message_id, user_id, time, url AS key FROM (
    SELECT *, row_number() OVER (PARTITION BY message_id, url ORDER BY n) AS turn FROM each
) ordered WHERE turn = 1
"""
KEYED = {
    "co_retweet": "SELECT *, repost_id AS key FROM message WHERE repost_id IS NOT NULL",
    "co_reply": "SELECT *, reply_id AS key FROM message "
    "WHERE repost_id IS NULL AND reply_id IS NOT NULL",
    "co_link": "SELECT * FROM url",
    "co_post": "SELECT *, 'any' AS key FROM message",
    "co_tweet": "SELECT m.*, w.words AS key FROM message m JOIN words w USING (message) "
    "WHERE repost_id IS NULL",
    "co_similar_tweet": "SELECT m.*, w.words AS key FROM message m JOIN words w USING (message) "
    "WHERE repost_id IS NULL",
}
MET = """
WITH event AS (SELECT *, CAST(floor(time / {slot}) AS BIGINT) AS slot FROM keyed),
around AS (
    SELECT * FROM event
    UNION ALL SELECT * REPLACE (slot - 1 AS slot) FROM event
    UNION ALL SELECT * REPLACE (slot + 1 AS slot) FROM event
)
SELECT DISTINCT a.user_id AS source, b.user_id AS target, a.message_id AS message_id{more}
FROM event a JOIN around b ON {same} a.slot = b.slot
WHERE b.time BETWEEN a.time - {window} AND a.time + {window}{guard}
"""
ALIKE = """
WITH size AS (SELECT key, count(*) AS tokens FROM token GROUP BY key),
pair AS (SELECT DISTINCT key, other FROM met),
common AS (
    SELECT p.key, p.other, count(*) AS tokens FROM pair p
    JOIN token t ON t.key = p.key JOIN token u ON u.key = p.other AND u.token = t.token
    GROUP BY p.key, p.other
)
SELECT c.key, c.other FROM common c
JOIN size s ON s.key = c.key JOIN size t ON t.key = c.other
WHERE s.tokens >= {least} AND t.tokens >= {least}
    AND CAST(c.tokens AS DOUBLE) / (s.tokens + t.tokens - c.tokens) >= {threshold}
"""
EDGES = """
SELECT source, target, count(DISTINCT message_id) AS weight, '{network}' AS edge_type
FROM met {alike} {loops}
GROUP BY source, target HAVING count(DISTINCT message_id) >= {minimum} ORDER BY source, target
"""


@dataclass(frozen=True)
class Options:
    """The peer's arguments, with the defaults of its command line.

    Args:
        network: one of `KEYED`.
        time_window: seconds, both ends included.
        min_edge_weight: of each direction by itself.
        similarity_threshold: least Jaccard similarity of two token sets (co_similar_tweet).
        min_document_size_similarity: least number of tokens of a text that is compared at all.
        include_self_loops: edges of an account to itself.
        fix: mend what is wrong, see above.
    """

    network: str = "co_retweet"
    time_window: float = 1
    min_edge_weight: int = 2
    similarity_threshold: float = 0.8
    min_document_size_similarity: float = 1
    include_self_loops: bool = False
    fix: bool = False


def messages(sources: Sequence[Path]) -> pa.Table:
    """Rows of the peer's CSV files, in their order; its columns go by place, not by name.

    Raises:
        InputError: a file has other than eight columns, or a time that is no number.
    """
    parts = [_messages(source) for source in sources]
    rows = pa.concat_tables(parts)
    return rows.append_column("n", pa.array(range(len(rows)), pa.int64()))


def _messages(source: Path) -> pa.Table:
    kinds = {name: pa.string() for name in COLUMNS} | {"timestamp": pa.float64()}
    try:
        return csv.read_csv(
            source,
            read_options=csv.ReadOptions(column_names=list(COLUMNS), skip_rows=1),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        hint = f"it has a header and the columns {', '.join(COLUMNS)}, in this order."
        raise InputError(f"{error}.", source=source, hint=hint) from None


def toolkit(rows: pa.Table, options: Options) -> dict[str, pa.Table]:
    """The peer's network: `edges` with the columns of its export.

    Args:
        rows: `messages`.

    Raises:
        SettingsError: there is no such network.
        CaseError: two texts without a word meet and no least size is asked, where the peer fails.
    """
    if options.network not in KEYED:
        hint = did_you_mean(options.network, KEYED)
        raise SettingsError(f"Unknown network '{options.network}'. Hint: {hint}")
    engine = engine_with(given=rows)
    engine.keep("message", MESSAGES)
    engine.keep("url", URLS)
    similar = options.network == "co_similar_tweet"
    if options.network in ("co_tweet", "co_similar_tweet"):
        _words(engine, tokens if similar else normalised)
    empty = " WHERE key <> ''" if options.fix else ""
    engine.keep("keyed", f"SELECT * FROM ({KEYED[options.network]}) k{empty}")
    engine.keep("met", _met(options, similar))
    if similar:
        _alike(engine, options)
    return {"edges": engine.fetch(_edges(options, similar))}


def _met(options: Options, similar: bool) -> str:
    return MET.format(
        window=options.time_window,
        slot=max(options.time_window, 1),
        same="" if similar else "a.key = b.key AND",
        more=", a.key AS key, b.key AS other" if similar else "",
        guard=" AND a.message_id <> b.message_id" if options.fix else "",
    )


def _edges(options: Options, similar: bool) -> str:
    return EDGES.format(
        network=options.network,
        alike="JOIN alike USING (key, other)" if similar else "",
        loops="" if options.include_self_loops else "WHERE source <> target",
        minimum=options.min_edge_weight,
    )


# --- texts


def _words(engine: Engine, of: Any) -> None:
    """Keep `words`: what the peer compares of each different message."""
    told = engine.fetch("SELECT DISTINCT message FROM message WHERE repost_id IS NULL")["message"]
    words = pa.array([of(text) for text in told.to_pylist()], pa.string())
    engine.see("words", pa.table({"message": told, "words": words}))


def normalised(text: str) -> str:
    """Lower case, without mentions, single spaces."""
    return " ".join(MENTIONS.sub("", text.lower()).split())


def tokens(text: str) -> str:
    """The different words of a text by Unicode's word boundaries, sorted.

    Raises:
        SettingsError: the extra `compat` is not installed.
    """
    parts = _boundaries().split(MENTIONS.sub("", text.lower()))
    return " ".join(sorted({part for part in parts if part}))


@cache
def _boundaries() -> Any:
    try:
        import regex
    except ImportError:
        hint = "pip install 'unswarm[compat]'"
        raise SettingsError(f"co_similar_tweet needs the package regex. Hint: {hint}") from None
    flags = regex.WORD | regex.UNICODE | regex.V1
    return regex.compile(r"\b\p{Word_Break=WSegSpace}*'?", flags=flags)


def _alike(engine: Engine, options: Options) -> None:
    """Keep `alike`: pairs of texts that are similar enough."""
    keys = engine.fetch("SELECT DISTINCT key FROM keyed")["key"].to_pylist()
    rows = [(key, token) for key in keys for token in set(key.split())]
    columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in _KEY_TOKEN}
    engine.see("token", pa.table(columns))
    least = options.min_document_size_similarity
    blank = [key for key in keys if not key.split()]
    if blank and least <= 0 and not options.fix:
        raise CaseError("The peer fails on texts without a word here. Hint: --fix.")
    engine.keep("alike", ALIKE.format(least=least, threshold=options.similarity_threshold))


_KEY_TOKEN = ((0, "key"), (1, "token"))
