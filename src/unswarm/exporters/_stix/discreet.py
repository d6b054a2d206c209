"""Sentences of evidence as they may be told: without words of others, and without their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pyarrow as pa

from unswarm.findings import Findings

NAMED = re.compile(r"@[\w.@-]*\w")
QUOTED = re.compile(r"“[^”]*”")
WORD = re.compile(r"\w[\w.@-]*\w|\w")
NUMBER = re.compile(r"[\d.,]{1,6}")
KNOWN = """
SELECT DISTINCT a.account, w.word FROM word AS w
JOIN account AS a ON w.word IN (lower(a.account), lower(a.handle), lower(a.name))
"""


def discreet(findings: Findings, own: Collection[str], claims: Sequence[str]) -> list[str]:
    """Sentences without quotations, handles, and ids and names of accounts that are not `own`.

    A word is struck where it is the whole id, handle or name of somebody else; numbers of up to six
    digits stay, as they are mostly figures.
    """
    plain = [QUOTED.sub("“…”", NAMED.sub("…", claim)) for claim in claims]
    words = {word.lower() for claim in plain for word in WORD.findall(claim)}
    asked = sorted(word for word in words if not NUMBER.fullmatch(word))
    findings.engine.see("word", pa.table({"word": pa.array(asked, pa.string())}))
    others = {row["word"] for row in findings.query(KNOWN) if row["account"] not in own}
    return [WORD.sub(lambda w: "…" if w[0].lower() in others else w[0], each) for each in plain]
