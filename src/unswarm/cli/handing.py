"""Commands that hand data to researchers, and the report to everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.deciding import RoleOption, WhoOption
from unswarm.cli.options import CaseOption
from unswarm.cli.places import existing, must_exist
from unswarm.errors import InputError


@app.command()
def share(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="The name of a release.")],
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="Who gets it.")],
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write down who gets a release, after a look whether it is the file that was made."""
    desk = existing(case).desk
    desk.share(release, recipient, who)
    made = desk.record.releases[release]
    until = f"; embargo until {made.embargo}" if made.embargo else ""
    terminal.say(f"{made.path}: for {recipient}{until}. SHA-256 {made.sha256}")


@app.command()
def sign(who: WhoOption = None, role: RoleOption = None, case: CaseOption = None) -> None:
    """Stand behind the public report as it is now; two different people must."""
    desk = existing(case).desk
    said = desk.sign(who, role)
    terminal.say(f"{said['who']} signed {len(said['facts']):,} facts, SHA-256 {said['digest']}.")
    terminal.say("When one of them changes, it is to be signed again.")


@app.command()
def publish(
    to: Annotated[Path | None, typer.Option("--to", help="Default: the case's exports/.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Write a PDF, too.")] = True,
    who: WhoOption = None,
    case: CaseOption = None,
) -> None:
    """Write the public report that two people signed, or say what forbids it."""
    for path in existing(case).publish(to, pdf=pdf, who=who):
        terminal.say(str(path))


@app.command()
def verify(
    pack: Annotated[Path, typer.Argument(help="A release that somebody sent.")],
    key: Annotated[
        str, typer.Option("--key", help="The public key it ought to be signed with.")
    ] = "",
) -> None:
    """Check that a release is whole and signed; needs no case."""
    from unswarm import release

    must_exist(pack)
    wrong = release.verify(pack, key)
    if wrong:
        raise InputError("; ".join(wrong), source=pack, hint="ask the sender for it again.")
    terminal.say(f"{pack}: every file is as it was made. {release.signed_by(pack)}")
