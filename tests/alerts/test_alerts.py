"""What is new between runs: each thing is told once, whatever the sequence of runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unswarm import couriers, log
from unswarm.alerts import Alert, Claim, Kind, Shown, Tied, formed, news, returned, timed
from unswarm.alerts.book import Book, Told
from unswarm.couriers import deliver, mail, opened, webhook
from unswarm.engines import open_engine
from unswarm.errors import CaseError, SettingsError
from unswarm.findings import Findings
from unswarm.model import EVIDENCE, LINKED, MEMBERSHIP, NETWORK, OCCASION
from unswarm.record import replay

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SETTINGS = {"min_together": 2, "min_members": 2}


@cache
def engine():
    """One engine is enough: each run is shown to it in place of the one before."""
    return open_engine()


def findings(networks, leads=(), occasions=(), linked=(), unnamed=(), record=None):
    """Findings of a run in which these networks were found: name → accounts."""
    rows = [
        {
            **{"network": name, "tier": "lead" if name in leads else "confirmed"},
            **{"accounts": len(accounts), "together": 9, "expected": 1.5, "signals": "links texts"},
            **{"first": 0, "last": 1000, "p": 1e-9, "reason": "few" if name in leads else ""},
        }
        for name, accounts in networks.items()
    ]
    members = [
        {"network": name, "account": account, "probability": 0.5 if account in unnamed else 0.99}
        for name, accounts in networks.items()
        for account in sorted(accounts)
    ]
    tied = [{"network": n, "account": a, "probability": 0.99, "named": True} for n, a in linked]
    evidence = [
        {"network": "n-1", "claim": "no p", "p": None},
        {"network": "n-1", "claim": "they link to one site", "p": 0.001},
    ]
    tables = {
        NETWORK: rows, MEMBERSHIP: members, LINKED: tied, EVIDENCE: evidence,
        OCCASION: list(occasions),
    }  # fmt: skip
    for table, found in tables.items():
        engine().see(table.name, table.rows(found))
    run = {"run": "r1", "settings": SETTINGS}
    return Findings("case", engine(), run, record or replay([]))


def told(book, networks, **more):
    """What a run tells that was not told before."""
    before = book.read()
    leads = more.pop("show_leads", False)
    found = news(findings(networks, **more), before.tiers, before.known, leads)
    return book.add(timed(each, NOW, live=False) for each in found)


def said(alerts):
    return [(each.kind, each.network, *each.joined) for each in alerts]


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path)


def test_a_new_network_is_told_once(book):
    (alert,) = told(book, {"n-1": "abc"})
    assert (alert.id, alert.kind, alert.joined) == ("al-0001", Kind.NEW, ("a", "b", "c"))
    assert alert.sentence == (
        "3 accounts acted in concert (n-1): 9 joint occasions where 1.5 were expected, in links "
        "and texts, from 1970-01-01 00:00 to 1970-01-01 00:00 UTC; p = 1e-09."
    )
    assert alert.evidence == (Claim("they link to one site", 0.001), Claim("no p"))
    assert alert.case == "case"
    assert told(book, {"n-1": "abc"}) == ()


def test_who_joins_is_told_and_who_leaves_and_comes_back_is_not(book):
    told(book, {"n-1": "abc"})
    (growth,) = told(book, {"n-1": "abcd"})
    assert said([growth]) == [(Kind.GROWTH, "n-1", "d")]
    assert growth.sentence.startswith("1 account joined n-1, which has 4 accounts now: ")
    assert told(book, {"n-1": "ab"}) == ()
    assert told(book, {}) == ()
    assert told(book, {"n-1": "abcd"}) == ()


def test_two_that_become_one_are_a_merge_once(book):
    told(book, {"n-1": "abc", "n-2": "def"})
    (merge,) = told(book, {"n-1": "abcdefg"})
    assert (merge.kind, merge.merged, merge.joined) == (Kind.MERGE, ("n-2",), tuple("defg"))
    assert merge.sentence.startswith("n-2 became one network, n-1, which has 7 accounts now: ")
    assert told(book, {"n-1": "abcdefg"}) == ()
    assert told(book, {"n-1": "abc", "n-2": "def"}) == ()
    assert told(book, {"n-1": "abcdefg"}) == ()
    assert said(told(book, {"n-1": "abcdefgh"})) == [(Kind.GROWTH, "n-1", "h")]


def test_two_that_become_a_third_are_a_merge(book):
    told(book, {"n-1": "abc", "n-2": "def"})
    (merge,) = told(book, {"n-3": "abcdef"})
    assert (merge.kind, merge.merged) == (Kind.MERGE, ("n-1", "n-2"))
    assert said(told(book, {"n-3": "abcdefg"})) == [(Kind.GROWTH, "n-3", "g")]


def test_less_than_half_of_a_network_is_no_merge(book):
    told(book, {"n-1": "abc", "n-2": "defg"})
    assert said(told(book, {"n-1": "abcd"})) == [(Kind.GROWTH, "n-1", "d")]


def test_a_part_of_a_network_is_no_news_and_says_where_it_was_when_it_grows(book):
    told(book, {"n-1": "abcdef"})
    assert told(book, {"n-1": "abc", "n-2": "def"}) == ()
    (alert,) = told(book, {"n-1": "abc", "n-2": "defg"})
    assert said([alert]) == [(Kind.NEW, "n-2", *"defg")]
    assert alert.sentence.startswith("4 accounts acted in concert (n-2; 3 of them were in n-1): ")


def test_leads_are_told_when_asked_for_and_again_when_confirmed(book):
    assert told(book, {"n-1": "abc"}, leads=["n-1"]) == ()
    (lead,) = told(book, {"n-1": "abc"}, leads=["n-1"], show_leads=True)
    assert lead.sentence.startswith("A lead, no finding (few)")
    assert told(book, {"n-1": "abcd"}, leads=["n-1"], show_leads=True) == ()
    assert said(told(book, {"n-1": "abcd"})) == [(Kind.NEW, "n-1", "d")]
    assert told(book, {"n-1": "abcd"}, leads=["n-1"], show_leads=True) == ()
    assert told(book, {"n-1": "abcd"}) == ()


def test_a_lead_that_nothing_it_did_gave_away_has_no_figures_and_is_told(book):
    found = findings({"n-1": "abc"}, leads=["n-1"])
    bare = {"network": "n-1", "tier": "lead", "reason": "few", "accounts": 3}
    engine().see("network", NETWORK.rows([bare]))
    (alert,) = news(found, {}, {}, True)
    assert alert.sentence == "A lead, no finding (few): 3 accounts may act in concert (n-1)."
    assert (alert.first, alert.formed) == (None, None)


def test_who_is_only_tied_to_it_or_may_not_be_named_is_not_told(book):
    (alert,) = told(book, {"n-1": "abc"}, linked=[("n-1", "x")], unnamed="c")
    assert alert.joined == ("a", "b")


def decided(subject, kind, verdict):
    """A record in which somebody decided on something."""
    line = {
        **{"act": "decide", "id": "d-0001", kind: subject, "when": log.now()},
        **{"verdict": verdict, "reason": "r", "who": "A", "role": "analyst", "members": []},
    }
    return replay([line])


def test_whom_people_cleared_is_not_told(book):
    fans = decided("n-1", "network", "authentic")
    assert told(book, {"n-1": "abc"}, record=fans) == ()
    (alert,) = told(book, {"n-1": "abc"}, record=decided("a", "account", "authentic"))
    assert alert.joined == ("b", "c")


def test_the_moment_at_which_it_could_first_be_found():
    """Two members with two joint occasions each: the second member's second one."""
    ann, bob = [("a", "x", 1), ("a", "y", 5), ("a", "z", 9)], [("b", "x", 2), ("b", "z", 8)]
    times = [*ann, *bob, ("c", "z", 9)]
    rows = [
        {"network": "n-1", "account": a, "object": o, "time": t, "together": True}
        for a, o, t in times
    ]
    alone = {"network": "n-1", "account": "b", "object": "y", "time": 3, "together": False}
    assert formed(findings({"n-1": "abc"}, occasions=[*rows, *rows, alone]), "n-1") == 8
    assert formed(findings({"n-1": "abc"}), "n-1") is None
    late = findings({"n-1": "abc"}, occasions=[*rows, alone])
    assert formed(late, "n-1", ["b"]) == 8
    assert formed(late, "n-1", ["a", "b", "c"]) == 5
    assert formed(late, "n-1", ["c"]) is None


def test_an_occasion_is_joint_when_the_later_of_the_two_has_posted():
    times = [("a", "b", "x", 1), ("b", "a", "x", 4), ("a", "b", "y", 6), ("b", "a", "y", 5)]
    rows = [
        {
            **{"network": "n-1", "account": a, "object": o, "time": t, "together": True},
            **{"post": f"{a}{o}", "partner": p, "partner_post": f"{p}{o}"},
        }
        for a, p, o, t in times
    ]
    assert formed(findings({"n-1": "ab"}, occasions=rows), "n-1") == 6
    assert formed(findings({"n-1": "ab"}, occasions=rows[:3]), "n-1") is None


def test_posts_behind_it_are_quoted(book):
    row = {
        **{"network": "n-1", "account": "a", "object": "x", "time": 7, "together": True},
        **{"post": "p", "partner": "b", "partner_post": "q", "gap": 2, "signal": "links"},
    }
    (alert,) = told(book, {"n-1": "abc"}, occasions=[row, {**row, "window": 60}])
    assert alert.posts == (Shown("a", "p", 7, "b", "q", 2, "x"),)


NAMES = st.sampled_from(["n-1", "n-2", "n-3"])
GROUPS = st.dictionaries(NAMES, st.sets(st.sampled_from("abcdefgh"), min_size=1))
RUNS = st.lists(st.tuples(GROUPS, st.sets(NAMES), st.booleans()), max_size=7)


@settings(deadline=None, max_examples=60)
@given(RUNS)
def test_each_member_of_a_network_is_told_once(tmp_path_factory, runs):
    book = Book(tmp_path_factory.mktemp("book"))
    for networks, leads, show in runs:
        told(book, networks, leads=leads, show_leads=show)
        everybody = frozenset().union(*book.read().known.values())
        for name, accounts in networks.items():
            assert name in leads or accounts <= everybody
        assert told(book, networks, leads=leads, show_leads=show) == ()
    alerts = book.read().alerts
    assert len({each.key for each in alerts}) == len(alerts)
    once = [(each.network, account) for each in alerts for account in each.joined]
    assert len(once) == len(set(once))


# --- what comes back


def test_a_return_is_told_with_what_ties_it(book):
    run = findings({})
    reasons = {
        "new1": [Tied(Claim("shares 3 sites", 1e-9), ("sites",))],
        "new2": [
            Tied(Claim("looks like old2 (99%)"), ("profile",)),
            Tied(Claim("one photo", 1e-12), ("photos", "sites")),
        ],
    }
    alert = returned("past", "n-7", run, reasons, known=[])
    assert alert is not None
    assert alert.kind is Kind.RETURN
    assert alert.sentence == (
        "2 accounts have what was n-7's in past, found before (sites of 2, photos of 1, profile "
        "of 1; smallest p = 1e-12): new1, new2."
    )
    assert [each.claim for each in alert.evidence] == [
        *("new2: one photo", "new1: shares 3 sites", "new2: looks like old2 (99%)")
    ]
    book.add([timed(alert, NOW, live=False)])
    known = book.read().came_back("past", "n-7")
    assert known == {"new1", "new2"}
    assert returned("past", "n-7", run, reasons, known) is None
    assert "n-7" not in book.read().known
    assert "n-7" not in book.read().tiers


# --- the book


def test_a_line_that_was_cut_off_never_happened(book):
    told(book, {"n-1": "abc"})
    whole = book.path.read_bytes()
    book.path.write_bytes(whole + b'{"alert": {"kind": "gro')
    assert len(book.read().alerts) == 1
    assert said(told(book, {"n-1": "abcd"})) == [(Kind.GROWTH, "n-1", "d")]
    assert book.path.read_bytes().startswith(whole)
    assert [each.id for each in book.read().alerts] == ["al-0001", "al-0002"]


@pytest.mark.parametrize("cut", range(1, 400, 37))
def test_cut_anywhere_nothing_is_told_twice_and_nothing_is_lost(book, cut):
    told(book, {"n-1": "abc"})
    told(book, {"n-1": "abcd", "n-2": "xyz"})
    book.path.write_bytes(book.path.read_bytes()[:-cut])
    told(book, {"n-1": "abcd", "n-2": "xyz"})
    assert book.read().known == {"n-1": frozenset("abcd"), "n-2": frozenset("xyz")}
    keys = [each.key for each in book.read().alerts]
    assert len(keys) == len(set(keys))


@settings(deadline=None, max_examples=40)
@given(RUNS, st.lists(st.integers(0, 4000), min_size=7, max_size=7))
def test_whatever_a_crash_leaves_nothing_is_told_twice_and_nothing_is_lost(
    tmp_path_factory, runs, cuts
):
    book = Book(tmp_path_factory.mktemp("book"))
    for (networks, leads, show), cut in zip(runs, cuts, strict=False):
        before = len(book.path.read_bytes()) if book.path.exists() else 0
        told(book, networks, leads=leads, show_leads=show)
        whole = book.path.read_bytes()
        book.path.write_bytes(whole[: max(before, len(whole) - cut)])  # what was safe is safe
        told(book, networks, leads=leads, show_leads=show)
        assert told(book, networks, leads=leads, show_leads=show) == ()
        everybody = frozenset().union(*book.read().known.values())
        assert all(name in leads or accounts <= everybody for name, accounts in networks.items())
    alerts = book.read().alerts
    assert [each.id for each in alerts] == [f"al-{n:04d}" for n in range(1, len(alerts) + 1)]
    once = [(each.network, account) for each in alerts for account in each.joined]
    assert len(once) == len(set(once))


def test_what_arrived_and_was_not_written_down_is_brought_again_under_its_key(
    alert, book, sent, monkeypatch
):
    monkeypatch.setattr(webhook.Webhook, "bring", lambda self, one: sent.append(one.key) or "ok")
    before = book.path.read_bytes()
    assert deliver(book, [PLACE]) == []
    book.path.write_bytes(before + b'{"delivery": {"al')
    assert deliver(book, [PLACE]) == []
    assert sent == [alert.key, alert.key]
    assert [each.ok for each in book.read().deliveries] == [True]


def test_what_is_no_alert_is_an_error_that_names_the_line(book):
    book.path.write_text('{"odd": 1}\n')
    with pytest.raises(CaseError, match=r"alerts.jsonl, line 1"):
        book.read()


def test_an_alert_is_the_same_after_it_was_written(book):
    alerts = told(book, {"n-1": "abc"})
    assert book.read() == Told(alerts, ())


def test_the_same_news_is_written_down_once_whoever_brings_it(book):
    first = news(findings({"n-1": "abc"}), {}, {}, False)
    again = news(findings({"n-1": "abc"}), {}, {}, False)
    (alert,) = book.add(timed(each, NOW, live=False) for each in first)
    assert book.add(timed(each, NOW + timedelta(1), live=True) for each in again) == ()
    assert again[0].key == alert.key


def test_how_late_it_is_told():
    alert = Alert(Kind.NEW, "n-1", "confirmed", "it", formed=int(NOW.timestamp() * 1000) - 1500)
    assert timed(alert, NOW, live=True).delay == 1500
    assert timed(alert, NOW, live=False).delay is None
    arrived = int(NOW.timestamp() * 1000) - 400
    assert timed(alert, NOW, live=False, arrived=arrived).delay == 400


# --- bringing it


@pytest.fixture
def alert(book):
    return told(book, {"n-1": "abc"})[0]


def test_mail_is_one_whole_message(alert, book, tmp_path):
    place = f"mail:{tmp_path / 'out'}"
    assert deliver(book, [place]) == []
    assert deliver(book, [place]) == []
    (file,) = (tmp_path / "out" / "new").iterdir()
    found = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert found["Message-ID"] == f"<{alert.key}@unswarm.localhost>"
    assert "new network" in found["Subject"]
    assert alert.sentence in " ".join(found.get_content().split())
    assert not list((tmp_path / "out" / "tmp").iterdir())
    (delivery,) = book.read().deliveries
    assert (delivery.ok, delivery.alert) == (True, alert.id)


def test_a_name_with_a_line_break_makes_no_header():
    name = "a\r\nBcc: x@x.example"
    odd = Alert(Kind.RETURN, name, "", name, when="2026-05-01")
    found = mail.message(odd)
    assert found["Bcc"] is None and "\n" not in found["Subject"]


PLACE = "webhook:http://127.0.0.1:9/x"


@pytest.fixture
def sent(monkeypatch):
    """Keys of what a webhook was sent."""
    monkeypatch.setenv("UNSWARM_WEBHOOK_SECRET", "s")
    return []


def test_what_did_not_arrive_is_sent_again(alert, book, sent, monkeypatch):
    (line,) = deliver(book, [PLACE])
    assert "did not reach webhook" in line and "sent again" in line
    monkeypatch.setattr(webhook.Webhook, "bring", lambda self, one: sent.append(one.key) or "ok")
    assert deliver(book, [PLACE]) == []
    assert sent == []  # it is left alone for a while
    monkeypatch.setattr(couriers, "FIRST_PAUSE", 0)
    assert deliver(book, [PLACE]) == []
    assert deliver(book, [PLACE]) == []
    assert sent == [alert.key]
    assert [each.ok for each in book.read().deliveries] == [False, True]


def test_one_that_is_never_taken_holds_no_other_up(alert, book, sent, monkeypatch):
    def bring(self, one):
        if one.id == "al-0001":
            raise ValueError("what is this")
        sent.append(one.id)
        return "ok"

    monkeypatch.setattr(webhook.Webhook, "bring", bring)
    monkeypatch.setattr(couriers, "FIRST_PAUSE", 0)
    told(book, {"n-1": "abcd", "n-2": "xyz"})
    assert ["what is this" in line for line in deliver(book, [PLACE])] == [True]
    deliver(book, [PLACE])
    assert sent == ["al-0002", "al-0003"]


def test_pauses_grow_and_have_an_end():
    def ago(seconds):
        return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()

    assert not couriers._rests(0, "")
    assert couriers._rests(1, ago(5)) and not couriers._rests(1, ago(16))
    assert couriers._rests(3, ago(50)) and not couriers._rests(3, ago(61))
    assert couriers._rests(2000, ago(1700)) and not couriers._rests(2000, ago(1801))


def test_a_webhook_is_signed(alert, monkeypatch):
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from unswarm.enforcers.webhook import signature

    monkeypatch.setenv("UNSWARM_WEBHOOK_SECRET", "s")
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((dict(self.headers), body))
            self.send_response(200 if len(seen) == 1 else 409)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    courier = opened(f"webhook:http://127.0.0.1:{server.server_port}/alerts")
    assert courier.bring(alert) == "200"
    assert courier.bring(alert) == "it has it"
    server.shutdown()
    headers, body = seen[0]
    said = json.loads(body)
    assert said["key"] == headers["Idempotency-Key"] == alert.key
    assert said["joined"] == ["a", "b", "c"]
    moment = headers["X-Unswarm-Timestamp"]
    assert headers["X-Unswarm-Signature"] == signature(b"s", moment, body)


@pytest.mark.parametrize(
    ("place", "hint"),
    [("mial:x", "mail"), ("mail", "NAME:WHERE"), ("webhook:http://x.example", "https")],
)
def test_what_is_no_place_is_said_with_a_hint(place, hint, monkeypatch):
    monkeypatch.setenv("UNSWARM_WEBHOOK_SECRET", "s")
    with pytest.raises(SettingsError, match=hint):
        opened(place)
