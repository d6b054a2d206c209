"""Commands that show, judge and hand on what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.deciding import WhoOption
from unswarm.cli.options import CaseOption, JsonOption, QuietOption
from unswarm.cli.places import existing, must_exist
from unswarm.cli.saying import pairs
from unswarm.cli.working import report_back
from unswarm.errors import SettingsError

if TYPE_CHECKING:
    from unswarm.expansion import Expansion
    from unswarm.findings import Findings


@app.command()
def show(
    subject: Annotated[str | None, typer.Argument(metavar="[NETWORK|ACCOUNT|DOMAIN]")] = None,
    case: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the networks found, or one network, account or domain, with all that is known of it."""
    opened = existing(case)
    if subject is None:
        report_back(opened, opened.findings, as_json)
        return
    kind, subject = opened.find(subject)
    said = [d for d in opened.decisions if d.get(kind) == subject]
    if as_json:
        terminal.print_json(_known_of(opened.findings, kind, subject) | {"decisions": said})
    elif kind == "network":
        terminal.show_network(opened.findings, subject, said)
        terminal.say(f"A decision may cite: {', '.join(opened.desk.citable(kind, subject))}")
    elif kind == "domain":
        terminal.show_domain(opened.findings, subject, said)
    else:
        terminal.show_account(opened.findings, subject, said)


def _known_of(findings: Findings, kind: str, subject: str) -> dict[str, Any]:
    from unswarm.engines import quoted

    tables = {
        "network": ("network", "membership", "edge", "evidence"),
        "account": ("account", "membership", "occasion", "photo"),
        "domain": ("link",),
    }
    where = f"WHERE {kind} = {quoted(subject)} ORDER BY ALL"
    return {t: list(findings.query(f"SELECT * FROM {t} {where}")) for t in tables[kind]}


@app.command()
def expand(
    network: Annotated[
        str | None, typer.Argument(metavar="[NETWORK]", help="A finding of the latest run.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="Another case, e.g. of another platform. Repeatable."),
    ] = None,
    recidivism: Annotated[
        list[Path] | None,
        typer.Option(
            "--recidivism",
            help="Did it come back? A past case, its fingerprint, or indicators that others "
            "published (Meta's CSV, STIX 2.1). Repeatable.",
        ),
    ] = None,
    case: CaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List accounts tied to a network by what they have, here, elsewhere, or come back."""
    if network is None and not recidivism:
        raise SettingsError("Nothing to grow. Hint: name a network, or --recidivism PAST.")
    must_exist(*(against or ()), *(recidivism or ()))
    opened = existing(case)
    with terminal.working(quiet or as_json) as progress:
        found = opened.expand(
            network, against=against or (), recidivism=recidivism or (), progress=progress
        )
    if as_json:
        terminal.print_json({"case": opened.path, "expansions": [_expansion(e) for e in found]})
        return
    for each in found:
        terminal.show_expansion(each)


def _expansion(found: Expansion) -> dict[str, Any]:
    return {
        "network": found.network,
        "place": found.place,
        "linked": found.linked,
        "counterparts": found.counterparts,
        "unchanged": list(found.unchanged),
        "folder": found.folder,
    }


@app.command()
def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="See `unswarm plugins`.")],
    to: Annotated[Path | None, typer.Option("--to", help="Default: the case's exports/.")] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="What a format can be told."),
    ] = None,
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write the latest findings in another format."""
    terminal.say(str(existing(case).export(form, to, who=who, **pairs(options, "--option"))))


@app.command()
def evaluate(
    labels: Annotated[Path, typer.Argument(help="CSV: account, label and, if known, group.")],
    case: CaseOption = None,
    positive: Annotated[
        list[str] | None, typer.Option("--positive", help="A label that means coordinated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was found with labels: false accusations, precision, recall, per network."""
    from unswarm.evaluation import evaluate as judged
    from unswarm.evaluation import read_labels

    given = read_labels(labels, positive or ())
    found = judged(existing(case).findings, given)
    if as_json:
        terminal.print_json(found.as_dict())
        return
    taken = ", ".join(f"{role} from '{column}'" for role, column in given.columns.items())
    terminal.warn(f"{labels}: {taken}; positive: {', '.join(given.values)}.")
    terminal.show_evaluation(found)


@app.command()
def plugins(as_json: JsonOption = False) -> None:
    """List every signal, tie, reader, measure, exporter and enforcer, with a line on each."""
    from unswarm.plugins import CONTRACTS, load, summary

    listed = {
        folder: {name: summary(module) for name, module in load(folder).items()}
        for folder in CONTRACTS
    }
    if as_json:
        terminal.print_json(listed)
    else:
        terminal.show_plugins(listed)
