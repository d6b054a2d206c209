from operator import itemgetter

import numpy as np
import pyarrow.csv
import pytest

from unswarm.engines import open_engine
from unswarm.errors import InputError, SettingsError
from unswarm.model import EVENTS, HOUR, MINUTE, SECOND, TRACE
from unswarm.readers import Source, tables
from unswarm.signals import links, reposts
from unswarm.simulate import (
    ORGANIC,
    WORLDS,
    Group,
    World,
    account_id,
    account_number,
    coarsen,
    events,
    feed,
    only_members,
    plant,
    sample,
    simulate,
    some_groups,
    storm,
    thin,
    traces,
    world,
    write,
)
from unswarm.simulate.worlds import START

ARRAYS = ("account", "object", "time", "reaction", "source", "born", "community", "label")


def small(name="everything", seed=1, **sizes):
    return world(name, seed, **{"accounts": 600, "objects": 3000, "days": 10, **sizes})


@pytest.fixture(scope="module")
def organic():
    return small()


def close_share(data: World, window_s: float) -> float:
    """Share of neighbouring shares of one object that lie within the window."""
    same = data.object[1:] == data.object[:-1]
    return float((np.diff(data.time)[same] <= window_s * SECOND).mean())


# ------------------------------------------------------------------ worlds


@pytest.mark.parametrize("name", WORLDS)
def test_a_seed_gives_the_same_world_again_and_another_seed_another(name):
    first, again, other = small(name), small(name), small(name, seed=2)
    assert all(getattr(first, a).tobytes() == getattr(again, a).tobytes() for a in ARRAYS)
    assert first.time.tobytes() != other.time.tobytes()


@pytest.mark.parametrize("name", WORLDS)
def test_events_lie_between_birth_and_end_once_per_account_and_object(name):
    data = small(name)
    assert (data.time >= data.born[data.object]).all()
    assert data.time.min() >= START and data.time.max() < data.end
    assert (data.time % SECOND == 0).all()
    assert len(np.unique(data.account * data.objects + data.object)) == len(data)


@pytest.mark.parametrize("name", WORLDS)
def test_nobody_is_coordinated_in_an_organic_world(name):
    assert (small(name).label == ORGANIC).all()


def test_events_are_sorted_by_object_then_time(organic):
    order = np.lexsort((organic.account, organic.time, organic.object))
    assert (order == np.arange(len(organic))).all()


def test_activity_and_popularity_are_heavy_tailed():
    data = world("sessions", 3)
    for counts in (data.activity, data.popularity):
        assert counts.max() > 30 * np.median(counts[counts > 0])
    assert 170_000 < len(data) < 210_000


def test_most_shares_of_a_community_object_stay_in_the_community():
    closed, mixed = small(homophily=0.95), small(homophily=0.0)

    def at_home(data):
        communities = data.community[data.account]
        pairs = data.object[1:] == data.object[:-1]
        return (communities[1:] == communities[:-1])[pairs].mean()

    assert at_home(closed) > 3 * at_home(mixed)


def test_sessions_loosen_and_notifications_tighten_timing():
    independent, sessions, fandom = (world(n, 1) for n in ("independent", "sessions", "fandom"))
    assert close_share(independent, 10) > close_share(sessions, 10)
    assert close_share(fandom, 10) > close_share(sessions, 10)


def test_schedulers_post_on_the_quarter_hour():
    def on_the_quarter(name):
        return ((small(name).time // SECOND) % 900 < 8).mean()

    assert on_the_quarter("schedulers") > 3 * on_the_quarter("sessions")


def test_habits_bring_accounts_back_at_the_same_minutes():
    def spread(name):
        data = world(name, 1, accounts=200, objects=3000)
        busiest = data.time[data.account == data.activity.argmax()]
        return len(np.unique(busiest % (24 * HOUR) // (10 * MINUTE)))

    assert spread("habits") < spread("independent")


@pytest.mark.parametrize("wrong", [{"accounts": 0}, {"days": 2}, {"communities": 0}])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(SettingsError):
        small(**wrong)


def test_an_unknown_world_suggests_a_known_one():
    with pytest.raises(SettingsError, match="did you mean 'fandom'"):
        small("fandoms")


# ------------------------------------------------------------------ groups


def members_of(data, group):
    return np.flatnonzero(data.label == group)


def own_links(before, after):
    """Objects that planting added."""
    return np.arange(before.objects, after.objects)


def test_groups_have_the_size_and_the_camouflage_asked_for(organic):
    data = plant(organic, [Group(5, 10), Group(12, 6)])
    assert [len(members_of(data, group)) for group in (0, 1)] == [5, 12]
    activity = organic.activity[data.label != ORGANIC]
    assert activity.min() >= 8 and activity.max() <= 80


def test_planting_is_seeded_and_leaves_the_world_alone(organic):
    before = organic.time.copy()
    first, again = (plant(organic, [Group(5, 10)], seed=3) for _ in range(2))
    assert all(getattr(first, a).tobytes() == getattr(again, a).tobytes() for a in ARRAYS)
    assert (organic.time == before).all() and (organic.label == ORGANIC).all()
    assert first.label.tobytes() != plant(organic, [Group(5, 10)], seed=4).label.tobytes()


@pytest.mark.parametrize("spread_s", [10, 300])
def test_exclusive_groups_push_links_of_their_own_within_the_spread(organic, spread_s):
    group = Group(10, 20, participation=1, spread_s=spread_s, mode="exclusive", outsiders=0)
    data = plant(organic, [group])
    links_ = own_links(organic, data)
    assert len(links_) == 20 and not data.reaction[links_].any()
    for link in links_:
        acted = data.object == link
        assert sorted(data.account[acted]) == members_of(data, 0).tolist()
        assert np.ptp(data.time[acted]) <= spread_s * SECOND


def test_outsiders_pick_up_some_exclusive_links(organic):
    data = plant(organic, [Group(10, 40, mode="exclusive", outsiders=2)])
    acted = np.isin(data.object, own_links(organic, data))
    outsiders = (data.label[data.account[acted]] == ORGANIC).sum()
    assert 40 < outsiders < 120


def test_participation_is_the_share_of_members_who_join(organic):
    data = plant(organic, [Group(20, 40, participation=0.7, mode="exclusive", outsiders=0)])
    acted = np.isin(data.object, own_links(organic, data))
    assert 0.6 < acted.sum() / (20 * 40) < 0.8


def test_viral_groups_join_objects_that_others_share(organic):
    data = plant(organic, [Group(10, 12, participation=1, mode="viral")])
    assert data.objects == organic.objects
    theirs = np.isin(data.account, members_of(data, 0))
    crowds = np.bincount(data.object, theirs, data.objects)
    joined = np.flatnonzero(crowds == 10)
    assert len(joined) == 12
    assert (organic.popularity[joined] >= 15).all()


def test_mixed_groups_take_turns(organic):
    data = plant(organic, [Group(10, 11, mode="mixed")])
    assert len(own_links(organic, data)) == 5


def test_fast_groups_act_right_after_the_post(organic):
    group = Group(10, 8, participation=1, fast=True)
    data = plant(organic, [group])
    theirs = np.isin(data.account, members_of(data, 0))
    joined = np.flatnonzero(np.bincount(data.object, theirs, data.objects) == 10)
    acted = theirs & np.isin(data.object, joined)
    delay = (data.time - data.born[data.object])[acted]
    assert delay.min() >= 5 * SECOND and delay.max() <= 65 * SECOND


def test_planted_worlds_keep_the_promises_of_worlds(organic):
    data = plant(organic, some_groups(4))
    assert [len(members_of(data, g)) for g in range(4)] == [10, 20, 5, 50]
    assert len(np.unique(data.account * data.objects + data.object)) == len(data)
    assert (data.time >= data.born[data.object]).all() and data.time.max() < data.end
    assert len(data.born) == len(data.source) == len(data.reaction)


def test_groups_are_numbered_on_and_share_no_member(organic):
    data = plant(feed(plant(organic, [Group(5, 6)])), [Group(5, 6)])
    assert np.bincount(data.label[data.label != ORGANIC]).tolist() == [5, 20, 5]


def test_too_many_groups_for_a_world_are_refused(organic):
    with pytest.raises(SettingsError, match="larger world"):
        plant(organic, [Group(5000, 10)])


def test_a_feed_posts_every_item_within_a_minute(organic):
    data = feed(organic)
    items = own_links(organic, data)
    assert len(items) == 60 and len(members_of(data, 0)) == 20
    delay = data.time - data.born[data.object]
    acted = np.isin(data.object, items)
    assert delay[acted].min() >= 120 * SECOND and delay[acted].max() < 180 * SECOND


def test_a_storm_is_five_links_in_half_an_hour_by_one_community():
    calm = world("sessions", 1)
    data = storm(calm)
    activists, links_ = members_of(data, 0), own_links(calm, data)
    assert len(activists) == 40 and len(links_) == 8 * 5
    assert len(np.unique(data.community[activists])) == 1
    assert len(np.unique(data.born[links_])) == 8
    late = (data.time - data.born[data.object])[np.isin(data.object, links_)].max()
    assert late <= 30 * MINUTE


# ------------------------------------------------------------------ collections


def test_a_collection_around_suspects_holds_nobody_else(organic):
    data = plant(organic, [Group(5, 10)])
    assert set(only_members(data).account) == set(members_of(data, 0))


def test_a_thin_comparison_keeps_members_and_a_share_of_the_others(organic):
    data = plant(organic, [Group(20, 10)])
    kept = np.unique(thin(data, 0.1).account)
    assert set(members_of(data, 0)) <= set(kept)
    assert 20 + 20 < len(kept) < 20 + 120


def test_a_sample_keeps_a_share_of_the_events(organic):
    assert 0.27 < len(sample(organic, 0.3)) / len(organic) < 0.33


def test_a_coarse_clock_shows_whole_minutes_and_says_so(organic):
    coarse = coarsen(organic, MINUTE)
    assert coarse.precision == MINUTE
    assert (coarse.time % MINUTE == 0).all() and (coarse.born % MINUTE == 0).all()
    assert len(coarse) == len(organic)


# ------------------------------------------------------------------ tables


@pytest.fixture(scope="module")
def planted(organic):
    return plant(organic, [Group(10, 20, mode="mixed")])


def test_traces_and_events_have_the_shapes_of_the_model(planted):
    assert traces(planted).schema == TRACE.schema
    tables = dict(events(planted))
    assert list(tables) == ["account", "post", "link"]
    assert all(table.schema == EVENTS[name].schema for name, table in tables.items())
    assert len(tables["post"]) == len(planted)


def test_everything_is_marked_synthetic(planted):
    tables = dict(events(planted))
    for name in ("account", "post"):
        assert set(tables[name]["platform"].to_pylist()) == {"synthetic"}
    assert all(a.startswith("synthetic-") for a in traces(planted)["account"].to_pylist())
    assert account_id(42) == "synthetic-00042" and account_number("synthetic-00042") == 42


def test_the_signals_see_in_the_events_what_the_traces_say(planted):
    engine = open_engine()
    for name, table in events(planted):
        engine.see(name, table)
    columns = "account, object, time, post, reaction, source, precision"
    seen = engine.fetch(
        f"SELECT {columns} FROM ({links.signal.traces}) "
        f"UNION ALL SELECT {columns} FROM ({reposts.signal.traces}) ORDER BY ALL"
    )
    engine.see("said", traces(planted))
    said = engine.fetch(f"SELECT {columns} FROM said ORDER BY ALL")
    assert seen.to_pylist() == said.to_pylist()


def test_a_written_case_tells_the_truth_beside_the_posts(planted, tmp_path):
    posts = pyarrow.csv.read_csv(write(planted, tmp_path / "case")).to_pylist()
    assert len(posts) == len(planted)
    repost = next(row for row in posts if row["kind"] == "repost")
    original = next(row for row in posts if row["kind"] == "original")
    assert repost["target_post"] and repost["target_account"] and repost["target_time"]
    assert not repost["url"] and original["url"].startswith("https://synthetic-")
    assert "Synthetic" in (tmp_path / "case" / "README.md").read_text()

    labels = pyarrow.csv.read_csv(tmp_path / "case" / "labels.csv").to_pylist()
    assert sum(row["label"] == "coordinated" for row in labels) == 10
    assert {row["account"] for row in labels} == {row["account"] for row in posts}
    assert all((row["group"] == 0) == (row["label"] == "coordinated") for row in labels)


def test_a_written_case_reads_back_as_its_events(planted, tmp_path):
    read = {"post": [], "link": []}
    for name, rows in tables.read(Source(write(planted, tmp_path))):
        read[name] += rows.to_pylist()
    for name, rows in list(events(planted))[1:]:
        assert sorted(read[name], key=itemgetter("post")) == rows.to_pylist()


@pytest.mark.parametrize(
    ("precision", "pattern"),
    [
        (SECOND, r"^2024-01-\d\dT\d\d:\d\d:\d\dZ$"),
        (MINUTE, r"^2024-01-\d\dT\d\d:\d\dZ$"),
        (24 * HOUR, r"^2024-01-\d\d$"),
    ],
)
def test_written_times_have_as_many_digits_as_the_clock(organic, tmp_path, precision, pattern):
    path = write(coarsen(organic, precision), tmp_path)
    text = pyarrow.csv.ConvertOptions(column_types={"time": "string"})
    times = pyarrow.csv.read_csv(path, convert_options=text)["time"].to_pandas()
    assert times.str.match(pattern).all()


def test_simulate_writes_the_same_bytes_again(tmp_path):
    one = simulate("sessions", tmp_path / "one", seed=5, groups=some_groups(2))
    two = simulate("sessions", tmp_path / "two", seed=5, groups=some_groups(2))
    assert one.read_bytes() == two.read_bytes()
    assert one.with_name("labels.csv").read_bytes() == two.with_name("labels.csv").read_bytes()


def test_simulate_writes_over_a_synthetic_case_and_nothing_else(organic, tmp_path):
    case, foreign = tmp_path / "case", tmp_path / "foreign"
    assert write(organic, case) == write(organic, case)
    foreign.mkdir()
    (foreign / "posts.csv").write_text("real")
    with pytest.raises(InputError, match="new or empty folder"):
        write(organic, foreign)
    assert (foreign / "posts.csv").read_text() == "real"
