"""Acting at a Mastodon server: once on an order, and never more than it can do."""

import os
from dataclasses import replace

import pytest
from fake_mastodon import NOBODY, OWNER, ROUTES, FakeMastodon, Token, Trouble

from unswarm.enforcers import mastodon
from unswarm.enforcers._http import TRIES
from unswarm.enforcers._mastodon.reports import LONGEST, comment
from unswarm.enforcers._mastodon.servers import SERVERS, covers
from unswarm.errors import CaseError, SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, key_of

ACCOUNT_ACTIONS = [(Action.DISABLE_ACCOUNT, "suspended"), (Action.REDUCE, "limited")]


@pytest.fixture
def servers():
    started = []

    def start(*args, **options):
        server = FakeMastodon(*args, **options).start()
        admin = server.join("admin", permissions=OWNER)
        server.tokens["t"] = Token(admin.id)
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def fake(servers):
    return servers()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def target(fake, waits):
    return mastodon.Mastodon(fake.address, "t", waits.append)


def at(fake, scopes=None, permissions=OWNER, waits=None):
    """The target for somebody who may do less."""
    person = fake.join("somebody", permissions=permissions)
    fake.tokens["u"] = Token(person.id, scopes) if scopes else Token(person.id)
    return mastodon.Mastodon(fake.address, "u", (waits if waits is not None else []).append)


def order(action, subject, value="", ground="spam", platform="mastodon"):
    key = key_of("case", action, subject, "d-0001")
    return Order(key, action, subject, platform, "d-0001", value, ground)


def on(fake, action, person, **more):
    return order(action, fake.page(person), **more)


# --- what can be done


def test_a_real_server_of_the_latest_kind_does_all(target):
    assert target.actions == mastodon.actions
    assert target.reversible == mastodon.reversible == mastodon.actions - {Action.REPORT}
    assert "runs mastodon 4.6.4" in target.limits


def test_opening_a_target_asks_nothing(fake, monkeypatch):
    monkeypatch.setenv("UNSWARM_MASTODON_TOKEN", "t")
    opened = mastodon.open_target(f"{fake.address}/")
    assert fake.calls == []
    assert opened.actions and opened.reversible and opened.limits
    asked = len(fake.calls)
    assert opened.actions and len(fake.calls) == asked == 4


def test_a_target_without_a_token_is_refused(monkeypatch):
    monkeypatch.delenv("UNSWARM_MASTODON_TOKEN", raising=False)
    with pytest.raises(SettingsError, match="UNSWARM_MASTODON_TOKEN"):
        mastodon.open_target("https://social.example")


@pytest.mark.parametrize(
    "where", ["http://social.example", "social.example", "https://me:pass@social.example", "https:"]
)
def test_only_what_is_encrypted_or_local_is_a_target(where, monkeypatch):
    monkeypatch.setenv("UNSWARM_MASTODON_TOKEN", "t")
    with pytest.raises(SettingsError, match="Hint: mastodon:https://"):
        mastodon.open_target(where)


def test_gotosocial_is_not_said_to_take_back_what_it_cannot(servers):
    fake = servers("gotosocial", "0.20.1")
    target = mastodon.Mastodon(fake.address, "t")
    assert target.actions == {Action.DISABLE_ACCOUNT, Action.REPORT, Action.BLOCK_DOMAIN}
    assert target.reversible == {Action.BLOCK_DOMAIN}
    ann = fake.join("ann")
    assert target.send(on(fake, Action.DISABLE_ACCOUNT, ann)).state == DONE and ann.suspended
    back = target.undo(on(fake, Action.DISABLE_ACCOUNT, ann))
    assert (back.state, back.detail) == (REFUSED, "404 Record not found")
    soft = target.send(on(fake, Action.REDUCE, ann))
    assert soft.state == REFUSED and "cannot do: reduce" in soft.detail
    assert not fake.asked("POST", "silence")
    block = order(Action.BLOCK_DOMAIN, "bad.example")
    assert target.send(replace(block, value="silence")).state == REFUSED
    assert target.send(block).state == DONE and target.read_back(block) == "blocked: suspend"
    assert target.undo(block).state == UNDONE and target.read_back(block) == ""


def test_a_verb_that_a_server_does_not_have_is_refused_with_its_words(servers, monkeypatch):
    fake = servers("gotosocial", "4.6.4")
    monkeypatch.setitem(SERVERS, "gotosocial", mastodon.MASTODON)
    target = mastodon.Mastodon(fake.address, "t")
    refused = target.send(on(fake, Action.REDUCE, fake.join("ann")))
    assert refused.state == REFUSED and refused.detail.startswith("400 Bad Request: type silence")
    refused = target.send(order(Action.BLOCK_EMAIL_DOMAIN, "mail.example"))
    assert (refused.state, refused.detail[:3]) == (REFUSED, "404")


@pytest.mark.parametrize("software", ["akkoma", "misskey", ""])
def test_other_software_takes_reports_only(servers, software):
    fake = servers(software, "1")
    assert mastodon.Mastodon(fake.address, "t").actions == {Action.REPORT}


def test_an_old_mastodon_blocks_no_domains_by_its_api(servers):
    fake = servers("mastodon", "3.5.19+glitch")
    target = mastodon.Mastodon(fake.address, "t")
    assert Action.REDUCE in target.actions and Action.BLOCK_DOMAIN not in target.actions
    assert "a server of version 4.0" in target.limits


def test_whoever_has_no_rights_may_report(fake):
    target = at(fake, ("read:accounts", "read:search", "write:reports"), NOBODY)
    assert target.actions == {Action.REPORT} and target.reversible == frozenset()
    assert "the scope admin:write:accounts" in target.limits
    assert "a role with the permission Manage Users" in target.limits
    ann = fake.join("ann")
    assert target.send(on(fake, Action.REPORT, ann)).state == DONE
    assert len(fake.reports) == 1 and not fake.asked("GET", "admin/reports")
    assert target.read_back(on(fake, Action.REPORT, ann)) == ""


@pytest.mark.parametrize(
    "given, wanted, held",
    [
        (("admin:write",), "admin:write:accounts", True),
        (("admin:write:accounts",), "admin:write:accounts", True),
        (("admin",), "admin:read:reports", True),
        (("admin:read",), "admin:write:accounts", False),
        (("write",), "admin:write:accounts", False),
        (("admin:write:account",), "admin:write:accounts", False),
        ((), "write:reports", False),
        (None, "write:reports", True),
    ],
)
def test_wider_scopes_hold_narrower_ones(given, wanted, held):
    assert covers(given, wanted) is held


def test_a_role_without_a_permission_is_known_before_anything_is_sent(fake):
    target = at(fake, permissions=NOBODY | 1 << 5)
    assert target.actions == {Action.REPORT, Action.BLOCK_DOMAIN}


def test_where_scopes_are_not_told_a_refusal_names_the_scope(fake):
    fake.tells_scopes = False
    target = at(fake, ("read", "admin:read", "write:reports"))
    assert target.actions == mastodon.actions
    ann = fake.join("ann")
    refused = target.send(on(fake, Action.DISABLE_ACCOUNT, ann))
    assert refused.state == REFUSED and not ann.suspended
    assert "admin:write:accounts" in refused.detail and "Manage Users" in refused.detail


def test_a_token_of_elsewhere_ends_the_run(fake):
    with pytest.raises(SettingsError, match="does not know the token"):
        _ = mastodon.Mastodon(fake.address, "another").actions


# --- accounts


@pytest.mark.parametrize("action, word", ACCOUNT_ACTIONS)
def test_an_account_is_acted_on_once_read_back_and_taken_back(fake, target, action, word):
    ann = fake.join("ann")
    said = on(fake, action, ann)
    assert target.read_back(said) == "active" and target.expected(said, "active") == word
    assert target.send(said).state == DONE and target.read_back(said) == word
    assert target.send(said).state == ALREADY
    assert len(fake.strikes) == 1
    assert fake.strikes[0]["send_email_notification"] == "false"
    assert fake.strikes[0]["text"] == "Decision d-0001: spam."
    assert target.undo(said).state == UNDONE and target.read_back(said) == "active"
    assert target.undo(said).state == UNDONE
    assert fake.asked("POST", "/un") == 1


def test_whoever_is_suspended_is_not_made_freer(fake, target):
    ann = fake.join("ann", suspended=True)
    said = on(fake, Action.REDUCE, ann)
    assert target.read_back(said) == target.expected(said, "suspended") == "suspended"
    assert (target.send(said).state, target.send(said).detail) == (ALREADY, "suspended")
    assert target.undo(said).state == UNDONE and ann.suspended


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("action, word", ACCOUNT_ACTIONS)
def test_an_answer_that_was_lost_does_nothing_twice(fake, target, action, word, acts):
    fake.troubles = [Trouble("POST", "/action", acts=acts)]
    said = on(fake, action, fake.join("ann"))
    assert target.send(said).state == DONE and target.read_back(said) == word
    assert len(fake.strikes) == 1


def test_an_undoing_whose_answer_was_lost_is_undone(fake, target):
    said = on(fake, Action.DISABLE_ACCOUNT, fake.join("ann", suspended=True))
    fake.troubles = [Trouble("POST", "/unsuspend", acts=True)]
    assert target.undo(said).state == UNDONE
    assert fake.asked("POST", "/unsuspend") == 2  # the second is refused: it is suspended no more


def test_a_colleague_is_not_suspended(fake, target):
    refused = target.send(on(fake, Action.DISABLE_ACCOUNT, fake.join("chief", permissions=OWNER)))
    assert refused.state == REFUSED and refused.detail.startswith("403 This action is not allowed")


def test_accounts_of_elsewhere_are_asked_for_only_when_acted_on(fake, target):
    bob = fake.elsewhere["77"] = fake.join("bob", "far.example", id=77)
    del fake.people["77"]
    said = on(fake, Action.REDUCE, bob)
    assert target.read_back(said) == "not known here"
    assert not fake.asked("GET", "resolve=true")
    assert target.undo(said).state == REFUSED and not fake.asked("GET", "resolve=true")
    assert target.send(said).state == DONE and bob.silenced
    assert target.read_back(said) == "limited"


@pytest.mark.parametrize(
    "subject",
    [
        "{host}/@ann", "{host}/@Ann/", "{host}/users/ann", "ann@{name}", "@ANN@{name}",
        "{host}/ap/users/{id}",
    ],
)  # fmt: skip
def test_an_account_is_known_by_its_page_or_its_handle(fake, target, subject):
    ann = fake.join("ann")
    said = subject.format(host=fake.address, name=fake.host, id=ann.id)
    receipt = target.send(order(Action.REDUCE, said))
    assert (receipt.state, ann.silenced) == (
        (REFUSED, False) if "/users/ann" in said else (DONE, True)
    )


@pytest.mark.parametrize(
    "subject, platform",
    [
        ("https://other.example/@ann", "mastodon"), ("ann", "mastodon"), ("12345", ""),
        ("https://far.example/@bo", "mastodon"), ("ann@far.example", "mastodon"), ("", ""),
        ("https://[broken/@ann", "mastodon"), ("{host}/@ann", "twitter"),
    ],
)  # fmt: skip
def test_nobody_alike_is_acted_on(fake, target, subject, platform):
    fake.join("ann")
    fake.join("bob", "far.example")
    said = order(Action.DISABLE_ACCOUNT, subject.format(host=fake.address), platform=platform)
    receipt = target.send(said)
    assert receipt.state == REFUSED
    assert "knows no account" in receipt.detail or "account of twitter" in receipt.detail
    assert target.read_back(said) == "not known here"
    assert fake.strikes == []


def test_a_server_that_offers_somebody_else_is_not_believed(fake, target, monkeypatch):
    eve = fake.join("eve")
    found = fake.account(eve)
    answers = {"accounts": [found], "statuses": [], "hashtags": [], "collections": []}
    route = ("GET", "/api/v2/search", "read:search", "", lambda _: answers)
    monkeypatch.setattr("fake_mastodon.ROUTES", [route, *ROUTES])
    said = order(Action.DISABLE_ACCOUNT, "https://far.example/@bob")
    assert target.send(said).state == REFUSED and not eve.suspended


def test_a_search_that_is_not_allowed_is_said(fake):
    target = at(fake, ("admin:read", "admin:write", "read:accounts"))
    refused = target.send(order(Action.REDUCE, "https://far.example/@bob"))
    assert "knows no account https://far.example/@bob (403 " in refused.detail


# --- reports


def test_a_report_is_sent_once_and_carries_its_key(fake, target):
    ann = fake.join("ann")
    said = on(fake, Action.REPORT, ann)
    assert target.read_back(said) == ""
    assert target.send(said).state == DONE and target.read_back(said) == "reported"
    assert (target.send(said).state, len(fake.reports)) == (ALREADY, 1)
    report = fake.reports["1"]
    assert report["category"] == "spam" and said.key in report["comment"]
    assert "d-0001" in report["comment"] and "case" not in report["comment"]
    assert not report["forwarded"]
    report["action_taken"] = True
    assert (target.send(said).state, len(fake.reports)) == (ALREADY, 1)
    assert (target.undo(said).state, target.undo(said).detail) == (
        REFUSED, "a report cannot be taken back",
    )  # fmt: skip


def test_a_report_of_an_account_of_elsewhere_goes_there_too(fake, target):
    bob = fake.join("bob", "far.example")
    said = on(fake, Action.REPORT, bob, ground="ban evasion", value="Same group as last year.")
    assert target.send(said).state == DONE
    assert fake.reports["1"]["forwarded"] and fake.reports["1"]["category"] == "other"
    assert fake.reports["1"]["comment"].startswith("Same group as last year. Ground: ban evasion.")


def test_a_report_is_as_long_as_a_server_takes_and_keeps_its_key(fake, target):
    said = on(fake, Action.REPORT, fake.join("ann"), value="é" * 2000)
    assert len(comment(said)) == LONGEST and said.key in comment(said)
    assert target.send(said).state == DONE


def test_a_report_is_found_on_any_page(fake, target):
    ann = fake.join("ann")
    said = on(fake, Action.REPORT, ann)
    target.send(said)
    fake.most = 2
    other = mastodon.Mastodon(fake.address, "t")
    for number in range(5):
        other.send(replace(said, key=f"k{number}"))
    assert target.read_back(said) == "reported" and fake.asked("GET", "max_id=") > 1


@pytest.mark.parametrize("acts, reports", [(True, 1), (False, 1)])
def test_a_lost_report_is_looked_up_before_it_is_sent_again(fake, target, acts, reports):
    fake.troubles = [Trouble("POST", "/reports", acts=acts)]
    assert target.send(on(fake, Action.REPORT, fake.join("ann"))).state == DONE
    assert len(fake.reports) == reports


@pytest.mark.parametrize("acts", [True, False])
def test_a_lost_report_that_cannot_be_looked_up_is_not_sent_again(fake, acts):
    target = at(fake, ("read", "write:reports"), NOBODY)
    fake.troubles = [Trouble("POST", "/reports", acts=acts)]
    receipt = target.send(on(fake, Action.REPORT, fake.join("ann")))
    assert receipt.state == REFUSED and "cannot be known" in receipt.detail
    assert fake.asked("POST", "/reports") == 1


def test_what_the_server_does_not_say_is_tried_before_it_is_relied_on(fake):
    fake.tells_scopes = False
    target = at(fake, ("read", "write:reports"))
    fake.troubles = [Trouble("POST", "/reports", acts=True)]
    receipt = target.send(on(fake, Action.REPORT, fake.join("ann")))
    assert receipt.state == REFUSED and len(fake.reports) == 1


def test_a_busy_server_is_asked_again_to_take_a_report(fake):
    waits = []
    target = at(fake, ("read", "write:reports"), NOBODY, waits)
    fake.troubles = [Trouble("POST", "/reports", code=429, headers={"Retry-After": "3"})]
    assert target.send(on(fake, Action.REPORT, fake.join("ann"))).state == DONE
    assert waits == [3.0] and len(fake.reports) == 1


# --- domains


@pytest.mark.parametrize("value", ["", "silence", "noop"])
def test_a_domain_is_blocked_once_read_back_and_freed(fake, target, value):
    said = order(Action.BLOCK_DOMAIN, "bad.example", value)
    word = f"blocked: {value or 'suspend'}"
    assert target.read_back(said) == "" and target.expected(said, "") == word
    assert target.send(said).state == DONE and target.read_back(said) == word
    assert (target.send(said).state, target.send(said).detail) == (ALREADY, word)
    assert len(fake.blocks) == 1
    assert target.undo(said).state == UNDONE and target.read_back(said) == ""
    assert target.undo(said).state == UNDONE and not fake.blocks


def test_a_domain_below_a_blocked_one_is_blocked_already(fake, target):
    fake_block(fake, "bad.example", "silence")
    soft = order(Action.BLOCK_DOMAIN, "news.bad.example", "silence")
    assert (target.send(soft).state, target.read_back(soft)) == (ALREADY, "blocked: silence")
    assert target.expected(replace(soft, value="noop"), "blocked: silence") == "blocked: silence"
    back = target.undo(soft)
    assert back.state == REFUSED and "the block of bad.example covers it" in back.detail
    hard = order(Action.BLOCK_DOMAIN, "news.bad.example")
    assert target.send(hard).state == DONE and len(fake.blocks) == 2
    assert target.undo(hard).state == UNDONE and len(fake.blocks) == 1
    assert target.send(order(Action.BLOCK_DOMAIN, "notbad.example")).state == DONE


def fake_block(fake, domain, severity, note="mine"):
    number = str(len(fake.blocks) + 1)
    fake.blocks[number] = {
        "id": number, "domain": domain, "digest": "", "created_at": "", "severity": severity,
        "reject_media": False, "reject_reports": False, "private_comment": note,
        "public_comment": None, "obfuscate": False,
    }  # fmt: skip


def test_what_somebody_else_blocked_stays_theirs(fake, target):
    fake_block(fake, "bad.example", "silence")
    said = order(Action.BLOCK_DOMAIN, "bad.example")
    refused = target.send(said)
    assert refused.state == REFUSED and "raise it there by hand" in refused.detail
    soft = replace(said, value="silence")
    assert target.send(soft).state == ALREADY
    assert "somebody else has blocked it" in target.undo(soft).detail and len(fake.blocks) == 1


def test_a_block_that_came_in_between_is_found(fake, target):
    said = order(Action.BLOCK_DOMAIN, "bad.example")
    assert target.read_back(said) == ""
    fake_block(fake, "bad.example", "suspend")
    assert target.send(said).state == ALREADY and fake.asked("POST", "domain_blocks") == 1


@pytest.mark.parametrize("acts", [True, False])
def test_a_lost_block_is_found_again(fake, target, acts):
    fake.troubles = [Trouble("POST", "domain_blocks", acts=acts)]
    assert target.send(order(Action.BLOCK_DOMAIN, "bad.example")).state == DONE
    assert len(fake.blocks) == 1


def test_a_long_list_is_read_to_its_end(fake, target):
    for number in range(5):
        fake_block(fake, f"bad{number}.example", "suspend")
    fake.most = 2
    assert target.read_back(order(Action.BLOCK_DOMAIN, "bad0.example")) == "blocked: suspend"


def test_a_long_list_is_read_once(fake, target):
    for number in range(3):
        said = order(Action.BLOCK_DOMAIN, f"Bad{number}.example")
        assert target.send(said).state == DONE and target.read_back(said) == "blocked: suspend"
    assert fake.asked("GET", r"domain_blocks\?") == 1
    fake.blocks.clear()  # somebody lifts them
    assert target.read_back(said) == "" and target.undo(said).state == UNDONE


def test_how_to_block_is_a_word_that_the_server_knows(fake, target):
    refused = target.send(order(Action.BLOCK_DOMAIN, "bad.example", "gently"))
    assert refused.state == REFUSED and "noop, silence, suspend" in refused.detail
    assert not fake.asked("POST", "domain_blocks")


def test_an_e_mail_domain_is_blocked_once_read_back_and_freed(fake, target):
    said = order(Action.BLOCK_EMAIL_DOMAIN, "mail.example")
    assert target.expected(said, "") == "blocked"
    assert target.send(said).state == DONE and target.read_back(said) == "blocked"
    assert target.send(said).state == ALREADY and len(fake.mail) == 1
    below = order(Action.BLOCK_EMAIL_DOMAIN, "eu.mail.example")
    assert target.send(below).state == ALREADY
    assert target.undo(said).state == UNDONE and target.read_back(said) == "" and not fake.mail


# --- patience


@pytest.mark.parametrize("code", [0, 429, 503])
def test_what_a_server_can_do_is_not_waited_for(fake, target, waits, code):
    fake.troubles = [Trouble("GET", "apps/", code=code)]
    with pytest.raises(CaseError, match="nothing was sent"):
        _ = target.actions
    assert waits == [] and target.actions


@pytest.mark.parametrize("path", ["/lookup", "/action", r"accounts/\d+$"])
def test_a_busy_server_is_waited_for_as_long_as_it_says(fake, target, waits, path):
    fake.troubles = [Trouble("POST" if path == "/action" else "GET", path, code=429)]
    said = on(fake, Action.DISABLE_ACCOUNT, fake.join("ann"))
    assert target.send(said).state == DONE
    assert len(waits) == 1 and 80 < waits[0] <= 90  # X-RateLimit-Reset


def test_a_used_up_limit_is_waited_for(fake, target, waits):
    fake.left = 6
    said = on(fake, Action.DISABLE_ACCOUNT, fake.join("ann"))
    assert target.send(said).state == DONE and target.read_back(said) == "suspended"
    assert len(waits) == 1 and len(fake.strikes) == 1


def test_a_server_that_stays_away_is_an_error_that_says_how_to_go_on(fake, target, waits):
    said = on(fake, Action.DISABLE_ACCOUNT, fake.join("ann"))
    assert target.actions
    fake.troubles = [Trouble("GET", "/lookup", code=502) for _ in range(TRIES)]
    with pytest.raises(CaseError, match="`unswarm enforce` goes on"):
        target.send(said)
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert target.send(said).state == DONE and len(fake.strikes) == 1


def test_no_token_follows_a_redirect_elsewhere(fake, target):
    headers = {"Location": "https://elsewhere.example/api"}
    fake.troubles = [Trouble("GET", "nodeinfo", code=302, headers=headers)]
    with pytest.raises(SettingsError, match=r"sends on to elsewhere\.example"):
        _ = target.actions


def test_a_form_is_never_sent_on(fake, target):
    said = on(fake, Action.DISABLE_ACCOUNT, fake.join("ann"))
    headers = {"Location": f"{fake.address}/api/v1/accounts/lookup?acct=ann"}
    fake.troubles = [Trouble("POST", "/action", code=302, headers=headers)]
    receipt = target.send(said)
    assert (receipt.state, receipt.detail[:3]) == (REFUSED, "302")


# --- a server of one's own


@pytest.mark.skipif("MASTODON_BASE_URL" not in os.environ, reason="no server to ask")
def test_a_live_server_says_what_it_can_do():
    target = mastodon.open_target(os.environ["MASTODON_BASE_URL"])
    assert Action.REPORT in target.actions | {Action.REPORT}
    assert target.reversible <= target.actions <= mastodon.actions
    unknown = order(Action.DISABLE_ACCOUNT, "https://nobody.invalid/@nobody")
    assert target.read_back(unknown) in ("not known here", "")
