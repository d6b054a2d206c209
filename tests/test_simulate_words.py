import numpy as np
import pytest

from unswarm.errors import SettingsError
from unswarm.model import DAY, EVENTS, HOUR
from unswarm.simulate import ORGANIC, WORDS, copy_group, word_events, words
from unswarm.simulate.words import HEAVY, ORDINARY
from unswarm.simulate.worlds import START

ARRAYS = ("account", "text", "time", "linked", "tagged", "community", "habit", "label")


def small(name="everything", seed=1, accounts=600, days=7):
    return words(name, seed, accounts=accounts, days=days)


def copied(data):
    """Per post, whether another account wrote the same."""
    pairs = np.unique(np.c_[data.text, data.account], axis=0)
    texts, writers = np.unique(pairs[:, 0], return_counts=True)
    return writers[np.searchsorted(texts, data.text)] > 1


@pytest.mark.parametrize("name", WORDS)
def test_a_seed_gives_the_same_world_again_and_another_seed_another(name):
    first, again, other = small(name), small(name), small(name, seed=2)
    assert all(getattr(first, a).tobytes() == getattr(again, a).tobytes() for a in ARRAYS)
    assert first.text.tobytes() != other.text.tobytes()


@pytest.mark.parametrize("name", WORDS)
def test_posts_are_sorted_and_lie_within_the_collection(name):
    data = small(name)
    assert (np.diff(data.time) >= 0).all()
    assert data.time.min() >= START and data.time.max() < START + 7 * DAY
    assert (data.label == ORGANIC).all()


@pytest.mark.parametrize("name", WORDS)
def test_most_accounts_write_their_own_words(name):
    data = small(name)
    share = np.bincount(data.account, copied(data), data.accounts) / data.activity
    assert np.median(share) < 0.06
    heavy = data.habit != ORDINARY
    assert set(data.habit[heavy]) <= set(HEAVY.values())
    if {"headlines", "sayings", "verses"} & set(WORDS[name].copied):
        assert share[heavy].mean() > 3 * share[~heavy].mean()


def test_links_go_with_headlines_and_hashtags_with_slogans():
    assert small("headlines").linked.any() and not small("headlines without links").linked.any()
    assert small("slogans").tagged.any() and not small("sayings").tagged.any()


def test_tables_have_the_shapes_of_the_model_and_equal_texts_are_equal():
    data = small()
    tables = dict(word_events(data))
    assert all(table.schema == EVENTS[name].schema for name, table in tables.items())
    texts = np.array(tables["post"]["text"].to_pylist())
    assert len(np.unique(texts)) == len(np.unique(data.text))
    assert 5 <= min(text.count(" ") + 1 for text in texts) <= 20
    assert len(tables["link"]) == data.linked.sum() and len(tables["hashtag"]) == data.tagged.sum()


def test_a_group_copies_its_own_list_within_hours_beside_its_own_words():
    before = small("ordinary")
    data = copy_group(before, accounts=10, texts=20, share=0.5, hours=6)
    members = np.flatnonzero(data.label != ORGANIC)
    assert len(members) == 10 and len(data) > len(before)
    listed = ~np.isin(data.text, before.text)
    assert set(data.account[listed]) <= set(members)
    for text in np.unique(data.text[listed]):
        assert np.ptp(data.time[data.text == text]) <= 6 * HOUR


def test_groups_do_not_share_members_and_must_fit():
    data = copy_group(copy_group(small("ordinary"), 10), 10)
    assert np.bincount(data.label[data.label != ORGANIC]).tolist() == [10, 10]
    with pytest.raises(SettingsError, match="does not fit"):
        copy_group(data, accounts=601)


def test_unknown_worlds_and_sizes_are_refused():
    with pytest.raises(SettingsError, match="sayings"):
        words("saying", 1)
    with pytest.raises(SettingsError):
        words("ordinary", 1, accounts=3)
