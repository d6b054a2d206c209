"""Creation, names and profiles: what stands out, and what stands out everywhere."""

from typing import Any

import pytest
from worlds import claims, world

from unswarm.measures import bios, creation, names
from unswarm.measures.bios import affiliation
from unswarm.measures.names import alike_handles, shape, skeleton, templates
from unswarm.model import DAY, HOUR, MINUTE

START = 1_400_000_000_000
MEMBERS = [f"m{i}" for i in range(6)]
COPIED = "Hello, wellcom to my page, I love life and everything in it"


def born(members: list[int], others: list[int], precision: int = 1_000) -> Any:
    rows = [
        {"account": name, "created": time, "created_precision": precision}
        for name, time in [
            *zip(MEMBERS, members, strict=False),
            *((f"o{i}", time) for i, time in enumerate(others)),
        ]
    ]
    return creation.measure(world({"n1": MEMBERS[: len(members)]}, account=rows)).to_pylist()


SPREAD = [START + i * 9 * DAY for i in range(200)]


def test_accounts_made_within_minutes() -> None:
    (row,) = born([START + 400 * DAY + i * 7 * MINUTE for i in range(6)], SPREAD)
    assert row["claim"].startswith("6 of 6 members of known age were created within one hour from")
    assert row["inauthentic"]
    assert row["p"] < 1e-6


def test_a_wave_of_sign_ups_explains_it() -> None:
    wave = [START + 400 * DAY + i * MINUTE // 10 for i in range(100)]
    assert born(wave[::17], wave) == []


def test_days_without_hours_cannot_show_an_hour() -> None:
    (row,) = born([START // DAY * DAY] * 6, [t // DAY * DAY for t in SPREAD], precision=DAY)
    assert "within one day" in row["claim"]


def test_a_year_apart_is_no_burst() -> None:
    assert born([START + i * 365 * DAY for i in range(6)], SPREAD) == []
    assert born([START + i * 30 * HOUR for i in range(6)], SPREAD) == []


def handles(members: list[str], others: list[str], name: str = "") -> Any:
    rows = [{"account": h, "handle": h, "name": name} for h in members]
    rows += [{"account": h, "handle": h} for h in others]
    return names.measure(world({"n1": members}, account=rows))


ORDINARY = [f"{a}{b}x{i}" for a in "abcdefgh" for b in "pqrstuvw" for i in (4, 77, 123)]


def test_a_stem_with_numbers() -> None:
    found = claims(handles(["patriot_11", "patriot243", "Patriot_5", "patriot9"], ORDINARY))
    assert any("4 of 4 handles are “patriot” and a number" in claim for claim in found)


def test_what_a_platform_hands_out_is_no_pattern() -> None:
    default = [f"User{i}{i * 7919 % 10**6:06}" for i in range(10, 90)]
    assert claims(handles(default[:6], default[6:])) == []


def test_lookalikes() -> None:
    found = claims(handles(["chicagonews", "chicag0news", "chicagonewss", "unrelated"], ORDINARY))
    assert any(claim.startswith("3 of 4 handles look like another") for claim in found)
    assert alike_handles(["washington", "Washlngton", "ann", "anne"]) == [
        "Washlngton",
        "washington",
    ]


def test_one_handle_on_two_platforms_is_no_lookalike() -> None:
    rows = [
        {"account": f"{platform}{name}", "handle": name, "platform": platform}
        for platform in ("facebook", "twitter")
        for name in ("chicagonews", "bostonnews", "dallasnews")
    ]
    others = [{"account": name, "handle": name, "platform": "twitter"} for name in ORDINARY]
    members = [str(row["account"]) for row in rows]
    assert names.measure(world({"n1": members}, account=[*rows, *others])).num_rows == 0


@pytest.mark.parametrize(
    ("handle", "expected"),
    [("MariaSmith84731", "AaAa5"), ("maria_s", "a_a"), ("NATO2", "A1"), ("Élodie9", "Aa1")],
)
def test_shapes(handle: str, expected: str) -> None:
    assert shape(handle) == expected


def test_templates_in_words() -> None:
    row = {"handle": "Maria_Smith84", "name": "Maria Smith ❤"}
    assert templates(row) == {
        "of the shape Aa_Aa2",
        "the displayed name and 2 digits",
        "“maria_smith” and a number",
    }
    assert templates({"handle": "nytimes", "name": None}) == set()
    assert skeleton("Ｆоо_Ваr") == skeleton("FooBar") == skeleton("f00bar")


def profiles(members: list[str], others: list[str]) -> Any:
    rows = [{"account": f"m{i}", "bio": bio} for i, bio in enumerate(members)]
    rows += [{"account": f"o{i}", "bio": bio} for i, bio in enumerate(others)]
    networks = {"n1": [f"m{i}" for i in range(len(members))]}
    return bios.measure(world(networks, account=rows)).to_pylist()


DIFFERENT = [f"{chr(97 + i % 26) * 9} of {chr(97 + i // 26) * 9} and so on" for i in range(200)]


def test_copied_descriptions() -> None:
    (row,) = profiles([COPIED, COPIED.upper() + "!", COPIED + " too", "x y"], DIFFERENT)
    assert row["claim"].startswith("3 of 4 descriptions are nearly the same")
    assert row["inauthentic"]


def test_a_slogan_that_others_use_too() -> None:
    assert profiles([COPIED] * 4, [COPIED] * 20 + DIFFERENT[:30]) == []


def test_descriptions_that_name_one_organisation_are_open() -> None:
    (row,) = profiles([f"{COPIED} @Our_Party"] * 4, DIFFERENT)
    assert not row["inauthentic"]
    assert row["claim"].endswith("All of them name @our_party.")
    assert affiliation(["a @x", "b"]) is None
    assert affiliation(["Fox, see party.example.", "Owl: party.example"]) == "https://party.example"
    assert affiliation(["one e.g. two", "three e.g. four", "a.m. or 3.5"]) is None
