"""The build fails where words decide: only sameness may.

A case of texts is searched; then every word, hashtag, handle and address is replaced one for one by
a random token, so that what was the same stays the same and what differed still differs. The
verdicts must not change.
"""

import random
import re
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from unswarm.detection import Detected, detect
from unswarm.engines import open_engine
from unswarm.model import ACCOUNT, DAY, EVENTS, HASHTAG, HOUR, LINK, MENTION, POST
from unswarm.settings import Settings

START = 1_704_067_200_000
MEMBERS = {f"m{n:02}" for n in range(12)}
WORD = re.compile(r"[^\W_]+")
STEMS = "tax river school vote bridge market winter summer garden music train football rain"

Rename = Callable[[str], str]
Tables = dict[str, pa.Table]


# ------------------------------------------------------------------ the case


def copied(chance: random.Random) -> Iterator[tuple[str, int, str]]:
    """Twelve accounts put out texts of one list, two a day, hours apart, for a fortnight."""
    for day in sorted([*range(14)] * 2):
        text, tag = sentence(chance, 16), chance.choice(("enough", "now"))
        for account in sorted(MEMBERS):
            varied = f"{text} {sentence(chance, 1)}" if chance.random() < 0.25 else text
            if chance.random() < 0.8:
                yield account, day * DAY + chance.randrange(20 * HOUR), f"{varied} #{tag}"


def ordinary(chance: random.Random) -> Iterator[tuple[str, int, str]]:
    """Everybody, members too, writes texts nobody else wrote; sayings and greetings apart."""
    sayings = [sentence(chance, 8) for _ in range(15)]
    for account in [*(f"a{n:03}" for n in range(150)), *sorted(MEMBERS)]:
        for _ in range(14):
            tag, friend = chance.choice(STEMS.split()), f"friend{chance.randrange(9)}"
            link = f"https://news{chance.randrange(20)}.example/{chance.randrange(300)}"
            text = f"{sentence(chance, 12)} #{tag} @{friend} {link}"
            if chance.random() < 0.01:
                text = chance.choice(sayings)
            yield account, chance.randrange(14 * DAY), text


def sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(STEMS.split()) + str(chance.randrange(60)) for _ in range(words))


def posts() -> list[tuple[str, int, str]]:
    chance = random.Random(7)
    return sorted([*copied(chance), *ordinary(chance)])


# ------------------------------------------------------------------ words, one for one


def identity(word: str) -> str:
    return word


def tokens(alphabet: str, length: int = 9) -> Rename:
    """Each word, whatever its case, becomes a random token of its own."""
    chance = random.Random(11)
    spare = ["".join(chance.choices(alphabet, k=length)) for _ in range(5000)]
    spare, given = list(dict.fromkeys(spare)), {}

    def rename(word: str) -> str:
        if word.casefold() not in given:
            given[word.casefold()] = spare.pop()
        return given[word.casefold()]

    return rename


def said(text: str, rename: Rename) -> str:
    """The text in other words; the scheme of an address is no word."""
    return WORD.sub(lambda m: m[0] if m[0] == "https" else rename(m[0]), text)


def tables(rename: Rename) -> Tables:
    """The case as event tables."""
    rows: dict[str, list[dict]] = {"post": [], "hashtag": [], "link": [], "mention": []}
    for number, (account, time, text) in enumerate(posts()):
        event = {"account": account, "time": START + time, "precision": 1000, "post": f"p{number}"}
        event["kind"] = "original"
        rows["post"].append({**event, "text": said(text, rename)})
        for place, tag in enumerate(re.findall(r"#(\w+)", text)):
            rows["hashtag"].append({**event, "hashtag": rename(tag), "position": place})
        for handle in re.findall(r"@(\w+)", text):
            rows["mention"].append({**event, "target": rename(handle)})
        for url in re.findall(r"https://\S+", text):
            domain = said(url.split("/")[2], rename)
            rows["link"].append({**event, "url": said(url, rename), "domain": domain})
    declared = {"post": POST, "hashtag": HASHTAG, "link": LINK, "mention": MENTION}
    return {name: table.rows(rows[name]) for name, table in declared.items()}


def verdicts(rename: Rename) -> Detected:
    engine = open_engine()
    seen = tables(rename)
    people = sorted(set(seen["post"]["account"].to_pylist()))
    seen["account"] = ACCOUNT.rows([{"account": account} for account in people])
    for name, table in EVENTS.items():
        engine.see(name, seen.get(name, table.rows([])))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    return detect(engine, Settings(stability=False))


# ------------------------------------------------------------------ the verdicts


def without_words(detected: Detected) -> dict[str, list[dict]]:
    """Everything a run says, but for the words it quotes."""
    quoted = {"object", "top_objects"}
    return {
        name: [{k: v for k, v in row.items() if k not in quoted} for row in table.to_pylist()]
        for name, table in detected.tables.items()
    }


def in_order(rows: list[dict]) -> list[str]:
    """Rows whose order may follow the words."""
    return sorted(map(str, rows))


@pytest.fixture(scope="module")
def original() -> Detected:
    return verdicts(identity)


def test_the_copying_group_is_confirmed(original):
    networks = original.tables["network"].to_pylist()
    (found,) = [n["network"] for n in networks if n["tier"] == "confirmed"]
    people = original.tables["membership"].to_pylist()
    assert {m["account"] for m in people if m["network"] == found} == MEMBERS


@pytest.mark.parametrize(
    "alphabet",
    [
        "abcdefghijklmnopqrstuvwxyz",
        "абвгдежзиклмнопрстуфхцчшщэюя",
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        "αβγδεζηθικλμνξοπρτυφχψω",
        "가나다라마바사아자차카타파하",
        "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏",
    ],
    ids=["latin", "cyrillic", "arabic", "greek", "hangul", "han"],
)
def test_other_words_change_no_verdict(original, alphabet):
    plain, swapped = without_words(original), without_words(verdicts(tokens(alphabet)))
    for name, rows in plain.items():
        assert in_order(swapped[name]) == in_order(rows), name
