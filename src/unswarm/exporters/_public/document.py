"""The facts of a case as a document: what a reader is told, in which order, in which words."""

from __future__ import annotations

from collections.abc import Sequence

from unswarm.exporters._public import attribution, behaviour, counts, process
from unswarm.exporters._public.blocks import Block, Document, Section
from unswarm.exporters._public.composite import composite
from unswarm.exporters._public.words import names
from unswarm.findings import Findings
from unswarm.takedown import Facts, digest, signed

LICENCE = (
    "Names of techniques: DISARM 1.6, DISARM Foundation, CC BY-SA 4.0; Online Operations Kill "
    "Chain, Meta, MIT."
)


def document(findings: Findings) -> Document:
    """The public report of a case as it stands."""
    facts = Facts.of(findings)
    mark = digest(facts)
    by = signed(findings.record.signatures, mark)
    sections = [
        Section("What was found", "found", counts.table(facts)),
        Section("How it worked", "tactics", behaviour.tactics(facts)),
        Section("Audience", "audience", counts.audience(facts)),
        Section("Advertising", "advertising", counts.advertising(facts)),
        Section("Timeline", "timeline", behaviour.timeline(facts)),
        Section("Profile photos", "photos", composite(findings)),
        Section("A sample of what the accounts did", "sample", behaviour.samples(facts)),
        Section("Who is behind it", "attribution", attribution.claims(facts)),
        Section("How it was found", "method", process.method(facts)),
        Section("What was done", "actions", process.actions(facts)),
        Section("What outside researchers say", "researchers", process.researchers(facts)),
        Section("What is not known", "unknown", process.unknown(facts)),
        Section("Corrections", "corrections", process.errata(facts)),
    ]
    return Document(
        title=counts.title(facts),
        status=_status(names([each.who for each in by]), len(by)),
        final=len(by) > 1,
        lead=_lead(facts),
        sections=[section for section in sections if section.blocks],
        colophon=[
            f"Case {facts.case}, run {facts.found.run}. SHA-256 of the facts: {mark}",
            LICENCE,
        ],
    )


def _status(who: str, people: int) -> str:
    if people > 1:
        return f"Signed by {who}."
    return f"Draft. {f'Signed by {who} only' if people else 'Nobody has signed it'}; two must."


def _lead(facts: Facts) -> Sequence[Block]:
    return [*counts.summary(facts), *attribution.summary(facts)]
