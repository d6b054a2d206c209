"""Country names as people write them → ISO 3166 codes, by the names of Unicode CLDR (babel).

What can be read in two ways is all of them: `Georgia` is a country and a state. What cannot be read
is none, and says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache

from babel import Locale
from babel.core import get_global

LANGUAGES = (
    *("en", "ar", "az", "bn", "de", "el", "es", "fa", "fil", "fr", "he", "hi", "hu", "hy", "id"),
    *("it", "ja", "ka", "kk", "ko", "ms", "nl", "pl", "pt", "ro", "ru", "sr", "sv", "sw", "th"),
    *("tr", "uk", "ur", "uz", "vi", "zh"),
)
# the standard's long names, and what the names of CLDR leave out
_ALSO = {
    "america": "US", "bolivarian republic of venezuela": "VE", "brunei darussalam": "BN",
    "burma": "MM", "czech republic": "CZ", "england": "GB", "great britain": "GB",
    "holland": "NL", "hong kong": "HK", "iran islamic republic of": "IR", "ivory coast": "CI",
    "korea republic of": "KR", "lao people s democratic republic": "LA", "macau": "MO",
    "moldova republic of": "MD", "myanmar": "MM", "northern ireland": "GB", "palestine": "PS",
    "republic of georgia": "GE", "republic of korea": "KR", "russian federation": "RU",
    "scotland": "GB", "swaziland": "SZ", "syrian arab republic": "SY",
    "taiwan province of china": "TW", "tanzania united republic of": "TZ", "turkey": "TR",
    "uae": "AE", "united states of america": "US", "viet nam": "VN", "wales": "GB",
}  # fmt: skip
_STATES = dict(
    re.findall(
        "([A-Z]{2}) ([a-z ]+)",
        "AL alabama, AK alaska, AZ arizona, AR arkansas, CA california, CO colorado, "
        "CT connecticut, DE delaware, FL florida, GA georgia, HI hawaii, ID idaho, IL illinois, "
        "IN indiana, IA iowa, KS kansas, KY kentucky, LA louisiana, ME maine, MD maryland, "
        "MA massachusetts, MI michigan, MN minnesota, MS mississippi, MO missouri, MT montana, "
        "NE nebraska, NV nevada, NH new hampshire, NJ new jersey, NM new mexico, NY new york, "
        "NC north carolina, ND north dakota, OH ohio, OK oklahoma, OR oregon, PA pennsylvania, "
        "RI rhode island, SC south carolina, SD south dakota, TN tennessee, TX texas, UT utah, "
        "VT vermont, VA virginia, WA washington, WV west virginia, WI wisconsin, WY wyoming",
    )
)
_PROVINCES = frozenset(
    ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
)
# territories whose people may name either
_OF = {
    "AS": "US", "GU": "US", "MP": "US", "PR": "US", "UM": "US", "VI": "US",
    "GG": "GB", "GI": "GB", "IM": "GB", "JE": "GB", "BM": "GB", "KY": "GB", "VG": "GB",
    "GF": "FR", "GP": "FR", "MQ": "FR", "NC": "FR", "PF": "FR", "PM": "FR", "RE": "FR", "YT": "FR",
    "AW": "NL", "BQ": "NL", "CW": "NL", "SX": "NL", "AX": "FI", "FO": "DK", "GL": "DK", "SJ": "NO",
}  # fmt: skip

# codes of CLDR that are no country's: unions, territories kept for other uses
_NO_COUNTRY = frozenset(
    ("AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)

Codes = frozenset[str]
UNKNOWN: Codes = frozenset()


@cache
def countries(text: str) -> Codes:
    """The countries a place may be in: a name in many languages, a code, `City, Country`."""
    return _read(text) or _read(text.rpartition(",")[2])


def elsewhere(claimed: Codes, seen: Codes) -> bool:
    """Whether both are known and no reading of the one fits a reading of the other."""
    return bool(claimed and seen) and not (_wide(claimed) & _wide(seen))


def name(code: str) -> str:
    """The English name of a country."""
    return str(Locale("en").territories.get(code, code))


def _wide(codes: Codes) -> Codes:
    return codes | {_OF[code] for code in codes if code in _OF}


def _read(text: str) -> Codes:
    return _by_code(text) or _by_name(text)


def _by_code(text: str) -> Codes:
    """A code of two or three letters, or a state's or a province's."""
    code = text.strip().replace(".", "").upper()
    if not re.fullmatch("[A-Z]{2,3}", code):
        return UNKNOWN
    found = {code} if code in _iso() else set(get_global("territory_aliases").get(code, ()))
    state = {"US"} if code in _STATES else set()
    province = {"CA"} if code in _PROVINCES else set()
    return frozenset(found & _iso() | state | province)


def _by_name(text: str) -> Codes:
    plain = _plain(text)
    found = _names(LANGUAGES[:1]).get(plain) or _names(LANGUAGES).get(plain, UNKNOWN)
    return found | {"US"} if plain in _STATES.values() else found


def _plain(text: str) -> str:
    """Case, accents, punctuation and the article taken away."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = (c for c in decomposed if not unicodedata.category(c).startswith("M"))
    bare = "".join(c if c.isalnum() else " " for c in letters)
    return re.sub(r"^the ", "", " ".join(bare.split()))


@cache
def _iso() -> Codes:
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2) - _NO_COUNTRY


@cache
def _names(languages: tuple[str, ...]) -> dict[str, Codes]:
    """Name → the countries that bear it in one of the languages."""
    names: dict[str, set[str]] = defaultdict(set)
    for language in languages:
        for code, written in Locale(language).territories.items():
            if code in _iso():
                names[_plain(str(written))].add(str(code))
    for plain, code in _ALSO.items():
        names[plain].add(code)
    return {plain: frozenset(codes) for plain, codes in names.items() if plain}
