"""The log: only ever added to, and every change to it is found."""

import json

import pytest

from unswarm import log
from unswarm.errors import CaseError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log.jsonl"
    for number in range(3):
        log.append(path, "decide", network=f"n{number}", reason="ä")
    return path


def test_lines_come_back_in_order(path):
    assert [entry["network"] for entry in log.entries(path)] == ["n0", "n1", "n2"]


def test_no_log_is_an_empty_log(tmp_path):
    assert log.entries(tmp_path / "log.jsonl") == []


def test_each_line_hashes_the_one_before(path):
    entries = log.entries(path)
    assert [entry["before"] for entry in entries[1:]] == [entry["hash"] for entry in entries[:-1]]


def change(path, number, edit):
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[number : number + 1] = edit(lines[number])
    path.write_text("".join(lines), "utf-8")


@pytest.mark.parametrize(
    ("number", "edit", "line"),
    [
        (1, lambda line: [line.replace("n1", "n9")], 2),
        (1, lambda line: [], 2),
        (0, lambda line: [], 1),
        (2, lambda line: [line.replace("n2", "n9")], 3),
        (1, lambda line: ["nonsense\n"], 2),
        (1, lambda line: [json.dumps([1]) + "\n"], 2),
        (1, lambda line: [line, line], 3),
    ],
)
def test_a_broken_chain_names_the_line(path, number, edit, line):
    change(path, number, edit)
    with pytest.raises(CaseError, match=f"line {line}:"):
        log.entries(path)
    with pytest.raises(CaseError, match=f"line {line}:"):
        log.append(path, "decide")


def test_a_line_cut_off_while_it_was_written_never_happened(path):
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"before": "12')
    assert len(log.entries(path)) == 3
    log.append(path, "decide", network="n3")
    assert [entry["network"] for entry in log.entries(path)] == ["n0", "n1", "n2", "n3"]


def test_a_change_above_what_was_checked_before_is_found_by_the_next_line(path):
    log.append(path, "decide", network="n3")
    change(path, 1, lambda line: [line.replace("n1", "n9")])
    with pytest.raises(CaseError, match="line 2"):
        log.append(path, "decide", network="n4")


def test_what_another_process_added_is_checked_and_followed(path):
    log.append(path, "decide", network="n3")
    log._checked_before.clear()
    log.append(path, "decide", network="n4")
    assert [entry["network"] for entry in log.entries(path)] == ["n0", "n1", "n2", "n3", "n4"]
