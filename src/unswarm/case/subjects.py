"""What somebody means by a name: a network, an account, or a domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from unswarm.engines import quoted
from unswarm.errors import CaseError, did_you_mean
from unswarm.findings import Findings
from unswarm.sealing import at_mail_domain

A_KIND = {"account": "an account", "domain": "a domain", "network": "a network"}


def subject_of(case: Path, findings: Findings, said: str) -> tuple[str, str]:
    """("network" | "account" | "domain", id); handles are understood.

    Args:
        case: the case's folder, which keeps what seals mail domains.
        findings: of the run that is meant.
        said: what somebody wrote.

    Raises:
        CaseError: there is no such network, account or domain.
    """
    networks = [row["network"] for row in findings.networks]
    if said in networks:
        return "network", said
    name = said.removeprefix("@")
    known = findings.query(
        f"SELECT account FROM account WHERE lower({quoted(name)}) IN (lower(account), "
        f"lower(handle)) ORDER BY account = {quoted(name)} DESC, account"
    )
    for row in known:
        return "account", row["account"]
    if findings.query(f"SELECT 1 FROM link WHERE domain = {quoted(name.lower())} LIMIT 1"):
        return "domain", name.lower()
    if _is_mail_domain(case, findings, name.lower()):
        return "domain", name.lower()
    hint = did_you_mean(said, networks) if networks else "the latest run found no network."
    raise CaseError(f"No network, account or domain '{said}'. Hint: {hint}")


def network_of(case: Path, findings: Findings, said: str) -> str:
    """The network that somebody means.

    Raises:
        CaseError: there is no such network, or it is something else.
    """
    kind, name = subject_of(case, findings, said)
    if kind != "network":
        raise CaseError(f"'{name}' is {A_KIND[kind]}. Hint: name a network, e.g. n-0001.")
    return name


def account_in(ids: Mapping[str, str], said: str) -> str | None:
    """The account that somebody means, by id or handle; None: there is none.

    Args:
        ids: what accounts may be called → their ids (`store.account_ids`).
        said: what somebody wrote.
    """
    return ids.get(said) or ids.get(said.casefold())


def some(names: Iterable[str]) -> str:
    """A few of them, as examples for people."""
    return ", ".join(sorted(set(names))[:3])


def _is_mail_domain(case: Path, findings: Findings, name: str) -> bool:
    """Whether accounts have mail addresses there; the case keeps hashes of their patterns."""
    if "." not in name or "@" in name:
        return False
    hashes = ", ".join(map(quoted, at_mail_domain(case, name)))
    there = f"SELECT 1 FROM infrastructure WHERE medium = 'pattern' AND value IN ({hashes})"
    return bool(hashes and findings.query(f"{there} LIMIT 1"))
