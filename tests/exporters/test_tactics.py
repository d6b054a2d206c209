"""Techniques are named where evidence shows them, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from operation_case import operation as operation_case

import unswarm.measures
from unswarm.findings import Findings
from unswarm.plugins import load
from unswarm.tactics import disarm, killchain, tactics
from unswarm.tactics.rules import RULES
from unswarm.tactics.signs import JOINT, Signs

MEASURES = Path(unswarm.measures.__file__).parent


class Asked:
    """Signs that only remember what they were asked for."""

    inauthentic = True

    def __init__(self) -> None:
        self.phrases: list[tuple[str, str]] = []
        self.signals: list[str] = []

    def __getattr__(self, name: str) -> object:
        if name in ("across", "returned", "shortened"):
            return ()
        return self.ask

    def ask(self, *said: str | Collection[str], without: str = "") -> tuple[str, ...]:
        if said and said[0] in load("measures"):
            self.phrases.append((str(said[0]), str(said[1]) if len(said) > 1 else ""))
        return ()

    def together(self, *signals: str) -> tuple[str, ...]:
        self.signals += signals
        return ()


@pytest.fixture(scope="module")
def operation() -> Findings:
    return operation_case()


def asked() -> Asked:
    signs = Asked()
    for rule in RULES:
        rule.sees(signs)  # type: ignore[arg-type]
    return signs


def names(findings: Findings, network: str) -> set[str]:
    return {each.disarm for each in tactics(findings, network)}


def test_every_rule_names_a_known_technique() -> None:
    for rule in RULES:
        assert rule.disarm or rule.killchain
        assert not rule.disarm or rule.disarm in disarm()
        assert not rule.killchain or rule.killchain in killchain()


def test_nothing_is_kept_that_no_rule_uses() -> None:
    assert set(disarm()) == {rule.disarm for rule in RULES if rule.disarm}


def test_rules_ask_for_what_measures_say() -> None:
    phrases = asked().phrases
    assert len(phrases) > 10
    for measure, phrase in phrases:
        source = (MEASURES / f"{measure}.py").read_text("utf-8")
        plain = " ".join(source.replace('"\n', "").replace(' f"', "").replace('"', "").split())
        assert phrase.strip() in plain or phrase in ("internet addresses", "sister sites"), phrase


def test_rules_ask_for_signals_that_there_are() -> None:
    assert set(asked().signals) <= set(load("signals"))
    assert set(asked().signals) <= set(JOINT)


def test_an_operation_shows_its_techniques(operation: Findings) -> None:
    found = names(operation, "n2")
    assert {"T0146", "T0150.008", "T0151.003", "T0151.002", "T0084.001", "T0144.002"} <= found


def test_without_the_evidence_there_is_no_technique() -> None:
    left = names(operation_case(evidence=[]), "n2")
    assert left < names(operation_case(), "n2")
    assert not {"T0150.008", "T0144.002", "T0146.004", "T0149", "T0128", "T0122"} & left


def test_without_signs_nobody_is_called_fake(operation: Findings) -> None:
    for network in ("n1", "n3", "n4"):
        assert not {"T0146", "T0150.008", "T0144.002", "T0145.002"} & names(operation, network)


def test_of_an_unknown_network_nothing_is_said(operation: Findings) -> None:
    assert tactics(operation, "n9") == []


@pytest.mark.parametrize("own, others, shown", [(30, 1, True), (30, 30, False), (2, 0, False)])
def test_shorteners_count_where_few_others_use_them(own: int, others: int, shown: bool) -> None:
    from unswarm import model
    from unswarm.engines.duckdb import DuckDB

    engine = DuckDB()
    rows = [_link(f"m{n % 3}", "bit.ly") for n in range(own)]
    rows += [_link(f"o{n}", "bit.ly") for n in range(others)]
    rows += [_link(f"o{n}", "news.example") for n in range(30)]
    members = [{"network": "n", "account": f"m{n}"} for n in range(3)]
    engine.see("link", model.EVENTS["link"].rows(rows))
    engine.see("membership", model.RUNS["membership"].rows(members))
    assert bool(Signs(Findings("x", engine, {}), "n").shortened) is shown


def _link(account: str, domain: str) -> dict[str, str]:
    return {"account": account, "domain": domain, "url": f"https://{domain}/1"}
