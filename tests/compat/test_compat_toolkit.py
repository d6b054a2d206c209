"""The toolkit's networks: what it made of one file, and a slow reading of its definition.

`data/toolkit` holds a random file and the edges that version 1.5.2 made of it (window 2 s, one
message, similarity 0.6, self-loops in); `bench/toolkit_parity.py` compares many more.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm.compat.toolkit import COLUMNS, KEYED, Options, messages, normalised, tokens, toolkit
from unswarm.errors import CaseError, InputError, SettingsError

DATA = Path(__file__).parent / "data" / "toolkit"


def edges_of(source: Path, options: Options) -> dict[tuple[str, str], int]:
    found = toolkit(messages([source]), options)["edges"].to_pylist()
    assert all(row["edge_type"] == options.network for row in found)
    return {(row["source"], row["target"]): row["weight"] for row in found}


@pytest.mark.parametrize("network", KEYED)
def test_each_network_is_the_one_the_toolkit_made(network: str) -> None:
    with (DATA / f"{network}.csv").open(encoding="utf-8", newline="") as file:
        theirs = {(r["source"], r["target"]): int(r["weight"]) for r in csv.DictReader(file)}
    asked = Options(network, 2, 1, 0.6, 1, include_self_loops=True)
    assert edges_of(DATA / "messages.csv", asked) == theirs
    without = Options(network, 2, 1, 0.6, 1)
    assert edges_of(DATA / "messages.csv", without) == {
        e: w for e, w in theirs.items() if e[0] != e[1]
    }


rows = st.lists(
    st.tuples(
        st.sampled_from([f"m{n}" for n in range(12)]),
        st.sampled_from(["u1", "u2", "u3"]),
        st.sampled_from(["", "p1", "p2"]),
        st.sampled_from(["", "r1"]),
        st.sampled_from(["hello you", "Hello  YOU", "@bob", ""]),
        st.integers(0, 16).map(lambda half: half / 2),
        st.sampled_from(["", "a.example", "a.example b.example"]),
    ),
    max_size=20,
)


def written(folder: Path, given_rows: list) -> Path:
    path = folder / "messages.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for message, user, repost, reply, text, time, urls in given_rows:
            writer.writerow([message, user, user, repost, reply, text, time, urls])
    return path


def slow(given_rows: list, network: str, window: float, least: int, fix: bool) -> dict:
    """Every two messages compared."""
    first = {}
    for row in given_rows:
        first.setdefault(row[0], row)
    found = defaultdict(set)
    events = list(_events(given_rows, list(first.values()), network))
    for message, user, time, key in events:
        for other, partner, moment, same in events:
            joined = key == same and abs(moment - time) <= window
            if joined and not (fix and (message == other or key == "")):
                found[user, partner].add(message)
    return {e: len(m) for e, m in found.items() if len(m) >= least and e[0] != e[1]}


def _events(given_rows: list, kept: list, network: str):
    if network == "co_link":
        seen = set()
        for message, user, repost, _, _, time, urls in given_rows:
            for url in urls.split(" ") if not repost else ():
                if (message, url) not in seen:
                    seen.add((message, url))
                    yield message, user, time, url
        return
    for message, user, repost, reply, text, time, _ in kept:
        if network == "co_retweet" and repost:
            yield message, user, time, repost
        elif network == "co_reply" and reply and not repost:
            yield message, user, time, reply
        elif network == "co_tweet" and not repost:
            yield message, user, time, normalised(text)
        elif network == "co_post":
            yield message, user, time, "any"


@settings(max_examples=60, deadline=None)
@given(
    rows,
    st.sampled_from(["co_retweet", "co_reply", "co_link", "co_tweet", "co_post"]),
    st.sampled_from([0, 1, 3]),
    st.integers(1, 2),
    st.booleans(),
)
def test_networks_follow_the_definition(tmp_path_factory, given_rows, network, window, least, fix):
    source = written(tmp_path_factory.mktemp("toolkit"), given_rows)
    found = edges_of(source, Options(network, window, least, fix=fix))
    assert found == slow(given_rows, network, window, least, fix)


def test_posts_without_a_url_are_linked_until_mended(tmp_path: Path) -> None:
    plain = [("m1", "u1", "", "", "hi", 0, ""), ("m2", "u2", "", "", "ho", 1, "")]
    source = written(tmp_path, plain)
    assert edges_of(source, Options("co_link", 1, 1)) == {("u1", "u2"): 1, ("u2", "u1"): 1}
    assert edges_of(source, Options("co_link", 1, 1, fix=True)) == {}


MENTIONS = [("m1", "u1", "", "", "@a", 0, ""), ("m2", "u2", "", "", "@b", 0, "")]


def test_messages_of_mentions_are_alike_until_mended(tmp_path: Path) -> None:
    source = written(
        tmp_path, [("m1", "u1", "", "", "@a", 0, ""), ("m2", "u2", "", "", "@b", 0, "")]
    )
    assert edges_of(source, Options("co_tweet", 1, 1)) == {("u1", "u2"): 1, ("u2", "u1"): 1}
    assert edges_of(source, Options("co_tweet", 1, 1, fix=True)) == {}


def test_texts_without_a_word_fail_as_there_until_mended(tmp_path: Path) -> None:
    source = written(
        tmp_path, [("m1", "u1", "", "", "@a", 0, ""), ("m2", "u2", "", "", "@b", 0, "")]
    )
    asked = {"network": "co_similar_tweet", "min_document_size_similarity": 0, "min_edge_weight": 1}
    with pytest.raises(
        CaseError, match=r"The peer fails on texts without a word here. Hint: --fix"
    ):
        edges_of(source, Options(**asked))
    assert edges_of(source, Options(**asked, fix=True)) == {}


def test_words_are_cut_at_unicodes_boundaries() -> None:
    pytest.importorskip("regex", reason="the extra compat is absent")
    assert tokens("Hello, hello @bob wörld") == ", hello wörld"


def test_a_wrong_file_and_a_wrong_network_are_named(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("message_id,user_id\nm1,u1\n")
    with pytest.raises(InputError, match=r"few.csv: .*it has a header and the columns message_id"):
        messages([path])
    with pytest.raises(SettingsError, match=r"Unknown network 'co_retwet'. Hint: did you mean"):
        toolkit(messages([DATA / "messages.csv"]), Options("co_retwet"))
