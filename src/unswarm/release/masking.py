"""Replaces accounts by what a release shows of them, in ids, texts and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from unswarm.release.finding import Finder, decoded, names_of
from unswarm.release.people import Person, protected, pseudonym

KEPT_TEXTS = 1 << 16
HASH, KEEP = "hash", "keep"
MENTION = re.compile(
    r"(?<![\w@.])@(\w+(?:[.-]\w+)*)"
    r"|(?:twitter\.com|x\.com|instagram\.com|facebook\.com|t\.me|vk\.com)/(?:#!/)?@?"
    r"([\w.-]*\w)",
    re.IGNORECASE,
)
PATHS = frozenset(
    (
        *(
            "i",
            "hashtag",
            "search",
            "home",
            "intent",
            "share",
            "explore",
            "p",
            "reel",
            "reels",
            "s",
        ),
        *("groups", "pages", "watch", "events", "photo", "photo.php", "story.php", "permalink.php"),
        *("profile.php", "sharer", "sharer.php", "joinchat", "c", "wall", "settings", "people"),
    )
)


class Masker:
    """Knows who is shown how.

    Args:
        people: the accounts of the release.
        key: the release's key.
        outsiders: `hash` or `keep`: what becomes of accounts outside it.
        handles: handle → id of accounts outside the release, as far as the case knows them.
    """

    def __init__(
        self, people: Iterable[Person], key: bytes, outsiders: str, handles: Mapping[str, str]
    ) -> None:
        people = list(people)
        self.key, self.outsiders = key, outsiders
        self.handles = {handle.casefold(): account for handle, account in handles.items()}
        self.shown = {p.account: p.shown for p in people}
        self.known = {h.casefold(): p.shown for p in people if (h := p.profile.get("handle"))}
        self.known |= {p.account.casefold(): p.shown for p in people}
        self.hidden = {p.shown for p in people if p.hidden}
        self.finder = Finder(names_of((p.names, p.shown) for p in protected(people)))
        self.text = lru_cache(KEPT_TEXTS)(self._text)

    def account(self, account: str | None) -> str:
        """An id, or a handle where the source has none → what stands for it."""
        if not account:
            return ""
        own = self.shown.get(account) or self.known.get(account.removeprefix("@").casefold())
        return own or self._outsider(account)

    def _outsider(self, said: str) -> str:
        if self.outsiders == KEEP:
            return self._replaced(said, self.finder.spans(said, words=True))
        folded = said.removeprefix("@").casefold()
        return pseudonym(self.key, self.handles.get(folded, folded).casefold())

    def post(self, post: str | None, author: str | None = None) -> str:
        """A post's id, without the account that may be part of it."""
        said = self._plainest(post or "")
        spans = self.finder.spans(said)
        if author and author not in self.shown and self.outsiders == HASH and author in said:
            return said.replace(author, self.account(author))
        return self._replaced(said, spans)

    def _text(self, text: str | None) -> str:
        """A text, an address, a name: every account in it as the release shows it."""
        said = self._plainest(text or "")
        return self._replaced(said, _united(self.finder.spans(said), self._mentions(said)))

    def _plainest(self, text: str) -> str:
        plain = decoded(text) if "%" in text or "&" in text else text
        if plain == text:
            return text
        count = len(self.finder.spans(text)), len(self._mentions(text))
        there = len(self.finder.spans(plain)), len(self._mentions(plain))
        return plain if there[0] > count[0] or there[1] > count[1] else text

    def _mentions(self, text: str) -> list[tuple[int, int, str]]:
        if self.outsiders == KEEP or ("@" not in text and "/" not in text):
            return []
        found = (self._mention(match) for match in MENTION.finditer(text))
        return [span for span in found if span]

    def _mention(self, match: re.Match[str]) -> tuple[int, int, str] | None:
        group = 1 if match[1] else 2
        said, start = match[group], match.start(group)
        if group == 2 and said.casefold() in PATHS:
            return None
        for name in (said, re.split(r"[.-]", said)[0]):
            if name.casefold() in self.known:
                shown = self.known[name.casefold()]
                return (start, start + len(name), shown) if shown in self.hidden else None
        return start, match.end(group), self._outsider(said)

    @staticmethod
    def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
        parts, past = [], 0
        for start, end, put in spans:
            parts += [text[past:start], put]
            past = end
        return "".join(parts) + text[past:]


def _united(
    names: list[tuple[int, int, str]], mentions: list[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    """Both kinds of places; where two meet, the one that covers more."""
    if not mentions or not names:
        return names or mentions
    found: list[tuple[int, int, str]] = []
    for span in sorted((*names, *mentions), key=lambda s: (s[0], -s[1])):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
        elif span[1] > found[-1][1]:  # it goes on where the other ends
            found.append((found[-1][1], span[1], span[2]))
    return found
