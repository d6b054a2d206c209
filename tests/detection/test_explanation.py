"""A person can count again what the paragraph of every named account says."""

import re

import duckdb
import pytest
from small import QUICK, START, engine_of, members_of, networks, organic, run

from unswarm.detection import detect
from unswarm.detection.explanation import THINGS, duration
from unswarm.detection.search import FUSED
from unswarm.model import DAY, HOUR, MINUTE, POST, SECOND
from unswarm.simulate import Group, plant

NUMBERS = re.compile(
    r"On (?P<together>\d+) of (?P<occasions>\d+) occasions this account put out the same "
    r"(?P<thing>.+) within (?P<window>[\d.]+ \w+) of other members\. Going by the accounts outside "
    r"the group that touched the same objects \((?P<outsiders>\d+) times\), by its own hours and "
    r"its own reaction speed, it would have done so on (?P<expected>[\d.e+-]+) occasions: a busy "
    r"moment explains (?P<burst>[\d.e+-]+); fast reactions( to the same source explain "
    r"(?P<fast>[\d.e+-]+)| do not apply or explain less) \("
)
SEARCH = {thing: name for name, thing in THINGS.items()}
WINDOW = {duration(seconds * SECOND): seconds * SECOND for seconds in QUICK.windows}

WORDS = re.compile(
    r"On (?P<together>\d+) of the (?P<occasions>\d+) occasions on which this account posted in its "
    r"own words, a text was the same as one that another member posted within a day\. .*would show "
    r"it on (?P<expected>[\d.e+-]+) of these occasions"
)

COUNT_AGAIN = """
    SELECT account, count(*) AS occasions, sum(met) AS together, sum({chance}) AS expected,
           coalesce(sum({chance}) FILTER (WHERE quick), 0) AS fast, sum(outside) AS outsiders
    FROM (
        SELECT account, half, time // 1800000 AS slot, max(CAST(together AS INTEGER)) AS met,
               1 - exp(sum(ln(1 - explained))) AS of_actions, max(explained) AS of_occasion,
               bool_or(o.by = 'reaction') AS quick, sum(outsiders) AS outside
        FROM occasion AS o
        WHERE network = $network AND account = $account AND search = $search AND o.window = $window
        GROUP BY ALL
    )
    GROUP BY account
"""


def count_again(occasion, member, search, window, chance="of_actions"):
    """What the rows of one member add up to."""
    values = {"network": member["network"], "account": member["account"]}
    values |= {"search": search, "window": window}
    with duckdb.connect() as database:
        database.register("occasion", occasion)
        rows = database.execute(COUNT_AGAIN.format(chance=chance), values)
        names = [column[0] for column in rows.description]
        return dict(zip(names, rows.fetchall()[0], strict=True))


@pytest.fixture(scope="module", params=["viral", "exclusive", "mixed"])
def found(request):
    data = plant(organic("everything"), [Group(12, 40, mode=request.param)])
    return data, run(data)


def test_every_member_of_a_network_can_be_counted_again(found):
    data, detected = found
    people = detected.tables["membership"].to_pylist()
    assert {m["account"] for m in people} >= members_of(data)
    for member in people:
        said = NUMBERS.match(member["explanation"])
        search = SEARCH.get(said["thing"], FUSED)
        window = WINDOW[said["window"]]
        counted = count_again(detected.tables["occasion"], member, search, window)
        assert int(said["occasions"]) == member["occasions"] == counted["occasions"]
        assert int(said["together"]) == member["together"] == counted["together"]
        assert int(said["outsiders"]) == counted["outsiders"]
        assert member["expected"] == pytest.approx(counted["expected"])
        assert float(said["expected"]) == pytest.approx(counted["expected"], rel=0.06)
        assert float(said["fast"] or 0) == pytest.approx(counted["fast"], rel=0.06, abs=1e-12)


def wrote(account, text, time):
    post = f"{account} {time}"
    time += START
    kind = {"kind": "original", "precision": 1000}
    return {"post": post, "account": account, "text": text, "time": time, **kind}


def test_what_was_written_can_be_counted_again():
    members = [f"m{who}" for who in range(8)]
    copied = [
        wrote(name, f"number {n} of the texts handed out to us all", (n * 12 + who) * HOUR)
        for n in range(24)
        for who, name in enumerate(members)
        if (n + who) % 5
    ]
    own = [
        wrote(name, f"words of {name} and nobody else on day {day}", day * DAY + place * MINUTE)
        for place, name in enumerate([*members, *(f"a{n}" for n in range(80))])
        for day in range(12)
    ]
    detected = detect(engine_of({"post": POST.rows([*copied, *own])}), QUICK)
    assert networks(detected) == [set(members)]
    for member in detected.tables["membership"].to_pylist()[: len(members)]:
        said = WORDS.match(member["explanation"])
        rows = detected.tables["occasion"]
        counted = count_again(rows, member, "texts", DAY, chance="of_occasion")
        assert int(said["occasions"]) == member["occasions"] == counted["occasions"]
        assert int(said["together"]) == member["together"] == counted["together"]
        assert member["expected"] == pytest.approx(counted["expected"])
        assert float(said["expected"]) == pytest.approx(counted["expected"], rel=0.06)


def test_the_paragraph_ends_with_what_it_does_not_say(found):
    _, detected = found
    for member in detected.tables["membership"].to_pylist():
        assert member["explanation"].endswith(
            "This does not say who operates the account, nor why."
        )
        assert not re.search(r"\b(bot|troll|fake)s?\b", member["explanation"], re.I)


def test_each_joint_occasion_names_a_partner_within_the_window(found):
    _, detected = found
    for row in detected.tables["occasion"].to_pylist():
        assert row["account"] != row["partner"]
        if row["together"]:
            assert row["gap"] <= row["window"] and row["partner_post"]


def test_the_rows_behind_a_network_are_posts_of_the_data(found):
    data, detected = found
    occasion = detected.tables["occasion"].to_pylist()
    numbers = {int(row["post"].rsplit("p", 1)[1]): row for row in occasion}
    for place, row in list(numbers.items())[:200]:
        assert data.time[place] == row["time"]
        assert row["account"].endswith(f"{data.account[place]:05d}")


def test_a_lead_says_why_it_is_none():
    data = plant(organic("everything"), [Group(20, 10, participation=0.9, spread_s=30)])
    detected = run(data)
    reasons = {n["network"]: n["reason"] for n in detected.tables["network"].to_pylist()}
    leads = [m for m in detected.tables["membership"].to_pylist() if reasons[m["network"]]]
    assert leads
    for member in leads:
        why = f"This is a lead, not a finding: {reasons[member['network']]}."
        assert why in member["explanation"]


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (10 * SECOND, "10 s"),
        (60 * SECOND, "60 s"),
        (5 * MINUTE, "5 min"),
        (90 * MINUTE, "90 min"),
        (2 * HOUR, "2 h"),
        (DAY, "24 h"),
    ],
)
def test_durations_read_as_people_say_them(milliseconds, words):
    assert duration(milliseconds) == words
