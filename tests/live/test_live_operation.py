"""A whole operation on real servers: seen as it forms, decided on, taken down, taken back.

A swarm of six and a crowd of a hundred post on a real server. A watch follows its firehose and
tells of the swarm alone. Two people decide; a plan goes to a real Ozone, is looked at, approved and
carried out: nobody of the swarm can sign in, everybody else can. Then it is taken back.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import story
from people import join, standing

from unswarm import log
from unswarm.alerts.book import Book
from unswarm.case import open_case


@pytest.fixture(scope="module")
def people(ozone):
    """The swarm and the crowd."""
    swarm = [join(ozone.pds, f"swarm{number}") for number in range(6)]
    crowd = [join(ozone.pds, f"crowd{number:03}") for number in range(100)]
    return swarm, crowd


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("operation") / "case"


@pytest.fixture(scope="module")
def unswarm(ozone, folder):
    """The command line, as a moderator of this Ozone uses it."""
    secrets = {
        "UNSWARM_OZONE_IDENTIFIER": ozone.moderator.identifier,
        "UNSWARM_OZONE_PASSWORD": ozone.moderator.password,
    }

    def run(*words: str, fails: bool = False) -> str:
        command = [sys.executable, "-m", "unswarm", *words, "--case", str(folder)]
        done = subprocess.run(
            command, env={**os.environ, **secrets}, capture_output=True, text=True, timeout=180
        )
        assert bool(done.returncode) == fails, done.stderr
        told = done.stdout + done.stderr
        sys.stdout.write(f"\n$ unswarm {' '.join(words)}\n{told}")
        return told

    return run


@pytest.fixture(scope="module")
def watched(ozone, people, folder) -> str:
    """What a watch said while the swarm formed."""
    source = f"firehose:{ozone.pds.replace('http', 'ws')}?cursor=0"
    command = [sys.executable, "-m", "unswarm", "watch", source, "--case", str(folder)]
    command += ["--every", "1s", "--look", "5s", "--tell", f"mail:{folder.parent / 'mail'}"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    story.act(ozone, *people, story.begins())
    process.terminate()
    _, said = process.communicate(timeout=120)
    sys.stdout.write(f"\n$ unswarm watch {source}\n{said}")
    assert process.returncode == 0, said
    return said


def dids(people) -> list[str]:
    return sorted(person.did for person in people)


def test_the_swarm_is_told_of_and_nobody_else(watched, people, folder):
    swarm, crowd = people
    assert "new network: 6 accounts acted in concert" in watched
    alerts = Book(folder).read().alerts
    told = {account for alert in alerts for account in alert.joined}
    assert told == set(dids(swarm))
    assert not told & set(dids(crowd))
    (mail,) = (folder.parent / "mail" / "new").iterdir()
    assert b"acted in concert" in mail.read_bytes()


def test_two_people_take_the_network_down_and_back(watched, people, folder, ozone, unswarm):
    swarm, crowd = people
    (network,) = [row["network"] for row in open_case(folder).findings.networks]
    unswarm("decide", network, "inauthentic", "--ground", "spam", "--cite", "coordination",
            "--reason", "they act as one", "--who", "kim")  # fmt: skip
    unswarm("approve", "d-0001", "--who", "ann ode")
    assert standing([*swarm, *crowd[:6]]) == [""] * 12  # a decision sends nothing

    unswarm("plan", f"ozone:{ozone.pds}#{ozone.ozone_did}", "--who", "kim")
    assert "nobody else has approved it" in unswarm("enforce", "p-0001", fails=True)
    dry = unswarm("enforce", "p-0001", "--dry")
    assert dry.count("taken down") >= 6
    assert standing(swarm) == [""] * 6  # nor does looking

    unswarm("approve", "p-0001", "--who", "ann ode")
    assert "6 done" in unswarm("enforce", "p-0001")
    assert standing(swarm) == ["AccountTakedown"] * 6
    assert standing(crowd) == [""] * len(crowd)
    assert "6 done" in unswarm("enforce", "p-0001")  # again: nothing is left to do

    lines = log.entries(folder / "log.jsonl")  # and its chain holds
    said = [line for line in lines if line["act"] == "receipt" and line["state"] == "done"]
    assert [line["read_back"] for line in said] == ["taken down"] * 6

    assert seen_down(folder, ozone, unswarm) == set(dids(swarm))
    assert "6 undone" in unswarm("enforce", "p-0001", "--undo")
    assert standing([*swarm, *crowd[:6]]) == [""] * 12
    assert seen_down(folder, ozone, unswarm) == set()
    undone = [line for line in log.entries(folder / "log.jsonl") if line.get("state") == "undone"]
    assert [line["read_back"] for line in undone] == ["active"] * 6


def seen_down(folder: Path, ozone, unswarm) -> set[str]:
    """Accounts that the firehose says are taken down."""
    source = f"firehose:{ozone.pds.replace('http', 'ws')}?cursor=0"
    unswarm("watch", source, "--for", "4s", "--every", "1s", "--look", "60s")
    rows = open_case(folder).findings.query("SELECT account, status FROM account")
    return {row["account"] for row in rows if row["status"] == "takendown"}
