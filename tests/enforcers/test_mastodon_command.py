"""From a decision to a suspended account and back, by the command line, at a stand-in server."""

import json
import sys

import pytest
from fake_mastodon import NOBODY, OWNER, FakeMastodon, Token

import stand_in
from unswarm import cli, open_case
from unswarm.enforcers import mastodon
from unswarm.errors import CaseError

MAILS = ("ann.smith82@ring.example", "bob7@ring.example", "x4f9k2@Ring.example")


@pytest.fixture
def fake():
    server = FakeMastodon().start()
    chief = server.join("chief", permissions=OWNER)
    helper = server.join("helper", permissions=NOBODY)
    server.tokens = {"t": Token(chief.id), "r": Token(helper.id, ("read", "write:reports"))}
    for name in ("ann", "bob", "eve"):
        server.join(name)
    yield server
    server.shutdown()
    server.server_close()


def members(fake):
    return [each for each in fake.people.values() if each.username in ("ann", "bob", "eve")]


def pages(fake):
    return [fake.page(each) for each in members(fake)]


@pytest.fixture
def here(fake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNSWARM_MASTODON_TOKEN", "t")
    monkeypatch.setattr("unswarm.detection.detect", stand_in.detect)
    monkeypatch.setattr(mastodon, "per_minute", 0)
    posts = stand_in.POSTS
    for page in pages(fake):
        posts = posts.replace(f"\n{page.rpartition('@')[2]},", f"\n{page},")
    (tmp_path / "posts.csv").write_text(posts)
    people = [
        {**fake.admin_account(each), "email": mail}
        for each, mail in zip(members(fake), MAILS, strict=True)
    ]
    (tmp_path / "people.json").write_text(json.dumps(people))
    case = open_case(tmp_path / "case")
    case.read(tmp_path / "posts.csv", tmp_path / "people.json")
    case.detect()
    return tmp_path


@pytest.fixture
def unswarm(here, monkeypatch, capsys):
    """Run a command on the case → exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["unswarm", *arguments, "--case", "case"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def decided(unswarm, subject="n1", number=1, cite="coordination"):
    words = (subject, "inauthentic", "--ground", "spam", "--cite", cite, "--reason", "as one")
    assert unswarm("decide", *words, "--who", "kim")[0] == 0
    assert unswarm("approve", f"d-{number:04d}", "--who", "bo")[0] == 0


def test_from_the_decision_to_the_read_back_and_back(unswarm, fake, here):
    decided(unswarm)
    where = f"mastodon:{fake.address}"
    code, out, _ = unswarm("plan", where, "--dry")
    assert code == 0 and "cannot be taken back" not in out
    assert f"{pages(fake)[0]}: now active, would become suspended" in out
    assert "Dry run: nothing was sent." in out and "p-0001" not in out

    assert "p-0001" in unswarm("plan", where, "--who", "kim")[1]
    members(fake)[1].suspended = True
    code, out, _ = unswarm("enforce", "p-0001", "--dry")  # nobody has approved it yet
    assert code == 0 and out.count("would become suspended") == 2
    assert "as ordered already: 1" in out
    code, _, err = unswarm("enforce", "p-0001")
    assert code == 2 and "nobody else has approved it" in err
    assert not any(method != "GET" for method, _ in fake.calls)

    unswarm("approve", "p-0001", "--who", "bo")
    code, out, _ = unswarm("enforce", "p-0001")
    assert code == 0 and "1 already" in out and "2 done" in out
    assert all(each.suspended for each in members(fake)) and len(fake.strikes) == 2
    plan = open_case(here / "case").record.plans["p-0001"]
    assert {receipt.read_back for receipt in plan.receipts.values()} == {"suspended"}

    code, out, _ = unswarm("enforce", "p-0001", "--undo", "--dry")
    assert code == 0 and out.count("now suspended, would become disable account: taken back") == 3
    assert all(each.suspended for each in members(fake))
    code, out, _ = unswarm("enforce", "p-0001", "--undo")
    assert code == 0 and "3 undone" in out
    assert not any(each.suspended for each in members(fake))


def test_whoever_may_only_report_is_told_before_anybody_approves(unswarm, fake, monkeypatch):
    monkeypatch.setenv("UNSWARM_MASTODON_TOKEN", "r")
    decided(unswarm)
    where = f"mastodon:{fake.address}"
    code, _, err = unswarm("plan", where)
    assert code == 2 and "cannot do: disable account. Nothing was sent." in err
    assert "the token can: report" in err and "admin:write:accounts" in err
    code, out, _ = unswarm("plan", where, "--action", "report", "--who", "kim")
    assert code == 0 and "cannot be taken back: report" in out
    unswarm("approve", "p-0001", "--who", "bo")
    assert "3 done" in unswarm("enforce", "p-0001")[1] and len(fake.reports) == 3
    assert "cannot take back: report" in unswarm("enforce", "p-0001", "--undo")[2]


def test_a_mail_domain_is_decided_on_and_blocked_though_no_link_leads_there(unswarm, fake):
    decided(unswarm, "ring.example")
    where = f"mastodon:{fake.address}"
    code, out, _ = unswarm("plan", where, "--action", "block e-mail domain", "--who", "kim")
    assert code == 0 and "to do: block e-mail domain, 1" in out
    unswarm("approve", "p-0001", "--who", "bo")
    assert "1 done" in unswarm("enforce", "p-0001")[1]
    assert [each["domain"] for each in fake.mail.values()] == ["ring.example"]
    assert unswarm("show", "ring.example")[0] == 0


@pytest.mark.parametrize("name", ["other.example", "gmail.com", "example", "ann@ring.example"])
def test_a_mail_domain_that_no_account_has_is_none(here, name):
    with pytest.raises(CaseError, match="No network, account or domain"):
        open_case(here / "case").find(name)


def test_what_is_ordered_of_domains_is_ordered_of_nothing_else(unswarm, fake):
    decided(unswarm)
    decided(unswarm, "ring.example", number=2)
    where = f"mastodon:{fake.address}"
    out = unswarm("plan", where, "--action", "block e-mail domain", "--dry")[1]
    assert "to do: block e-mail domain, 1" in out and "is for domains only" in out
    out = unswarm("plan", where, "--action", "reduce", "--dry")[1]
    assert "to do: reduce, 3" in out and "held: ring.example, d-0002: 'reduce' is for" in out
    out = unswarm("plan", where, "--value", "silence", "--dry")[1]
    assert "ring.example: now not known, would become blocked: silence" in out
