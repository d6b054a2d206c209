"""One form for what is the same: addresses, tags, handles and texts.

Two posts carry the same link, tag or text when these forms are equal. Nothing here reads what a
text says.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract


LONGEST_URL = 4_096

_HOSTS = {  # one site, several hosts
    "x.com": "twitter.com",
    "mobile.twitter.com": "twitter.com",
    "fb.com": "facebook.com",
    "web.facebook.com": "facebook.com",
    "vkontakte.ru": "vk.com",
    "old.reddit.com": "reddit.com",
}
_FRONT = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
_SCHEME = re.compile(r"https?:/*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"[^\s\x00-\x20!-,/:-@\[-`{-~]+(?:\.[^\s\x00-\x20!-,/:-@\[-`{-~]+)+")
SHORTENERS = frozenset(
    (
        *("adf.ly", "bit.do", "bit.ly", "bitly.com", "bl.ink", "buff.ly", "chilp.it", "clck.ru"),
        *("cli.gs", "cutt.ly", "dlvr.it", "dld.bz", "fb.me", "fw.to", "goo.gl", "hubs.ly"),
        *("ift.tt", "is.gd", "j.mp", "ln.is", "lnkd.in", "mcaf.ee", "ow.ly", "owl.li", "po.st"),
        *("ppt.cc", "q.gs", "qps.ru", "rb.gy", "rebrand.ly", "reurl.cc", "s.id", "sh.st"),
        *("shar.es", "shor.by", "shorte.st", "shorturl.at", "snip.ly", "soo.gd", "su.pr", "t.co"),
        *("t.ly", "tiny.cc", "tinyurl.com", "tr.im", "trib.al", "u.to", "urlz.fr", "v.gd"),
        *("vk.cc", "wp.me", "x.co", "zpr.io"),
    )
)
"""Sites whose addresses hide where they lead."""

PLATFORMS = frozenset(("facebook.com", "instagram.com", "t.me", "twitter.com", "vk.com"))
"""Sites that posts are made on: links to them mostly stay among posts."""

_SIMPLE = re.compile(r"(?:https?://)?([A-Za-z0-9.-]+)((?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])*)/?")
_OWN_FORMS = frozenset({"youtube.com", "youtu.be"})
_SLASHES = re.compile(r"/{2,}")


def clean_url(url: str) -> tuple[str, str] | None:
    """An address → (the form all its writings share, its registered domain); None if it is none.

    Scheme, `www`, mobile and default-port variants, fragments, trailing slashes, the order of
    query parameters and known tracking parameters make no difference. Never raises.
    """
    return _clean(url) if len(url) <= LONGEST_URL else None


@lru_cache(maxsize=1 << 17)
def _clean(url: str) -> tuple[str, str] | None:
    if simple := _SIMPLE.fullmatch(url):
        host, domain = _host(simple[1])
        if host not in _OWN_FORMS and domain:
            return f"https://{host}{simple[2]}", domain
    parts = _split(url)
    if parts is None:
        return None
    host, domain = _host(parts.hostname or "")
    if not domain:
        return None
    try:
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return None
    host, path, query = _known_forms(host, parts.path, parts.query)
    path, query = _normal(path, query)
    return f"https://{host}{port}{path}" + (f"?{query}" if query else ""), _host(host)[1]


def _normal(path: str, query: str) -> tuple[str, str]:
    """Path and query without what makes no difference."""
    from courlan.clean import clean_query, normalize_part  # slow to load, and not always needed

    path = normalize_part(_SLASHES.sub("/", path)).rstrip("/")
    return path, clean_query(query) if query else ""


def _split(url: str) -> SplitResult | None:
    """The parts of an address with or without scheme; None for other schemes and cut addresses."""
    url = url.strip().strip("\"'<>")
    if "…" in url or url.endswith("..."):
        return None
    bare = _SCHEME.sub("", url, count=1)
    if bare == url and _OTHER_SCHEME.match(url):
        return None
    try:
        return urlsplit("https://" + bare.replace("&amp;", "&"))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 14)
def _host(host: str) -> tuple[str, str]:
    """A host → (the one name of its site, its registered domain); domain '' if it is no host."""
    host = host.lower().rstrip(".")
    short = _FRONT.sub("", host, count=1)
    short = _HOSTS.get(short, short)
    for name in (short, host):  # www.gov.uk is a site, gov.uk is none
        if _HOST.fullmatch(name) and (domain := _domain(name)):
            return name, domain
    return host, ""


def _domain(host: str) -> str:
    found = _suffixes()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else found.ipv4


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # slow to load, and not every source has addresses

    # `.example` is reserved (RFC 2606): synthetic data and examples have sites under it
    return TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=("example",))


def _known_forms(host: str, path: str, query: str) -> tuple[str, str, str]:
    """YouTube's four ways to write one video as one."""
    if host == "youtu.be":
        return "youtube.com", "/watch", f"v={path.strip('/')}"
    if host == "youtube.com" and path.startswith(("/shorts/", "/embed/", "/live/")):
        return host, "/watch", f"v={path.split('/')[2]}"
    if host == "youtube.com" and path == "/watch":
        video = parse_qs(query).get("v")
        return host, path, f"v={video[0]}" if video else query
    return host, path, query


def _letters() -> str:
    r"""Letters, digits and combining marks as ranges of a character class.

    Vowel signs are part of words; variation selectors are not, they choose how an emoji is drawn.
    Spelled out because `\w` lacks the marks, and because `re` looks such a class up in one step.
    Beyond the basic plane whole blocks are taken: everything but symbols and emoji.
    """
    word = {p for p in range(0x10000) if _is_letter(chr(p))} - set(range(0xFE00, 0xFE10))
    starts = sorted(p for p in word if p - 1 not in word)
    ends = sorted(p for p in word if p + 1 not in word)
    ranges = [f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True)]
    return "".join(ranges) + "\U00010000-\U0001efff\U00020000-\U0003ffff"


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in {"Mn", "Mc"}


_LETTERS = _letters()
_BREAK = '\\x00-\\x20\x85\xa0\u2000-\u200a\u2028\u2029\u202f\u3000<>"“”„«»‘、。，；：！？（）【】'
_URL = re.compile(
    rf"(?:https?|Https?|HTTPS?)://(?:t\.co/[A-Za-z0-9]+|[^{_BREAK}]+)|www\.[^{_BREAK}]+"
)
_NEXT_URL = re.compile(r"(?=https?://)", re.IGNORECASE)
_TAG = re.compile(
    rf"[#＃](?<![_{_LETTERS}&/=?#＃].)(?=[\d_]*[^\W\d_])([_{_LETTERS}·・\u200c\u200d]+)"
)
_HANDLE = r"\w{1,50}(?:@[\w-]+(?:\.[\w-]+)+|(?:\.[\w-]+)*\.bsky\.social)?"
_MENTION = re.compile(rf"[@＠](?<![\w@＠/=?].)({_HANDLE})")
_REPOST = re.compile(
    rf"\s*rt\s*[@＠]({_HANDLE})\s*:?\s*(?:rt\s*[@＠]{_HANDLE}\s*:?\s*)*", re.IGNORECASE
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_NO_LETTERS = re.compile(f"[^{_LETTERS}]+")
_AFTER_URL = ".,:;!?)]}'’*"


def urls_in(text: str) -> list[str]:
    """The addresses written in a text, in order, as written."""
    if "://" not in text and "www." not in text:
        return []
    found = _URL.findall(text)
    if text.count("://") > 1 and any("://" in url[8:] for url in found):  # no space between
        found = [url for several in found for url in _NEXT_URL.split(several) if url]
    return [url if url[-1].isalnum() else _without_tail(url) for url in found]


def _without_tail(url: str) -> str:
    """An address without the sentence's punctuation; a bracket it opened itself stays."""
    bare = url.rstrip(_AFTER_URL)
    return bare + ")" if url[len(bare) :].startswith(")") and "(" in bare else bare


def hashtags_in(text: str) -> list[str]:
    """The hashtags of a text, in order, case-folded, without #; a bare number is none."""
    if "#" not in text and "＃" not in text:
        return []
    return [tag.casefold() for tag in _TAG.findall(text)]


def mentions_in(text: str) -> list[str]:
    """The handles a text names, in order, case-folded, without the first @."""
    if "@" not in text and "＠" not in text:
        return []
    return [handle.casefold() for handle in _MENTION.findall(text)]


def reposted_in(text: str) -> str | None:
    """The handle a text says it repeats (`RT @x: …`), case-folded; None if it says none."""
    found = _REPOST.match(text) if text[:2] in {"RT", "rt"} else None
    return found[1].casefold() if found else None


def same_text(text: str) -> str:
    """The form two texts share when they say the same words.

    Compatibility forms, case, addresses, mentions, a leading `RT @x:`, invisible characters,
    punctuation, emoji and white space make no difference. A text of only such things gives ''.
    """
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _REPOST.sub("", text, count=1) if text.lstrip()[:2].lower() == "rt" else text
    if "://" in text or "www." in text:
        text = _URL.sub(" ", text)
    if "@" in text:
        text = _MENTION.sub(" ", text)
    return _NO_LETTERS.sub(" ", text.casefold()).strip()
