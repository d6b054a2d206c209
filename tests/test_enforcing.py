"""From decisions to receipts: two people, nothing lost, nothing repeated, whatever breaks."""

import csv
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stand_in
from unswarm import enforcing, log
from unswarm.enforcers import handover
from unswarm.errors import CaseError, InputError, SettingsError
from unswarm.record import replay
from unswarm.record.orders import ALREADY, DONE, SENT, Action, Order, Plan, Receipt, key_of

RESTS = {"ground": "spam", "cites": ["coordination"]}


@pytest.fixture
def case(tmp_path, monkeypatch):
    case = stand_in.detected(tmp_path, monkeypatch)
    case.decide("n1", "inauthentic", "acted as one", "kim", **RESTS)
    case.desk.approve("d-0001", "ann ode")
    return case


def draft(case, **options):
    return enforcing.draft(case.findings, **options)


def planned(case, tmp_path, who="kim"):
    target = f"handover:{tmp_path / 'orders.csv'}"
    return case.desk.plan(target, draft(case).orders, who)["id"]


def rows(tmp_path):
    with (tmp_path / "orders.csv").open() as file:
        return list(csv.DictReader(file))


# --- orders


def test_approved_decisions_give_orders_and_others_none(case):
    assert [(o.action, o.subject, o.decision) for o in draft(case).orders] == [
        (Action.DISABLE_ACCOUNT, name, "d-0001") for name in ("ann", "bob", "eve")
    ]
    case.decide("news.com", "inauthentic", "its traffic", "kim", **RESTS)
    assert len(draft(case).orders) == 3
    case.desk.approve("d-0002", "bo")
    assert draft(case).orders[0].action is Action.BLOCK_DOMAIN


def test_whoever_appeals_is_held_until_answered(case):
    case.desk.appeal("bob", "a person")
    assert [(h.subject, h.reason) for h in draft(case).held] == [("bob", "its appeal is open")]
    case.desk.answer("a-0001", "reinstated", "met him", "bo")
    assert [h.reason for h in draft(case).held] == ["it was reinstated"]


def test_an_account_cleared_by_itself_is_held(case):
    case.decide("eve", "authentic", "a journalist", "bo")
    assert [(h.subject, h.reason) for h in draft(case).held] == [("eve", "d-0002 says authentic")]
    assert [o.subject for o in draft(case).orders] == ["ann", "bob"]


def test_a_stale_decision_is_held(case, tmp_path):
    (tmp_path / "more.csv").write_text(
        "account,time,text,url\nzoe,2024-03-01 12:00:03,hi there,https://news.com/1\n"
    )
    case.read(tmp_path / "more.csv")
    case.detect()
    assert draft(case).orders == ()
    assert "members have changed" in draft(case).held[0].reason


def test_something_softer_may_be_ordered(case):
    assert {o.action for o in draft(case, softer=Action.REDUCE).orders} == {Action.REDUCE}
    labels = draft(case, softer=Action.LABEL, value="coordinated").orders
    assert {o.value for o in labels} == {"coordinated"}
    with pytest.raises(SettingsError, match="Which label"):
        draft(case, softer=Action.LABEL)
    with pytest.raises(SettingsError, match="label, reduce, report, tag"):
        draft(case, softer=Action.REMOVE_PAGE)


def test_what_is_for_accounts_is_not_ordered_for_domains_nor_the_reverse(case):
    case.decide("news.com", "inauthentic", "its traffic", "kim", **RESTS)
    case.desk.approve("d-0002", "bo")
    for softer in enforcing.SOFTER:
        found = draft(case, softer=softer, value="x")
        assert {o.action for o in found.orders} == {softer} and len(found.orders) == 3
        assert [(h.subject, h.reason) for h in found.held] == [
            ("news.com", f"'{softer}' is for accounts only")
        ]
    found = draft(case, softer=Action.BLOCK_EMAIL_DOMAIN)
    assert [(o.action, o.subject) for o in found.orders] == [
        (Action.BLOCK_EMAIL_DOMAIN, "news.com")
    ]
    assert {h.reason for h in found.held} == {"'block e-mail domain' is for domains only"}
    assert len(found.held) == 3


def test_a_value_goes_with_the_actions_that_have_one(case):
    case.decide("news.com", "inauthentic", "its traffic", "kim", **RESTS)
    case.desk.approve("d-0002", "bo")
    orders = draft(case, value="silence").orders
    assert {o.subject: o.value for o in orders} == {"news.com": "silence"} | dict.fromkeys(
        ("ann", "bob", "eve"), ""
    )
    assert {o.ground for o in orders} == {"spam"}
    with pytest.raises(SettingsError, match="Which tag"):
        draft(case, softer=Action.TAG)


# --- a dry run


def test_a_dry_run_asks_of_every_order_and_sends_nothing(case, tmp_path):
    plan = planned(case, tmp_path)
    target = handover.open_target(str(tmp_path / "orders.csv"))
    target.send(draft(case).orders[0])
    told = []
    found = case.preview(plan, progress=lambda *said: told.append(said))
    assert [(p.order.subject, p.now, p.then, p.changes) for p in found] == [
        ("ann", "ordered", "ordered", False),
        ("bob", "", "ordered", True),
        ("eve", "", "ordered", True),
    ]
    assert told[-1] == ("asking the target", 3, 3)
    assert len(rows(tmp_path)) == 1
    case.desk.approve(plan, "ann ode")
    case.enforce(plan)
    assert case.preview(plan) == ()
    assert {p.then for p in case.preview(plan, undo=True)} == {"disable account: taken back"}
    assert len(rows(tmp_path)) == 3


def test_a_dry_run_of_what_a_target_does_not_tell_says_what_is_ordered():
    target = SimpleNamespace(read_back=lambda _: "", expected=lambda *_: "")
    (found,) = enforcing.preview([order(1)], target)
    assert (found.now, found.then) == ("", "label")


def test_a_dry_run_of_an_overtaken_plan_says_so(case, tmp_path):
    plan = planned(case, tmp_path)
    case.decide("n1", "authentic", "a fan club after all", "bo")
    with pytest.raises(CaseError, match="is overtaken"):
        case.preview(plan)


def test_what_a_target_cannot_take_back_is_known_before_it_is_done():
    target = SimpleNamespace(reversible={Action.LABEL})
    kept = replace(order(2), action=Action.REPORT)
    assert enforcing.final(target, [order(1), kept, kept]) == (Action.REPORT,)
    assert enforcing.final(target, [order(1)]) == enforcing.final(SimpleNamespace(), []) == ()


def test_a_target_is_not_asked_what_it_can_do_when_nothing_is_ordered():
    enforcing.capable(SimpleNamespace(), [])
    enforcing.capable(SimpleNamespace(), [], undo=True)


# --- two people


def test_a_plan_that_nobody_else_approved_sends_nothing(case, tmp_path):
    plan = planned(case, tmp_path)
    with pytest.raises(SettingsError, match="nobody else has approved it"):
        case.enforce(plan)
    with pytest.raises(SettingsError, match="different person"):
        case.desk.approve(plan, "KIM ")
    assert not (tmp_path / "orders.csv").exists()


def test_an_approved_plan_is_carried_out_once(case, tmp_path):
    plan = planned(case, tmp_path)
    case.desk.approve(plan, "ann ode")
    done = case.enforce(plan)
    assert [r.state for r in done.receipts.values()] == [DONE] * 3
    assert {r.read_back for r in done.receipts.values()} == {"ordered"}
    case.enforce(plan)
    assert [row["subject"] for row in rows(tmp_path)] == ["ann", "bob", "eve"]
    assert draft(case).orders == ()
    assert len(draft(case).before) == 3
    with pytest.raises(SettingsError, match="nothing to order"):
        planned(case, tmp_path)


def test_who_is_reinstated_is_taken_back(case, tmp_path):
    plan = planned(case, tmp_path)
    case.desk.approve(plan, "ann ode")
    case.enforce(plan)
    case.desk.appeal("bob", "a person")
    case.desk.answer("a-0001", "reinstated", "met him", "bo")
    assert [(p.id, o.subject) for p, o in draft(case).undo] == [(plan, "bob")]
    done = case.enforce(plan, undo=True)
    assert Counter(r.state for r in done.receipts.values()) == {DONE: 2, "undone": 1}
    assert [(r["subject"], r["undo"]) for r in rows(tmp_path)][-1] == ("bob", "yes")
    assert draft(case).undo == ()


def test_an_overtaken_plan_sends_nothing(case, tmp_path):
    plan = planned(case, tmp_path)
    case.desk.approve(plan, "ann ode")
    case.decide("n1", "authentic", "a fan club after all", "bo")
    with pytest.raises(CaseError, match="is overtaken: 3 of its orders"):
        case.enforce(plan)
    assert not (tmp_path / "orders.csv").exists()


@pytest.mark.parametrize("said", ["handover", "handovr:x.csv", "webhook:http://example.org/x"])
def test_a_target_that_is_none_is_explained(said):
    with pytest.raises(SettingsError, match="Hint"):
        enforcing.opened(said)


# --- crashes


class CrashError(Exception):
    """The machine goes off."""


class World:
    """A target that acts once on a key, and a machine that goes off at a given step."""

    def __init__(self, crash_at: int) -> None:
        self.left, self.acts, self.log = crash_at, Counter(), []

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise CrashError

    def send(self, order: Order) -> Receipt:
        self.step()
        new = not self.acts[order.key]
        self.acts[order.key] = 1
        self.step()
        return Receipt(order.key, DONE if new else ALREADY)

    def undo(self, order: Order) -> Receipt:
        raise NotImplementedError

    def read_back(self, order: Order) -> str:
        self.step()
        return "gone" if self.acts[order.key] else ""

    def write(self, receipt: Receipt) -> None:
        self.step()
        said = {"key": receipt.key, "state": receipt.state, "detail": receipt.detail}
        self.log.append({"act": "receipt", "plan": "p", **said, "read_back": receipt.read_back})
        self.step()


def entries(orders):
    said = [{**vars(order)} for order in orders]
    return [
        {"act": "plan", "id": "p", "target": "t", "orders": said, "who": "kim", "when": ""},
        {"act": "approve", "of": "p", "who": "ann", "role": "approver", "when": ""},
    ]


def order(number):
    key = key_of("case", Action.LABEL, str(number), "d-0001")
    return Order(key, Action.LABEL, str(number), "twitter", "d-0001", "x")


@pytest.mark.parametrize("crash_at", range(1, 30))
def test_a_crash_at_any_step_loses_and_repeats_nothing(crash_at):
    orders = [order(number) for number in range(4)]
    world = World(crash_at)
    said = entries(orders)

    def plan() -> Plan:
        return replay(said + [{**line, "when": ""} for line in world.log]).plans["p"]

    try:
        enforcing.execute(plan(), world, world.write)
    except CrashError:
        enforcing.execute(plan(), world, world.write)
    assert plan().left == ()
    assert world.acts == Counter({each.key: 1 for each in orders})
    assert {plan().state(each) for each in orders} <= {DONE, ALREADY}
    assert [each["state"] for each in world.log].count(SENT) in (4, 5)


@given(st.lists(st.integers(1, 12), max_size=6))
def test_any_number_of_crashes_loses_and_repeats_nothing(crashes):
    orders = [order(number) for number in range(5)]
    world, said = World(0), entries(orders)
    for crash_at in [*crashes, 0]:
        world.left = crash_at
        plan = replay(said + [{**line, "when": ""} for line in world.log]).plans["p"]
        try:
            enforcing.execute(plan, world, world.write)
        except CrashError:
            continue
    assert world.acts == Counter({each.key: 1 for each in orders})
    assert replay(said + [{**line, "when": ""} for line in world.log]).plans["p"].left == ()


def test_orders_go_no_faster_than_a_target_takes_them():
    waits = []
    world = World(0)
    plan = replay(entries([order(n) for n in range(3)])).plans["p"]
    enforcing.execute(plan, world, world.write, per_minute=120, sleep=waits.append)
    assert waits == [0.5, 0.5]
    target = SimpleNamespace(undo=lambda o: Receipt(o.key, "undone"), read_back=lambda _: "")
    done = replay(entries([order(n) for n in range(3)]) + [{**e, "when": ""} for e in world.log])
    plan = done.plans["p"]
    enforcing.undo(plan, plan.orders, target, lambda _: None, per_minute=60, sleep=waits.append)
    assert waits == [0.5, 0.5, 1.0, 1.0]


def test_a_target_that_cannot_do_all_gets_nothing():
    target = SimpleNamespace(actions={Action.LABEL}, reversible={Action.LABEL}, limits="Why.")
    enforcing.capable(target, [order(1)])
    with pytest.raises(SettingsError, match=r"cannot do: block domain\. .* Why\."):
        enforcing.capable(target, [order(1), replace(order(2), action=Action.BLOCK_DOMAIN)])


# --- the file that is handed over


def test_a_file_cut_off_in_its_last_line_goes_on(tmp_path):
    target = handover.open_target(str(tmp_path / "orders.csv"))
    target.send(order(1))
    with (tmp_path / "orders.csv").open("a") as file:
        file.write(order(2).key + ",lab")
    assert target.send(order(2)).state == DONE
    assert target.send(order(1)).state == ALREADY
    assert [row["subject"] for row in rows(tmp_path)] == ["1", "2"]


def test_a_file_of_something_else_is_not_added_to(tmp_path):
    (tmp_path / "orders.csv").write_text("name,age\nx,1\n")
    with pytest.raises(InputError, match="no file of orders"):
        handover.open_target(str(tmp_path / "orders.csv")).send(order(1))
    assert (tmp_path / "orders.csv").read_text() == "name,age\nx,1\n"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=TEXTS)
def test_any_subject_comes_back_as_it_is(tmp_path, subject):
    path = tmp_path / "orders.csv"
    path.unlink(missing_ok=True)
    target = handover.open_target(str(path))
    odd = replace(order(1), subject=subject)
    assert target.send(odd).state == DONE
    assert target.read_back(odd) == "ordered"
    assert [row["subject"] for row in rows(tmp_path)] == [subject]


def test_the_log_of_a_run_replays_to_the_same_plan(case, tmp_path):
    plan = planned(case, tmp_path)
    case.desk.approve(plan, "ann ode")
    done = case.enforce(plan)
    assert replay(log.entries(case.path / "log.jsonl")).plans[plan] == done


def test_what_was_taken_back_is_ordered_again_by_a_new_decision_only(case, tmp_path):
    """A target acts once on a key: the same order again would do nothing, and be told as done."""
    plan = planned(case, tmp_path)
    case.desk.approve(plan, "ann ode")
    case.enforce(plan)
    case.enforce(plan, undo=True)
    again = draft(case)
    assert again.orders == ()
    assert {h.reason for h in again.held} == {"it was taken back; decide again"}
    case.decide("n1", "inauthentic", "they went on", "kim", **RESTS)
    case.desk.approve("d-0002", "bo")
    assert [order.decision for order in draft(case).orders] == ["d-0002"] * 3
