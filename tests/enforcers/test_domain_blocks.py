"""Mastodon's file of blocked servers: written once, foreign rows kept."""

import csv
from dataclasses import replace

import pytest

from unswarm.enforcers import domain_blocks
from unswarm.errors import InputError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order

ORDER = Order("k1", Action.BLOCK_DOMAIN, "bad.example", "", "d-0001", "", "spam")
THEIRS = "\ufeff#domain,#severity,#extra\nold.example,silence,x\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "blocks.csv"


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_domain_is_written_once_read_back_and_removed(path):
    target = domain_blocks.open_target(str(path))
    assert target.read_back(ORDER) == "" and target.expected(ORDER, "") == "blocked: suspend"
    assert target.send(ORDER).state == DONE
    assert target.send(replace(ORDER, subject="BAD.example")).state == ALREADY
    assert target.read_back(ORDER) == "blocked: suspend"
    assert path.read_text("utf-8").splitlines() == [
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate",
        "bad.example,suspend,False,False,spam,False",
    ]
    assert target.undo(ORDER).state == target.undo(ORDER).state == UNDONE
    assert rows(path) == []


def test_rows_of_others_stay(path):
    path.write_text(THEIRS, encoding="utf-8")
    target = domain_blocks.open_target(str(path))
    old = replace(ORDER, subject="old.example")
    assert target.send(replace(old, value="silence")).state == ALREADY
    assert "raise it by hand" in target.send(old).detail
    assert target.send(replace(ORDER, value="noop")).state == DONE
    assert target.undo(ORDER).state == UNDONE
    assert rows(path) == [{"#domain": "old.example", "#severity": "silence", "#extra": "x"}]


def test_a_file_of_something_else_is_not_added_to(path):
    path.write_text("name,age\nx,1\n")
    with pytest.raises(InputError, match="no file of blocked domains"):
        domain_blocks.open_target(str(path)).send(ORDER)
    assert path.read_text() == "name,age\nx,1\n"


def test_how_to_block_is_a_word_of_the_form(path):
    assert domain_blocks.open_target(str(path)).send(replace(ORDER, value="x")).state == REFUSED
    assert not path.exists()
