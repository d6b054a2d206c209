"""Packs for researchers: what they hold, whom they hide, and that nobody is named by accident."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_case import findings as case_of
from operation_case import operation

from unswarm.errors import InputError, SettingsError
from unswarm.exporters import release
from unswarm.findings import Findings
from unswarm.model import Verdict
from unswarm.record import Decision, Record
from unswarm.release import (
    leaks,
    people,
    protected,
    pseudonyms,
    read_opinions,
    verify,
)
from unswarm.release.finding import WORDS
from unswarm.release.masking import Masker
from unswarm.release.people import Person, pseudonym

KEY, SEED = "0b" * 32, "5e" * 32
OPTIONS = release.Options(key=KEY)
USERS = (
    "userid,user_display_name,user_screen_name,user_reported_location,user_profile_description,"
    "user_profile_url,follower_count,following_count,account_creation_date,account_language"
)
TWEETS = (
    f"tweetid,{USERS},tweet_language,tweet_text,tweet_time,tweet_client_name,in_reply_to_userid,"
    "in_reply_to_tweetid,quoted_tweet_tweetid,is_retweet,retweet_userid,retweet_tweetid,latitude,"
    "longitude,quote_count,reply_count,like_count,retweet_count,hashtags,urls,user_mentions,"
    "poll_choices"
)
START = 1_767_225_600_000
HIDDEN = {
    "account": "778899001122",
    "handle": "Patriot_Jane7",
    "name": "Jane Q. Loud",
    "followers": 12,
}
BIG = {"account": "555000111222", "handle": "BigVoice", "name": "Big Voice", "followers": 90_000}
OUTSIDER = {"account": "31337313373", "handle": "innocent_bob", "name": "Bob", "followers": 5}


def hashed(value: str, key: str = KEY) -> str:
    digest = hmac.new(bytes.fromhex(key), value.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def planted() -> Findings:
    """One network of two accounts; the small one's names stand in every place there is."""
    name = HIDDEN["handle"]
    text = (
        f"RT @{name}: hi PATRIOT_jane7! ask Jane q. LOUD (id 778899001122), x{name}x "
        f"https://x.com/{name.lower()}/status/1 %50atriot_Jane7 Jane&#32;Q. Loud "
        f"{base64.b64encode(b'778899001122').decode()} and @innocent_bob, @BigVoice @stranger99"
    )
    posts = [
        post(
            "1001", BIG, text=text, kind="repost", target_post="1002", target_account="778899001122"
        ),
        post("1002", HIDDEN, text="plain", kind="original"),
        post("1003", BIG, text="no", kind="reply", target_post="9", target_account="31337313373"),
        post("778899001122_5", HIDDEN, text="=cmd|'/C calc'!A0", kind="original"),
    ]
    of = {key: posts[0][key] for key in ("account", "time", "precision", "post", "kind")}
    return case_of(
        {
            "account": [
                HIDDEN | {"bio": f"I am {name}", "website": f"x.com/{name}", "created": START},
                BIG | {"bio": f"friend of @{name} and Jane Q. Loud", "created": START},
                OUTSIDER,
            ],
            "post": posts,
            "mention": [of | {"target": t} for t in ("patriot_jane7", "31337313373", "BigVoice")],
            "link": [of | {"url": f"https://t.co/{name}?u=%40patriot%5Fjane7", "domain": "t.co"}],
            "hashtag": [of | {"hashtag": "patriot_jane7", "position": 0}],
            "media": [of | {"media": f"{name}-photo.jpg"}],
            "network": [network("n1")],
            "membership": [
                {"network": "n1", "account": a["account"], "probability": 0.99}
                for a in (HIDDEN, BIG)
            ],
        },
        {"settings": {"q": 0.01}, "versions": {"unswarm": "0.1.0"}, "signals": ["links"]},
    )  # fmt: skip


def post(name: str, by: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"post": name, "account": by["account"], "time": START, "precision": 1_000, **more}


def network(name: str, tier: str = "confirmed") -> dict[str, Any]:
    return {"network": name, "tier": tier, "first": START, "last": START + 86_400_000}


def packed(case: Findings, folder: Path, **options: Any) -> Path:
    path = folder / "pack.zip"
    release.export(case, path, replace(OPTIONS, **options))
    return path


def files(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name).decode() for name in pack.namelist()}


def rows(path: Path, part: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files(path)[f"release_{part}_csv_hashed.csv"])))


def test_has_the_columns_of_the_archive(tmp_path: Path) -> None:
    said = files(packed(operation(), tmp_path))
    for part, columns in (("users", USERS), ("tweets", TWEETS)):
        head = said[f"release_{part}_csv_hashed.csv"].splitlines()[0]
        assert head == ",".join(f'"{name}"' for name in columns.split(","))
    assert len(USERS.split(",")) == 10 and len(TWEETS.split(",")) == 31
    assert all(f"* {column} (" in said["README.md"] for column in TWEETS.split(","))


def test_holds_only_accounts_of_findings(tmp_path: Path) -> None:
    case = operation()
    back = pseudonyms(case, KEY)
    shown = {back[row["userid"]] for row in rows(packed(case, tmp_path), "users")}
    unsure = {"a003", "a015"}  # below the probability from which an account is named
    assert shown == ({f"a{n:03}" for n in range(37)} | {"x100", "x101", "x102"}) - unsure


def test_leaves_out_networks_that_a_person_cleared(tmp_path: Path) -> None:
    said = Decision(
        "d-0001", "network", "n2", Verdict.AUTHENTIC, "", "a newsroom", (), "ann", "", "", "", ()
    )  # fmt: skip
    case = replace(operation(), record=Record(decisions={said.id: said}))
    assert len(rows(packed(case, tmp_path), "users")) == 11


def test_hides_accounts_with_few_or_unknown_followers(tmp_path: Path) -> None:
    case = operation()
    users = {row["userid"]: row for row in rows(packed(case, tmp_path), "users")}
    for account in case.query("SELECT * FROM account JOIN released USING (account)"):
        hidden = account["followers"] is None or account["followers"] < 5_000
        row = users[hashed(account["account"]) if hidden else account["account"]]
        if hidden:
            assert row["user_display_name"] == row["user_screen_name"] == row["userid"]


def test_no_name_survives_wherever_it_was_planted(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path)
    everything = "\n".join(files(path).values()).casefold()
    for name in ("patriot_jane7", "jane q. loud", "jane&#32;q", "%50atriot", "778899001122"):
        assert name not in everything
    assert base64.b64encode(b"778899001122").decode().casefold() not in everything
    assert "innocent_bob" not in everything and "stranger99" not in everything
    assert "@bigvoice" in everything


def test_puts_the_pseudonym_in_place_of_every_name(tmp_path: Path) -> None:
    path, jane = packed(planted(), tmp_path), hashed("778899001122")
    tweet = next(row for row in rows(path, "tweets") if row["tweetid"] == "1001")
    assert tweet["userid"] == "555000111222" and tweet["is_retweet"] == "True"
    assert tweet["retweet_userid"] == jane and tweet["retweet_tweetid"] == "1002"
    assert tweet["tweet_text"].startswith(
        f"RT @{jane}: hi {jane}! ask {jane} (id {jane}), x{jane}x"
    )
    assert tweet["hashtags"] == str([jane]) and tweet["tweet_time"] == "2026-01-01 00:00"
    bob = hashed("31337313373")
    assert Counter(eval(tweet["user_mentions"])) == Counter([jane, bob, "555000111222"])
    assert f"@{bob}" in tweet["tweet_text"] and tweet["latitude"] == "absent"
    reply = next(row for row in rows(path, "tweets") if row["tweetid"] == "1003")
    assert reply["in_reply_to_userid"] == bob and reply["in_reply_to_tweetid"] == "9"


def test_outsiders_can_be_kept(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path, third_parties="keep")
    tweet = rows(path, "tweets")[0]
    assert "@innocent_bob" in tweet["tweet_text"] and "@stranger99" in tweet["tweet_text"]
    assert not leaks(path, protected(people(planted(), bytes.fromhex(KEY))))


def test_media_names_are_hashed_and_formulas_are_text(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path)
    listed = files(path)["release_media_file_list_hashed.txt"]
    assert listed == f"1001-{hashed('media Patriot_Jane7-photo.jpg')}\n"
    assert "'=cmd|'/C calc'!A0" in {row["tweet_text"] for row in rows(path, "tweets")}


def test_ids_only(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path, ids_only=True)
    assert [list(row) for row in rows(path, "users")] == [["userid"]] * 2
    assert {row["userid"] for row in rows(path, "users")} == {
        hashed("778899001122"),
        "555000111222",
    }
    assert [tuple(row.values()) for row in rows(path, "tweets")] == [
        ("1001", "555000111222"),
        ("1003", "555000111222"),
    ]
    assert not any("media_file" in name for name in files(path))


@pytest.mark.parametrize("k", [2, 5, 20])
def test_no_rare_combination_remains(tmp_path: Path, k: int) -> None:
    path = packed(operation(), tmp_path, k=k)
    keys = ("account_creation_date", "account_language", "user_reported_location", "follower_count")
    hidden = [row for row in rows(path, "users") if len(row["userid"]) == 44]
    classes = Counter(tuple(row[key] for key in keys) for row in hidden)
    assert hidden and all(n >= k or not any(cells) for cells, n in classes.items())
    assert "creation day to the month" in files(path)["README.md"]


def test_is_the_same_bytes_twice(tmp_path: Path) -> None:
    once = packed(operation(), tmp_path, signing_key=SEED).read_bytes()
    assert packed(operation(), tmp_path, signing_key=SEED).read_bytes() == once
    assert [entry.name for entry in tmp_path.iterdir()] == ["pack.zip"]


def test_another_key_gives_other_pseudonyms(tmp_path: Path) -> None:
    one = {row["userid"] for row in rows(packed(planted(), tmp_path), "users")}
    other = {row["userid"] for row in rows(packed(planted(), tmp_path, key="0c" * 32), "users")}
    assert one & other == {"555000111222"}


def test_the_signature_verifies(tmp_path: Path) -> None:
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    path = packed(planted(), tmp_path, signing_key=SEED)
    said = files(path)
    own = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED)).public_key()
    own.verify(bytes.fromhex(said["SIGNATURE"].strip()), said["MANIFEST.sha256"].encode())
    assert said["PUBLIC_KEY"].strip() == own.public_bytes_raw().hex()
    assert verify(path) == verify(path, said["PUBLIC_KEY"]) == []
    assert verify(path, "00" * 32) == ["the pack is signed with another key"]


def test_an_unsigned_pack_says_so(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path)
    assert "unsigned" in files(path)["README.md"] and "SIGNATURE" not in files(path)
    assert verify(path) == [] and verify(path, "00" * 32) == ["the pack is not signed"]


def rewritten(path: Path, **changed: str | None) -> Path:
    said: dict[str, str | None] = {**files(path), **changed}
    with zipfile.ZipFile(path, "w") as pack:
        for name, text in said.items():
            if text is not None:
                pack.writestr(name, text)
    return path


@pytest.mark.parametrize("name", ["README.md", "release_users_csv_hashed.csv", "extra.txt"])
def test_a_tampered_pack_is_seen(tmp_path: Path, name: str) -> None:
    path = packed(planted(), tmp_path, signing_key=SEED)
    assert verify(rewritten(path, **{name: "something else"}))


def test_a_rewritten_manifest_is_seen(tmp_path: Path) -> None:
    path = packed(planted(), tmp_path, signing_key=SEED)
    text = "something else"
    manifest = files(path)["MANIFEST.sha256"].splitlines()
    line = f"{hashlib.sha256(text.encode()).hexdigest()}  README.md"
    manifest = [line if old.endswith("README.md") else old for old in manifest]
    rewritten(path, **{"README.md": text, "MANIFEST.sha256": "\n".join(manifest) + "\n"})
    assert verify(path) == ["the signature is false"]
    assert verify(rewritten(path, SIGNATURE=None)) == ["the signature is not whole"]
    path.write_bytes(path.read_bytes()[:200])
    assert verify(path)


@pytest.mark.parametrize(
    "form",
    ["PATRIOT_JANE7", "%70atriot_jane7", "Jane&#x20;Q. Loud", "778899001122",
     base64.b64encode(b"778899001122").decode(), "xx%2550atriot_Jane7xx"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["README.md", "release_tweets_csv_hashed.csv", "notes.txt"])
def test_a_leak_is_found_in_any_file_and_form(tmp_path: Path, form: str, name: str) -> None:
    path, case = packed(planted(), tmp_path), planted()
    hidden = protected(people(case, bytes.fromhex(KEY)))
    assert leaks(path, hidden) == []
    rewritten(path, **{name: files(path).get(name, "") + f'"so {form} says"\n'})
    assert [(leak.file, leak.account) for leak in leaks(path, hidden)] == [(name, "778899001122")]


@pytest.mark.parametrize(
    "options",
    [{"key": ""}, {"key": "xyz"}, {"key": "00"}, {"signing_key": "00"}, {"embargo": "soon"},
     {"embargo": "2026-13-01"}, {"embargo": "2026-01-01"}, {"third_parties": "drop"}, {"k": 0},
     {"name": "../up"}, {"threshold": -1}],
)  # fmt: skip
def test_refuses_what_makes_no_release(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="Hint"):
        packed(planted(), tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_the_embargo_is_printed(tmp_path: Path) -> None:
    said = files(packed(planted(), tmp_path, embargo="2026-01-02"))
    assert "publish nothing of it before 2026-01-02" in said["README.md"]


def test_a_case_without_findings_has_a_pack(tmp_path: Path) -> None:
    path = packed(case_of({}), tmp_path)
    assert rows(path, "users") == rows(path, "tweets") == [] and verify(path) == []


def masker(*accounts: dict[str, Any], outsiders: str = "keep") -> Masker:
    key = bytes.fromhex(KEY)
    found = [Person(a["account"], pseudonym(key, a["account"]), True, a) for a in accounts]
    return Masker(found, key, outsiders, {})


def test_short_names_and_common_words_count_only_by_themselves() -> None:
    mask = masker({"account": "9001", "handle": "al"}, {"account": "9002", "name": "News"})
    text = "Always: @AL said newspapers and the news 190012"
    one, two = hashed("9001"), hashed("9002")
    assert mask.text(text) == f"Always: @{one} said newspapers and the {two} 190012"


def test_the_longest_name_counts() -> None:
    mask = masker({"account": "9001", "handle": "anna"}, {"account": "9002", "handle": "annabel_k"})
    assert mask.text("@annabel_k @anna") == f"@{hashed('9002')} @{hashed('9001')}"


HANDLES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGH_", min_size=5, max_size=15)
FORMS = st.sampled_from((str, str.upper, str.lower, str.swapcase, lambda s: f"@{s}",
                         lambda s: "".join(f"%{ord(c):02x}" for c in s),
                         lambda s: "".join(f"&#{ord(c)};" for c in s)))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(HANDLES, min_size=1, max_size=6, unique_by=str.casefold),
    st.data(),
    st.sampled_from(("hash", "keep")),
)
def test_random_names_in_random_text_never_survive(
    handles: list[str], data: st.DataObject, outsiders: str
) -> None:
    mask = masker(*({"account": f"77000{n}", "handle": h} for n, h in enumerate(handles)),
                  outsiders=outsiders)  # fmt: skip
    texts = data.draw(st.lists(st.text(max_size=20), min_size=2, max_size=8))
    chosen = data.draw(st.lists(st.sampled_from(handles), min_size=1, max_size=7))
    text = "".join(f"{t}{data.draw(FORMS)(h)}" for t, h in zip(texts, chosen * 8, strict=False))
    bare = mask.text(text)
    for person in pseudonyms_in(bare):
        bare = bare.replace(person, "\0")
    folded = bare.casefold()
    assert not [h for h in handles if h.casefold() in folded and h.casefold() not in WORDS]


def pseudonyms_in(text: str) -> set[str]:
    return {hashed(f"77000{n}") for n in range(6)}


def test_reads_opinions_back(tmp_path: Path) -> None:
    path = tmp_path / "opinions.csv"
    jane = hashed("778899001122")
    path.write_text(
        "account,label,note,source\n"
        f"{jane},inauthentic,copied photos,Lab A\n@bigvoice,authentic,,Lab A\n"
        "nobody,authentic,?,Lab A\n555000111222,,no label,Lab B\n,x,y,z\n",
        "utf-8",
    )
    read = read_opinions(path, pseudonyms(planted(), KEY))
    assert [(o.account, o.label, o.note, o.source) for o in read.opinions] == [
        ("778899001122", "inauthentic", "copied photos", "Lab A"),
        ("555000111222", "authentic", "", "Lab A"),
    ]
    assert [(r.line, r.reason) for r in read.rejected] == [
        (4, "no account of this case"), (5, "has no label"), (6, "names no account"),
    ]  # fmt: skip


def test_refuses_opinions_without_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "opinions.csv"
    path.write_text("who,what\n", "utf-8")
    with pytest.raises(InputError, match="account"):
        read_opinions(path, {})
