"""README.md of a pack: its data card, its data dictionary, its terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from unswarm.release.columns import TWEETS, UNFILLED, USERS

VALUES = {
    "name": r"[\w.-]*",  # checked as part of file names
    "signals": r"[a-z_, ]*",
    "version": r"[0-9a-z.+]*",
    "bands": r"[0-9, ]*",
}
NUMBER = r"[0-9,.:e-]*"

CARD = (
    "# {name}",
    "",
    "Accounts and posts of networks of accounts that were found to act together, in the shape of",
    "the Twitter/X archives of information operations. That accounts acted together does not say",
    "who operates them, nor that what they wrote is false.",
    "",
    "## Data card",
    "",
    "* Networks: {networks}",
    "* Accounts: {accounts}, of them under pseudonyms: {hidden}",
    "* Posts: {posts}",
    "* Media files listed: {media}",
    "* First and last day of the posts: {first}, {last}",
    "* Method: unswarm {version}, signals: {signals}",
    "* Error rate (q) asked for: {q}",
)
METHOD = (
    "* An account is here because it acted with others at the same moments more often than its own",
    "  habits explain, tested against accounts of the same data and confirmed on the half of the",
    "  data that it was not found on; or because it shares administrators, devices or the like",
    "  with such a network. Leads, and networks that a person cleared, are left out.",
)
FILES = (
    "",
    "## Files",
    "",
    "* {name}_users_csv_hashed.csv: a row per account",
    "* {name}_tweets_csv_hashed.csv: a row per post",
)
MEDIA = ("* {name}_media_file_list_hashed.txt: a line per media file, post id and keyed hash",)
SEALED = (
    "* MANIFEST.sha256: SHA-256 of every file above and of this one",
    "* SIGNATURE: Ed25519 over MANIFEST.sha256, hexadecimal",
    "* PUBLIC_KEY: the key to check it with, hexadecimal; compare it with the one the sender names",
)
UNSIGNED = (
    "* MANIFEST.sha256: SHA-256 of every file above and of this one",
    "* This pack is unsigned.",
)
PSEUDONYMS = (
    "",
    "## Pseudonyms",
    "",
    "* Accounts with fewer than {threshold} followers, or whose followers are unknown, stand under",
    "  a pseudonym of 44 characters: HMAC-SHA256 of the id under the key of this release, base64.",
    "* It replaces id, handle and displayed name wherever they stand: in ids, mentions, texts,",
    "  addresses, profiles and hashtags. Names of fewer than four letters and common words are",
    "  replaced where they are words of their own.",
    "* The names of media files are keyed hashes; no picture is in this pack.",
)
HASHED = (
    "* Accounts outside the networks are hashed too: ids, and handles after @ or in the address of",
    "  a profile. Where the case knows a handle but no id, the hash is that of the handle.",
)
KEPT = ("* Accounts outside the networks keep their ids and handles.",)
ANONYMOUS = (
    "",
    "## Generalised",
    "",
    "* Of accounts under pseudonyms, each combination of creation day, language, location and band",
    "  of followers is shared by {k} of them at least, or blank. Bands begin at {bands}.",
)
EXACT = (
    "",
    "## Generalised",
    "",
    "* Nothing: combinations of cells may be rare, and numbers of followers are exact.",
)
CHANGED = (
    "* creation day to the month: {n} accounts",
    "* location blank: {n} accounts",
    "* creation month to the year: {n} accounts",
    "* language blank: {n} accounts",
    "* creation year blank: {n} accounts",
    "* band of followers blank: {n} accounts",
)
UNCHANGED = ("* No cell had to become coarser.",)
GAPS = (
    "",
    "## Known gaps",
    "",
    f"* Columns that the case cannot fill: {', '.join(UNFILLED)}.",
    "* Profiles are as last seen; the archives of Twitter show them as of the suspension.",
    "* The kind of some posts is unknown: these count as no repost, and their targets are blank.",
    "* Texts and profile descriptions remain, and may be searched for where they are still public.",
    "* A cell that a spreadsheet might run as a formula begins with an apostrophe: drop it.",
)
ONLY_IDS = (
    "",
    "## Ids only",
    "",
    "* Accounts with at least {threshold} followers: their ids and those of their posts.",
    "* Other accounts: a pseudonym each (HMAC-SHA256 under the key of this release), and no posts.",
    "* Posts listed: {posts}. X lets one hand on 1,500,000 ids of posts per recipient in 30 days.",
)
DICTIONARY = ("", "## Columns", "")
TERMS = (
    "",
    "## Terms",
    "",
    "* For research into coordinated behaviour. Do not try to identify the people behind",
    "  pseudonyms, do not join this data with other data to that end, do not contact them.",
    "* Do not hand the pack on. Publish figures of groups, and no account under a pseudonym.",
    "* Erase it when the research is done, or when the sender asks you to.",
    "* Report errors to the sender: a CSV with the columns account, label, note, source.",
)
EMBARGO = ("* Embargo: publish nothing of it before {embargo}.",)
NO_EMBARGO = ("* Embargo: none.",)


def readme(facts: Mapping[str, str], changed: Mapping[str, int], said: Mapping[str, bool]) -> str:
    """The whole page.

    Args:
        facts: what stands in its placeholders.
        changed: step of generalisation → how many accounts it changed.
        said: which parts apply: signed, ids_only, hashed, anonymous, embargo.
    """
    parts = [*CARD, *METHOD, *FILES, *(() if said["ids_only"] else MEDIA)]
    parts += SEALED if said["signed"] else UNSIGNED
    parts += ONLY_IDS if said["ids_only"] else _whole(said)
    lines = [line.format_map(facts) for line in parts]
    if said["anonymous"] and not said["ids_only"]:
        lines += [f"* {step}: {number:,} accounts" for step, number in changed.items()]
        lines += [] if changed else UNCHANGED
    lines += [*GAPS, *DICTIONARY, *_dictionary(said["ids_only"]), *TERMS]
    lines += [e.format_map(facts) for e in (EMBARGO if said["embargo"] else NO_EMBARGO)]
    return "\n".join(lines) + "\n"


def _whole(said: Mapping[str, bool]) -> tuple[str, ...]:
    outside = HASHED if said["hashed"] else KEPT
    return (*PSEUDONYMS, *outside, *(ANONYMOUS if said["anonymous"] else EXACT))


def _dictionary(ids_only: bool) -> list[str]:
    columns = {name: TWEETS[name] for name in ("userid", "tweetid")} if ids_only else TWEETS
    return [f"* {name}{_where(name)}: {meaning}" for name, meaning in columns.items()]


def _where(name: str) -> str:
    return " (both files)" if name in USERS else " (posts)"


def ours(line: str) -> bool:
    """Whether a line of a README is one of these, with figures in its placeholders."""
    return bool(_own().fullmatch(line.rstrip("\r\n")))


@cache
def _own() -> re.Pattern[str]:
    fixed = [*CARD, *METHOD, *FILES, *MEDIA, *SEALED, *UNSIGNED, *PSEUDONYMS, *HASHED, *KEPT]
    fixed += [*ANONYMOUS, *EXACT, *CHANGED, *UNCHANGED, *GAPS, *ONLY_IDS, *DICTIONARY, *TERMS]
    fixed += [*EMBARGO, *NO_EMBARGO, *_dictionary(False)]
    return re.compile("|".join(sorted({_pattern(line) for line in fixed})))


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(
        VALUES.get(part, NUMBER) if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
