"""Indicators that others published are read in every form, and nothing of them is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stand_in
from unswarm.errors import InputError
from unswarm.indicators import Account, defang, fingerprints_of, read_indicators, refang

DATA = Path(__file__).parent / "data" / "meta_indicators"
PUBLISHED = sorted([*DATA.glob("*.csv"), *DATA.glob("*.tsv")])


def read(tmp_path: Path, text: str, name: str = "said.csv"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_indicators(path)


# --- published files


@pytest.mark.parametrize(
    ("name", "sites", "accounts"),
    [
        ("typed_2020.csv", 3, 0),
        ("chain_2023.csv", 3, 5),
        ("chain_2023.tsv", 5, 4),
        ("chain_2024.csv", 0, 1),
        ("chain_2026.csv", 2, 0),
    ],
)
def test_every_variant_of_the_header_is_read(name: str, sites: int, accounts: int) -> None:
    found = read_indicators(DATA / name)
    assert (len(found.domains), len(found.accounts)) == (sites, accounts)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_every_row_is_somewhere(path: Path) -> None:
    found = read_indicators(path)
    lines = [line for line in path.read_text("utf-8").splitlines()[1:] if line.strip(",\t ")]
    kept = [*found.domains, *found.urls, *found.accounts, *found.rejected]
    assert len(kept) + len({each.line for each in found.other}) >= len(lines)


def test_counts_and_prose_are_no_indicators() -> None:
    other = read_indicators(DATA / "chain_2024.csv").other
    assert "1326 accounts" in {each.text for each in other}


@pytest.mark.parametrize("fifth", ["Notes", "Note", "Comments", "Commernts", ""])
@pytest.mark.parametrize("first", ["Tactic", "Tactic ", "\ufeffTactic", ""])
def test_slips_of_the_header_change_nothing(tmp_path: Path, first: str, fifth: str) -> None:
    head = f"{first},Technique,Procedure,Indicator,{fifth}"
    row = "0. Acquiring assets,0.6 Acquiring domains,0.6.2 x,a[.]example,seen there"
    found = read(tmp_path, f"{head}\n{row}\n,,,,\n")
    assert found.domains == ["a.example"]
    assert "seen there" in [each.text for each in found.other]


def test_what_is_aimed_at_others_is_not_looked_for(tmp_path: Path) -> None:
    row = "7. Targeted engagement,7.3 x,7.3.3 Commenting on specific posts,paper[.]example\n"
    found = read(tmp_path, f"Tactic,Technique,Procedure,Indicator\n{row}")
    assert found.domains == []
    assert [(each.kind, each.text) for each in found.other] == [
        ("site of others", "paper[.]example")
    ]


def test_a_row_without_an_indicator_is_rejected_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "indicator_type,indicator_value,comment,ds\ndomain_name,,x,2020\n")
    assert [(each.line, each.reason) for each in found.rejected] == [(2, "it names no indicator")]


@pytest.mark.parametrize("text", ["", "name,age\nann,3\n", "{", '"x"'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, text)


# --- STIX


def test_observables_and_patterns_of_stix_are_read(tmp_path: Path) -> None:
    pattern = "[domain-name:value = 'c.example' OR user-account:user_id = '9']"
    objects = [
        {"type": "domain-name", "value": "a.example"},
        {"type": "user-account", "account_type": "twitter", "account_login": "@ann"},
        {"type": "indicator", "pattern_type": "stix", "pattern": pattern},
        {"type": "indicator", "pattern_type": "stix", "pattern": "[a:b LIKE 'c']"},
        {"type": "campaign", "name": "x"},
    ]
    found = read(tmp_path, json.dumps({"type": "bundle", "objects": objects}), "b.json")
    assert found.domains == ["a.example", "c.example"]
    assert found.accounts == [Account("twitter", "ann"), Account("", id="9")]
    assert len(found.rejected) == 1


# --- fangs

HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]\.(example|com|org)", fullmatch=True)


@given(HOSTS, st.sampled_from(["", "https://", "http://"]), st.sampled_from(["", "/a", "/a?b=1"]))
def test_what_was_defanged_comes_back(host: str, scheme: str, rest: str) -> None:
    text = f"{scheme}{host}{rest if scheme else ''}"
    dull = defang(text)
    assert refang(dull) == text
    assert host not in dull
    assert "http" not in dull


@pytest.mark.parametrize(
    "said",
    [
        *("hxxp://a[.]example", "hXXp://a.example", "http[:]//a[.]example", "h**p://a[dot]example"),
        *("http://a(.)example", "http://a{.}example", "http[://]a.example", "hxxp://a [.] example"),
    ],
)
def test_every_way_to_defang_is_undone(said: str) -> None:
    assert refang(said).casefold() == "http://a.example"


# --- to look for


def test_sites_of_hosts_and_platforms_are_nobodys_own(tmp_path: Path) -> None:
    rows = "\n".join(f"domain_name,{d}" for d in ("own.example", "facebook.com", "bit.ly"))
    found = read(tmp_path, f"indicator_type,indicator_value\n{rows}\n")
    (made,) = fingerprints_of(found, "them")
    assert made.owned["destinations"] == {"own.example"}


def test_nothing_to_look_for_is_no_fingerprint(tmp_path: Path) -> None:
    found = read(tmp_path, "indicator_type,indicator_value\nsha256,ab\n")
    assert fingerprints_of(found, "them") == []


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    return stand_in.detected(tmp_path, monkeypatch)


def test_a_case_is_searched_for_what_others_published(case, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("indicator_type,indicator_value\ndomain_name,news.com\n")
    (found,) = case.expand(recidivism=[path])
    assert found.folder.name == "expand-published-of-theirs.csv"
    named = found.findings.query("SELECT account FROM linked WHERE probability > 0")
    assert len(named) == 0  # a site alone names nobody


def test_a_file_without_sites_or_accounts_says_so(case, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("indicator_type,indicator_value\nsha256,ab\n")
    with pytest.raises(InputError, match="no site and no account"):
        case.expand(recidivism=[path])
