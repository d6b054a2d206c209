"""A page of indicators in the form of Meta's threat research, as Markdown.

Title, summary (counts, audience, ad spend, how it was found, the kill chain's phases with their
evidence, who is said to be behind it and what they answer), a table of indicators, cross-links.
Only networks that may be handed on stand in it; their accounts are counted. The table of every row
is `meta_csv`. Addresses are defanged, and every text of the case is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unswarm.exporters._meta import Chain, by_phase, counted
from unswarm.exporters._public.markdown import LISTED, SPECIAL
from unswarm.exporters._public.words import date, names, platform, several
from unswarm.findings import Findings
from unswarm.indicators import defang
from unswarm.model import Verdict
from unswarm.record.attribution import CONFIDENCE, Claim, Statement, Status

suffix = ".md"

NOTHING = "No network of this case may be handed on, so there is nothing to list."
UNDECIDED = (
    "The run confirmed that its accounts act together; nobody has decided on it yet, and to act "
    "together is no proof of being inauthentic."
)
NOBODY = "Nobody claims to know who runs these accounts."
COMPUTED = "Attribution is never computed: this page repeats who says what."
FANGED = "*Note: addresses have been defanged. Replace `[.]` with `.` and `hxxp` with `http`.*"
UNLISTED = "The accounts of the networks are counted above and not listed."
CHAIN = "https://github.com/facebook/threat-research"


@dataclass(frozen=True)
class Options:
    """What is told besides.

    Args:
        accounts: true: list the networks' own accounts among the indicators.
        report: address of the full report; empty: there is none.
    """

    accounts: bool = False
    report: str = ""


DEFAULT = Options()


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the page to `path`."""
    chain = Chain(findings)
    parts = [f"# Indicators of Compromise: {_text(_title(chain))}"]
    if chain.networks:
        parts += [*_summary(chain), *_indicators(chain, options.accounts)]
        parts += ["## Cross-Links", _bullets(_links(options))]
    else:
        parts.append(NOTHING)
    path.write_text("\n\n".join(parts) + "\n", "utf-8")


def _text(text: str) -> str:
    """One line on which nothing is markup, with addresses nobody clicks on."""
    plain = defang(" ".join(text.split()))
    return LISTED.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", plain))


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _title(chain: Chain) -> str:
    if not chain.networks:
        return "none"
    places = list(dict.fromkeys(platform(place) for place, _ in chain.counts if place))
    where = f" on {names(places)}" if places else ""
    return f"{several(len(chain.networks), 'network')} of accounts acting in concert{where}"


# --- summary


def _summary(chain: Chain) -> Iterator[str]:
    yield _text(f"Case {chain.findings.name}.")
    yield "## Network Summary"
    yield _bullets(_text(said) for said in _decisions(chain))
    yield _bullets(_text(said) for said in _numbers(chain))
    yield _text(_found(chain.findings))
    for phase, rows in sorted(by_phase(chain.techniques()).items()):
        yield f"### {_text(phase)}"
        yield _bullets(
            _text(f"{(row.procedure or row.technique).strip()}: {row.indicator}") for row in rows
        )
    yield "### Who is said to be behind it"
    yield from _attribution(chain)


def _decisions(chain: Chain) -> Iterator[str]:
    for network in chain.networks:
        said = chain.findings.record.standing("network", network)
        if said is None or said.verdict is not Verdict.INAUTHENTIC:
            yield f"{network}: {UNDECIDED}"
            continue
        ground = f", on the ground of {said.ground}" if said.ground else ""
        second = "a second person approved it" if said.approvals else "nobody has approved it yet"
        yield (
            f"{network}: on {date(said.when[:10])} it was decided to be inauthentic{ground}; "
            f"{second}."
        )


def _numbers(chain: Chain) -> Iterator[str]:
    """Presence by platform, audience, ads."""
    places: dict[str, list[str]] = {}
    for (place, name), number in chain.counts.items():
        places.setdefault(place, []).append(counted(number, name))
    for place, parts in places.items():
        yield f"Presence{f' on {platform(place)}' if place else ''}: {names(parts)}."
    audience = [f"{_of(chain, network)}{chain.said(claim)}" for network, claim in chain.audience]
    spending = [f"{_of(chain, network)}{chain.said(claim)}" for network, claim in chain.spending]
    yield from (f"Audience: {said}" for said in audience or ["none is given in the data."])
    yield from (f"Ad spend: {said}" for said in spending or ["the data holds none."])


def _of(chain: Chain, network: str) -> str:
    return f"{network}: " if chain.note(network) else ""


def _found(findings: Findings) -> str:
    counts, signals = findings.run.get("counts", {}), findings.run.get("signals", ())
    return (
        f"How it was found: by comparing what {several(counts.get('accounts', 0), 'account')} did "
        f"in {several(counts.get('posts', 0), 'post')} (signals: {names(list(signals))}). The "
        "software looks at behaviour; no opinion, topic or language was judged."
    )


# --- attribution


def _attribution(chain: Chain) -> Iterator[str]:
    said = [c for c in chain.findings.record.claims.values() if c.network in chain.networks]
    claims = [claim for claim in said if claim.status is not Status.WITHDRAWN]
    yield COMPUTED if claims else NOBODY
    for claim in claims:
        yield _bullets(_text(each) for each in (_claimed(claim), *_answers(claim)))


def _claimed(claim: Claim) -> str:
    means = CONFIDENCE.get(claim.confidence, "")
    contested = " The claim is contested." if claim.status is Status.CONTESTED else ""
    return (
        f"{claim.by} says, with {claim.confidence} confidence ({means}), that {claim.entity} runs "
        f"{claim.network}: {claim.source}.{contested}"
    )


def _answers(claim: Claim) -> Sequence[str]:
    if not claim.statements:
        return [f"{claim.entity} has not been asked for its side."]
    return [_answer(said) for said in claim.statements]


def _answer(said: Statement) -> str:
    if not said.answered:
        return f"{said.party} was asked on {date(said.asked)} and has not answered."
    where = f" ({said.source})" if said.source else ""
    denied = "contests it" if said.contests else "answered"
    return f"{said.party} {denied} on {date(said.answered)}: “{said.text}”{where}"


# --- indicators


def _indicators(chain: Chain, accounts: bool) -> Iterator[str]:
    yield "## Indicators of Compromise"
    rows = [("Domain", defang(site.domain), site.note) for site in chain.sites]
    if accounts:
        kind = "Social Media Account"
        rows += [(kind, defang(each.address), each.kind) for each in chain.members]
    yield FANGED if rows else "The networks have no sites of their own that the data shows."
    if rows:
        header = ("Indicator Type", "Indicator Value", "Notes")
        lines = [_row(header), _row([":---"] * len(header))]
        lines += [_row((kind, _code(value), _text(note))) for kind, value, note in rows]
        yield "\n".join(lines)
    if not accounts:
        yield UNLISTED


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(value: str) -> str:
    """A value as code, in which nothing is markup but its own fence and a table's bar."""
    plain = " ".join(value.replace("`", "'").replace("|", "¦").split())
    return f"`{plain}`"


def _links(options: Options) -> Iterator[str]:
    if options.report:
        yield f"**Full report:** {_text(options.report)}"
    yield "**Every row in the order of the kill chain:** the export `meta_csv` of the same case"
    yield f"**Names of phases and procedures:** Online Operations Kill Chain, Meta, MIT: <{CHAIN}>"
