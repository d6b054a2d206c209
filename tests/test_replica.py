import csv
import hashlib
import json
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm import sketches
from unswarm.case import open_case
from unswarm.cli import app
from unswarm.errors import InputError, SettingsError
from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.readers import Source, recognise
from unswarm.simulate.operation import LEAST, PUBLISHED, Evasion, figures, make, replicate
from unswarm.simulate.operation.ads import RATES, ads, ranges
from unswarm.simulate.operation.audience import Audience, audience, listed, sketched
from unswarm.simulate.operation.cast import SITES, cast
from unswarm.simulate.operation.posts import NONE, START, joined, posts
from unswarm.simulate.operation.truth import audiences, counts, spending
from unswarm.simulate.operation.words import vocabulary

SMALL = 0.02
READERS = {
    "accounts.csv": "tables",
    "ads.csv": "meta_ad_library",
    "facebook_pages.csv": "crowdtangle",
    "facebook_posts.csv": "meta_content_library",
    "follows.parquet": "operation",
    "infrastructure.csv": "operation",
    "instagram_posts.csv": "meta_content_library",
    "rates.csv": "operation",
    "redirects.csv": "operation",
    "renames.csv": "operation",
    "roles.csv": "operation",
    "sites.csv": "operation",
    "tweets.jsonl": "twitter_v1",
} | ({"sketches.csv": "operation"} if sketches.available() else {})
TRUE_WORDS = ("coordinated", "organic", "planted", "sharer", "administrator", "silent", "team")


@pytest.fixture(scope="module")
def made():
    return make(SMALL, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("replica")
    replicate(place, SMALL, seed=3)
    return place


@pytest.fixture(scope="module")
def tables(folder):
    """File → table → rows, as the readers give them."""
    found = {}
    for path in sorted((folder / "data").iterdir()):
        source = Source(path)
        name, module = recognise(source)
        rows = {}
        for table, batch in module.read(source):
            rows.setdefault(table, []).extend(batch.to_pylist())
        found[path.name] = (name, rows)
    return found


# ------------------------------------------------------------------ the published numbers


@pytest.fixture(scope="module")
def people():
    """Everybody at full size, without a post."""
    size = figures(1)
    innocent = size.people + size.other_pages + size.tweeters + size.instagrammers
    return cast(0, size, np.random.default_rng(0).integers(0, size.communities, innocent))


def test_at_scale_one_there_are_as_many_accounts_as_were_published(people):
    assert counts(people) == {
        "facebook_accounts": 610,
        "facebook_pages": 89,
        "facebook_groups": 156,
        "instagram_accounts": 72,
        "twitter_accounts": 700,
    }
    persons = (people.kind == "person") & (people.label == "organic")
    assert persons.sum() == 20_000


def test_at_scale_one_audiences_are_exact(people):
    followed = audience(0, people, figures(1))
    assert audiences(people, followed) == {
        "accounts_following_pages": 55_000_000,
        "accounts_in_groups": 381_500,
        "accounts_following_instagram": 92_000,
    }
    pages = people.followers[people.rows(part="page")]
    assert (followed.followers(len(people))[people.rows(part="page")] > 0).all()
    assert len(pages) == 89


def test_at_scale_one_ads_cost_nine_and_a_half_million_to_the_cent(people):
    words = vocabulary(np.random.default_rng(0))
    spent = spending(people, ads(0, people, figures(1), words))
    assert spent["us_cents"] == 950_000_000
    rates = {"USD": Decimal(1)} | {name: Decimal(str(rate)) for name, rate in RATES.items()}
    each = spent["hundredths_by_currency"]
    assert set(each) == {"USD", "VND", "EUR"}
    assert sum(rates[name] * amount for name, amount in each.items()) == 950_000_000


def test_numbers_scale_and_keep_what_the_case_needs():
    tenth = figures(0.1)
    assert (tenth.accounts, tenth.twitter, tenth.page_followers) == (61, 70, 5_500_000)
    smallest = figures(0.001)
    assert all(getattr(smallest, name) >= least for name, least in LEAST.items())
    assert figures(1) == PUBLISHED


@pytest.mark.parametrize("scale", [0, -1, 5, float("nan")])
def test_other_scales_are_refused(scale):
    with pytest.raises(SettingsError, match="scale"):
        figures(scale)


def test_evasion_has_a_range():
    assert Evasion(2).seconds == 2 * Evasion(1).seconds
    assert Evasion(2).paraphrased == 2 * Evasion(1).paraphrased
    assert Evasion(2).altered == 2 * Evasion(1).altered
    with pytest.raises(SettingsError, match="Evasion"):
        Evasion(-1)


# ------------------------------------------------------------------ how the operation acts


def seconds_apart(made):
    """Of each own article, the seconds between the first and the last page that posted it."""
    own = [url is not None and url.split("/")[2] in SITES for url in made.posted.url]
    pages = np.isin(made.posted.account, made.people.rows(part="page")) & own
    groups = {}
    for url, time in zip(made.posted.url[pages], made.posted.time[pages], strict=True):
        groups.setdefault(url, []).append(time)
    return [(max(times) - min(times)) / SECOND for times in groups.values() if len(times) > 1]


def test_its_pages_post_the_same_link_within_the_evasion(made):
    assert max(seconds_apart(made)) <= 60
    wide = seconds_apart(make(SMALL, seed=3, evasion=4))
    assert 60 < max(wide) <= 240


def test_it_acts_on_many_days_and_in_groups(made):
    sharers = np.isin(made.posted.account, made.people.rows(part="sharer"))
    days = np.unique((made.posted.time[sharers] - START) // DAY)
    assert len(days) == 30
    assert (made.posted.place[sharers] != NONE).mean() > 0.5
    assert (made.posted.url[sharers] == None).mean() > 0.05  # noqa: E711 (fillers)


def test_outsiders_share_its_links_too(made):
    own = [u is not None and u.split("/")[2] in SITES for u in made.posted.url]
    outsiders = ~made.people.planted[made.posted.account]
    assert (outsiders & own).sum() > 50


def test_planted_accounts_were_made_in_batches_minutes_apart(made):
    def near(part):
        gaps = np.diff(np.sort(made.people.created[made.people.rows(part=part)]))
        return (gaps < 20 * MINUTE).mean()

    assert near("twitter") > 0.8
    assert near("ordinary") < 0.05


def test_pages_claim_the_united_states_and_are_run_from_vietnam(people):
    pages = people.rows(part="page")
    assert set(people.claimed_country[pages]) == {"United States"}
    assert Counter(people.operator_country[pages]).most_common(1)[0][0] == "Vietnam"
    others = people.are("facebook", "page") & (people.part == "ordinary")
    assert (people.operator_country[others] == people.claimed_country[others]).mean() > 0.9


def test_twitter_reuses_names_and_photos_of_facebook(made):
    people = made.people
    copies = np.flatnonzero(people.twin != NONE)
    assert len(copies) >= 5
    assert (people.name[copies] == people.name[people.twin[copies]]).all()
    picture = dict(zip(made.shown.account.tolist(), made.shown.picture.tolist(), strict=True))
    assert all(picture[c] == picture[t] for c, t in zip(copies, people.twin[copies], strict=True))


def test_photos_are_altered_as_the_evasion_says():
    altered = [(make(0.1, seed=1, evasion=e).shown.change != "").mean() for e in (0, 1, 2)]
    assert altered[0] == 0
    assert altered[2] / altered[1] == pytest.approx(2, rel=0.4)


def test_a_repost_comes_after_what_it_repeats(made):
    repeats = np.flatnonzero(made.posted.target != NONE)
    assert len(repeats) > 20
    assert (made.posted.time[repeats] >= made.posted.time[made.posted.target[repeats]]).all()
    assert (made.posted.target[made.posted.target[repeats]] == NONE).all()


# ------------------------------------------------------------------ hard negatives


def test_every_hard_negative_is_there_with_its_kind(made):
    kinds = Counter(made.labels["kind"].to_pylist())
    for kind in ("newsroom", "party", "coupon", "protest", "breaking", "fan", "agency"):
        assert kinds[kind] >= 3, kind
    labels = {row["kind"]: row["label"] for row in made.labels.to_pylist()}
    assert [labels[k] for k in ("newsroom", "party", "coupon")] == ["open"] * 3
    assert [labels[k] for k in ("protest", "breaking", "fan", "agency")] == ["organic"] * 4


def test_open_organisations_say_who_they_are(made):
    people = made.people
    for part, said in (("newsroom", "Northgate"), ("party", "Garden"), ("coupon", "Automated")):
        rows = people.rows(part=part)
        assert len(set(people.owner[rows])) == 1 and None not in people.owner[rows]
        assert all(said in bio for bio in people.bio[rows])


@pytest.mark.parametrize("part", ["newsroom", "party", "coupon"])
def test_open_organisations_act_in_concert(made, part):
    mine = np.isin(made.posted.account, made.people.rows(part=part))
    urls = Counter(made.posted.url[mine])
    assert sum(number > 1 for number in urls.values()) > 20


def test_innocent_people_share_breaking_news_within_minutes(made):
    news = np.array([u is not None and "river-times" in u for u in made.posted.url])
    assert not made.people.planted[made.posted.account[news]].any()
    times = made.posted.time[news]
    first = [times[made.posted.url[news] == u].min() for u in set(made.posted.url[news])]
    assert len(first) == 3
    near = sum((abs(times - t) < HOUR).sum() for t in first)
    assert near > 0.9 * len(times)


def test_an_agency_runs_many_pages(tables):
    _, rows = tables["roles.csv"]
    runs = Counter(r["account"] for r in rows["role"] if r["role"] != "member" and r["account"])
    assert sorted(runs.values())[-3] >= 6


# ------------------------------------------------------------------ files


def test_a_seed_gives_the_same_bytes(folder, tmp_path):
    replicate(tmp_path / "again", SMALL, seed=3)
    replicate(tmp_path / "other", SMALL, seed=4)
    assert digests(folder) == digests(tmp_path / "again")
    first, other = digests(folder), digests(tmp_path / "other")
    same = {name for name in first if first[name] == other.get(name)}
    assert same <= {"data/rates.csv"}


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_every_file_is_read_by_its_reader_without_a_rejected_row(tables):
    assert {file: name for file, (name, _) in tables.items()} == READERS
    for file, (_, rows) in tables.items():
        assert rows and not rows.get("quarantine"), file


def test_a_case_takes_everything_in(folder, tmp_path):
    case = open_case(tmp_path / "case")
    taken = case.read(folder / "data")
    assert len(taken) == len(READERS)
    assert sum(reading.quarantined for reading in taken) == 0


def test_posts_in_groups_have_their_place(tables):
    _, rows = tables["facebook_posts.csv"]
    groups = {
        row["account"] for row in tables["accounts.csv"][1]["account"] if row["kind"] == "group"
    }
    places = {row["place"] for row in rows["post"]} - {None}
    assert places and places <= groups


def test_tweets_name_their_client_and_what_they_repeat(tables):
    _, rows = tables["tweets.jsonl"]
    kinds = Counter(row["kind"] for row in rows["post"])
    assert kinds["original"] > kinds["repost"] > 100
    assert all(row["client"] for row in rows["post"])
    assert all(row["target_account"] for row in rows["post"] if row["kind"] == "repost")


def test_profiles_keep_what_readers_know(tables, made):
    _, rows = tables["accounts.csv"]
    assert len(rows["account"]) == len(made.people)
    assert {row["kind"] for row in rows["account"]} == {"person", "page", "group"}
    for field in ("owner", "website", "status", "created", "operator_country", "photo"):
        assert any(row[field] for row in rows["account"]), field


def test_short_links_lead_to_the_operations_sites(tables):
    _, rows = tables["redirects.csv"]
    assert {row["domain"] for row in rows["redirect"]} <= set(SITES)
    short = {row["url"] for row in rows["redirect"]}
    posted = {
        row["url"]
        for file in ("facebook_posts.csv", "tweets.jsonl")
        for row in tables[file][1]["link"]
    }
    assert len(short & posted) > 0.5 * len(short)


def test_exact_sums_lie_within_the_ranges_of_the_library(folder, made):
    spent = {r["ad_archive_id"]: Decimal(r["spend"]) for r in read(folder / "data" / "ads.csv")}
    low, high = ranges(made.bought)
    assert (low * 100 <= made.bought.spend).all()
    assert ((high < 0) | (made.bought.spend < (high + 1) * 100)).all()
    assert len(spent) == len(made.bought)
    assert sum(spent.values()) * 100 == int(made.bought.spend.sum())


def read(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_lists_name_one_follower_of_pages_in_a_hundred_and_everybody_else(made):
    rows = listed(made.people, made.followed).to_pylist()
    each = Counter(row["target"] for row in rows)
    named = {("page", 100), ("group", 1), ("instagram", 1)}
    for part, one_in in named:
        mine = made.people.rows(part=part)
        targets = made.people.account[mine].tolist()
        followers = made.people.followers[mine].tolist()
        assert [each[target] * one_in for target in targets] == followers
        people = {row["account"] for row in rows if row["target"] in targets}
        assert len(people) * one_in == made.followed.distinct(mine)


@pytest.mark.skipif(not sketches.available(), reason="the extra 'sketches' is not installed")
def test_sketches_hold_every_follower_of_pages(made):
    rows = sketched(made.people, made.followed).to_pylist()
    planted = set(made.people.account[made.people.rows(part="page")])
    assert planted < {row["target"] for row in rows}
    (found,) = sketches.merged((r["method"], r["sketch"]) for r in rows if r["target"] in planted)
    assert found.low <= made.truth["audience"]["accounts_following_pages"] <= found.high


def test_everything_is_marked_synthetic(folder, tables):
    assert "No row describes a real account" in (folder / "README.md").read_text("utf-8")
    for file, (_, tables_) in tables.items():
        for rows in tables_.values():
            for row in rows:
                if row.get("account"):
                    assert row["account"].startswith(("synthetic-", "advertiser:")), file
                if row.get("domain"):
                    assert row["domain"].endswith(".example"), file
    handles = [row["handle"] for row in tables["accounts.csv"][1]["account"]]
    assert all(handle.endswith("_example") for handle in handles)


def test_data_does_not_tell_the_truth(folder, made):
    assert {path.name for path in (folder / "data").iterdir()} == set(READERS)
    for path in (folder / "data").iterdir():
        if path.suffix == ".csv":
            columns = set(pyarrow.csv.read_csv(path).column_names)
            assert not columns & {"label", "group", "team", "part"}
        if path.name not in (
            "roles.csv",
            "follows.parquet",
            "sketches.csv",
        ):  # which know administrators
            text = path.read_text("utf-8").lower()
            assert [w for w in TRUE_WORDS if w in text] == [], path.name
    number = np.array([int(a.rsplit("-", 1)[1]) for a in made.people.account])
    planted = made.people.planted
    middle = np.median(number[~planted])
    assert 0.3 < (number[planted] < middle).mean() < 0.7


def test_the_truth_has_every_number(folder, made):
    said = json.loads((folder / "truth" / "truth.json").read_text("utf-8"))
    assert said == json.loads(json.dumps(made.truth))
    assert said["planted"]["facebook_pages"] == figures(SMALL).pages
    assert said["ad_spending"]["us_cents"] == figures(SMALL).ad_cents
    labels = read(folder / "truth" / "labels.csv")
    assert len(labels) == len(made.people)
    assert sum(row["label"] == "coordinated" for row in labels) == sum(said["planted"].values())


def test_photos_are_drawn_and_used_again(folder, made):
    names = {path.name for path in (folder / "photos").iterdir()}
    assert names == set(made.people.photo[made.shown.account])
    planted = made.people.photo[made.shown.account[made.people.planted[made.shown.account]]]
    content = {(folder / "photos" / name).read_bytes() for name in planted}
    assert len(content) < 0.9 * len(planted)


def test_pictures_of_the_user_are_used_by_the_operation_only(folder, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    drawn = sorted((folder / "photos").iterdir())[:4]
    for number, path in enumerate(drawn):
        (pictures / f"{number}.jpg").write_bytes(path.read_bytes())
    replicate(tmp_path / "made", SMALL, seed=3, photos=pictures, sketches=False)
    before, after = folder / "photos", tmp_path / "made" / "photos"
    made = make(SMALL, seed=3)
    for row, account in enumerate(made.shown.account.tolist()):
        name = made.people.photo[account]
        same = (before / name).read_bytes() == (after / name).read_bytes()
        assert same == (made.shown.picture[row] >= made.shown.pool)


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures"):
        replicate(tmp_path / "made", SMALL, photos=tmp_path / "empty")


def test_it_writes_over_nothing_else(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="new or empty folder"):
        replicate(tmp_path, SMALL)


def test_the_command_writes_it(tmp_path, capsys):
    command("--to", str(tmp_path / "made"), "--scale", str(SMALL), "--evasion", "2")
    assert capsys.readouterr().out.strip() == str(tmp_path / "made" / "data")
    said = json.loads((tmp_path / "made" / "truth" / "truth.json").read_text("utf-8"))
    assert (said["scale"], said["seed"], said["evasion"]) == (SMALL, 0, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bll"], "did you mean 'bl'"),
        (["sessions", "--scale", "2"], "are for the world bl"),
        (["bl", "--groups", "2"], "bl has its own"),
        (["bl", "--scale", "0"], "A scale lies above 0"),
        (["bl", "--evasion", "-1"], "Evasion lies between"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(tmp_path, arguments, said):
    with pytest.raises(SettingsError, match=said):
        app(["simulate", *arguments, "--to", str(tmp_path / "made")], standalone_mode=False)
    assert not (tmp_path / "made").exists()


def command(*arguments):
    app(["simulate", "bl", *arguments], standalone_mode=False)


# ------------------------------------------------------------------ parts against slow truths


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 15)), min_size=1),
    st.sets(st.integers(0, 3)),
)
def test_distinct_people_are_those_of_the_union(rows, chosen):
    target, start, size = (np.array(column) for column in zip(*rows, strict=True))
    made = Audience(target, start, start + size, np.zeros(1, np.int64))
    slow = {p for t, s, n in rows if t in chosen for p in range(s, s + n)}
    assert made.distinct(np.array(sorted(chosen), np.int64)) == len(slow)


@given(st.lists(st.lists(st.tuples(st.integers(-2, 31), st.booleans()), max_size=8), max_size=4))
def test_joined_posts_keep_what_they_repeat(parts):
    """Each part's first post is what its others may repeat; days outside the month are left out."""
    given_parts, expected = [], []
    for number, rows in enumerate(parts):
        time = np.array([START + day * DAY for day, _ in rows], np.int64)
        account = np.array([100 * number + k for k in range(len(rows))], np.int64)
        target = np.array([0 if r and k else NONE for k, (_, r) in enumerate(rows)], np.int64)
        given_parts.append(posts(account, time, target=target))
        inside = [0 <= day < 30 for day, _ in rows]
        expected += [
            (int(account[k]), None if target[k] == NONE else 100 * number)
            for k in range(len(rows))
            if inside[k] and (target[k] == NONE or inside[0])
        ]
    whole = joined(given_parts) if given_parts else None
    if whole is None:
        return
    found = [
        (int(a), None if t == NONE else int(whole.account[t]))
        for a, t in zip(whole.account, whole.target, strict=True)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert all(a <= b for a, b in pairwise(whole.time))
