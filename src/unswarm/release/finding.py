"""Finds names in text: many names, any writing, one pass.

Letter case makes no difference, and percent-encoded, HTML-escaped and base64 forms count too. A
name that begins or ends in a digit does not stand inside a longer number. A name of fewer than four
letters, or that is a common word, counts only as a word of its own; in scripts that put no blanks
between words two letters are enough.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus, unquote

SHORT = 4  # letters from which a name counts inside a word, too
LONG_BASE64 = 10  # letters from which a part of a base64 text is no coincidence
DEEPEST = 5  # encodings within encodings that are undone
BLANKLESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]{2,}")
COMMON = """
about account active after again against also always america american another army around
away back beauty because been before being best better blue body book boys breaking business
call came change channel check child city club come comment community could country daily dark
dear democracy different does done down each earth east easy election english even ever every
everybody everyone fact facts family fans fashion father film find fire first flag follow food
football forever four free freedom friend friends from full game garden gave girl girls give
global gold good great green group hand happy hard have health heart heaven help here high
history hola home hope horse house http https human idea info into island join just keep kids
kind king know lady land last late later leader left life light like line link little live
local long look lord lost love luck made magazine mail main make many market master media men
message mind mobile money moon more morning most mother movie much music must name nation
national nature near need never news next nice night none north nothing null official often
once online only open order other over page parents part party patriot peace people person
photo picture place play please police politics post power president press public queen quote
radio read real really report retweet right river road rose russia russian said same save
school science season sell send share shop show side since site sky smile snow social some
someone something song soon soul south space special sport sports star state states still
stop store storm story street strong student study summer support take talk team tech tell
test text than thank thanks that their them then there these they thing think this those
time times today together tomorrow town trade travel tree true truth tweet under united
unknown user very video view voice vote wait walk want water weather week welcome well west
what when where which white wild will wind winter wish with without woman women word words
work world would year years young your
"""
WORDS = frozenset(COMMON.split())


class Finder:
    """Names, each with what stands in its place.

    Args:
        names: name → its replacement; of two names that are written alike, the first counts.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.keys: dict[str, tuple[str, bool]] = {}
        for name, put in names.items():
            for form, whole in writings(name):
                self.keys.setdefault(form, (put, whole))
        self.sizes: dict[str, list[int]] = {}
        for key in self.keys:
            self.sizes.setdefault(key[:SHORT], []).append(len(key))
        self.sizes = {head: sorted(set(n), reverse=True) for head, n in self.sizes.items()}
        self.heads = sorted({len(head) for head in self.sizes}, reverse=True)

    def spans(self, text: str, words: bool = False) -> list[tuple[int, int, str]]:
        """Where names stand (start, end, replacement), from left to right, the longest first.

        Args:
            text: any text.
            words: every name counts only as a word of its own.
        """
        folded, places = fold(text)
        found: list[tuple[int, int, str]] = []
        past = 0
        for start in self._starts(folded):
            if start >= past and (hit := self._at(folded, start, words)):
                past, put = hit
                found.append((places[start], places[past - 1] + 1, put))
        return found

    def _starts(self, text: str) -> list[int]:
        known = self.sizes
        found: set[int] = set()
        for size in self.heads:
            found.update(n for n in range(len(text) - size + 1) if text[n : n + size] in known)
        return sorted(found)

    def _at(self, text: str, start: int, words: bool) -> tuple[int, str] | None:
        for head in self.heads:  # names of three letters and fewer come last
            for size in self.sizes.get(text[start : start + head], ()):
                end = start + size
                put, whole = self.keys.get(text[start:end], ("", False))
                if put and end <= len(text) and _stands(text, start, end, whole or words):
                    return end, put
        return None


def _stands(text: str, start: int, end: int, whole: bool) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    pairs = ((before, text[start]), (after, text[end - 1]))
    if any(one.isdigit() and other.isdigit() for one, other in pairs):
        return False
    return not whole or not (_is_word(before) or _is_word(after))


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def writings(name: str) -> list[tuple[str, bool]]:
    """A name, folded, in the forms it may be written in; True: only as a word of its own."""
    plain = name.strip().removeprefix("@") or name.strip()
    whole = (len(plain) < SHORT and not BLANKLESS.fullmatch(plain)) or plain.casefold() in WORDS
    forms = [unicodedata.normalize(form, plain) for form in ("NFC", "NFD")]
    forms = [plain, *forms, *(f(form) for form in forms for f in (quote, quote_plus, html.escape))]
    said = [(fold(form)[0], whole) for form in dict.fromkeys(forms)]
    return said + [(fold(form)[0], False) for form in in_base64(plain)]


def in_base64(name: str) -> list[str]:
    """A name in base64, by itself and within a longer text."""
    raw = name.encode("utf-8", "surrogatepass")
    inner = [
        base64.b64encode(b"\0" * n + raw)[-(-8 * n // 6) : (8 * (n + len(raw))) // 6]
        for n in range(3)
    ]
    long = {form.decode() for form in inner if len(form) >= LONG_BASE64}
    return sorted(long | {form.replace("+", "-").replace("/", "_") for form in long})


def fold(text: str) -> tuple[str, range | list[int]]:
    """Text without letter case, and the place in the text of each letter of it."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded, range(len(text))
    parts = [letter.casefold() for letter in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def decoded(text: str) -> str:
    """Text with percent-encoding and HTML escapes undone, however deep."""
    for _ in range(DEEPEST):
        plain = html.unescape(unquote(text)) if "%" in text or "&" in text else text
        if plain == text:
            break
        text = plain
    return text


def names_of(people: Iterable[tuple[list[str], str]]) -> dict[str, str]:
    """(names, replacement) of each → name → replacement."""
    found: dict[str, str] = {}
    for names, put in people:
        for name in names:
            found.setdefault(name, put)
    return found
