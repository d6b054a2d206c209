"""What the terminal shows: whole words, and nothing that sounds like more than it is."""

from __future__ import annotations

import pytest

from unswarm import model, terminal
from unswarm.engines.duckdb import DuckDB
from unswarm.findings import Findings

BURST = {
    "network": "n1",
    "measure": "creation",
    "family": "creation",
    "inauthentic": True,
    "claim": "2 of 2 members were created on one day.",
}


def case(**rows: list[dict]) -> Findings:
    engine = DuckDB()
    for table in (*model.EVENTS.values(), *model.RUNS.values(), model.QUARANTINE):
        engine.see(table.name, table.rows(rows.get(table.name, [])))
    return Findings("case", engine, {"counts": {"posts": 0, "accounts": 2}})


def lead(signals: str) -> Findings:
    network = {"network": "n1", "tier": "lead", "signals": signals, "accounts": 2}
    why = "made on one day"
    members = [{"network": "n1", "account": a, "explanation": why} for a in ("1", "2")]
    return case(
        network=[network],
        membership=members,
        account=[{"account": "1", "handle": "ann"}, {"account": "2"}],
        evidence=[BURST],
    )


def test_what_made_a_lead_is_no_sign_of_inauthenticity(capsys: pytest.CaptureFixture) -> None:
    terminal.show_network(lead("profiles"), "n1", [])
    out = capsys.readouterr().out
    assert "Signs of inauthenticity" not in out
    assert BURST["claim"] in out
    terminal.show_network(lead("links"), "n1", [])
    assert "Signs of inauthenticity" in capsys.readouterr().out


def test_members_have_handles_and_one_explanation_is_said_once(
    capsys: pytest.CaptureFixture,
) -> None:
    terminal.show_network(lead("profiles"), "n1", [])
    out = capsys.readouterr().out
    assert "1 (ann): made on one day" in out
    assert out.count("made on one day") == 1
    assert "together" not in out  # a column that is empty for everybody


def test_a_lead_says_which_innocent_explanations_fit(capsys: pytest.CaptureFixture) -> None:
    said = "one owner: 2 of 2.\none owner: again.\nan agency: x."
    row = {"network": "n1", "tier": "lead", "accounts": 2, "reason": "2 accounts", "innocent": said}
    terminal.show_findings(case(network=[row]))
    assert "2 accounts; one owner; an agency" in " ".join(capsys.readouterr().out.split())


def test_words_of_a_label_stay_whole_in_eighty_columns(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {
        "network": "n-0001",
        "tier": "confirmed",
        "accounts": 65,
        "probability": 1.0,
        "signals": "links reposts texts",
        "first": 0,
        "last": 0,
        "label": "coordinated, signs of inauthenticity",
    }
    findings = case(network=[row])
    for width, shown in ((80, False), (120, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(terminal, "out", type(terminal.out)(highlight=False, soft_wrap=True))
        terminal.show_findings(findings)
        out = capsys.readouterr().out
        assert "inauthenticity" in out
        assert ("probability" in out) == shown


def test_every_plugin_is_listed(capsys: pytest.CaptureFixture) -> None:
    many = {f"reader{n}": "Reads." for n in range(3 * terminal.SHOWN)}
    terminal.show_plugins({"readers": many})
    out = capsys.readouterr().out
    assert all(name in out for name in many)
