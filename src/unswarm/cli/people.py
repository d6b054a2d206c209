"""Commands that say who may come in where the desk is served to several people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.places import must_exist
from unswarm.cli.serving import installed
from unswarm.errors import SettingsError

people = typer.Typer(help="Say who may come in where the desk is served, and in which role.")
app.add_typer(people, name="people")

FolderOption = Annotated[
    Path, typer.Option("--in", help="The case, or the folder of cases, that is served.")
]


@people.command()
def add(
    name: Annotated[str, typer.Argument(help="As it is to stand in the log.")],
    role: Annotated[
        str, typer.Option("--role", help="viewer, analyst, approver or admin.")
    ] = "analyst",
    folder: FolderOption = Path(),
) -> None:
    """Let somebody in, or change their role and password; asks for the password."""
    from unswarm.web.guard.people import add as let_in

    home = _home(folder)
    person = let_in(home, name, role, _password())
    _note(home, "let in", person.name, str(person.role))
    terminal.say(f"{person.name} may come in, as {person.role}.")


def _password() -> str:
    """Asked for twice; from another program, the first line it gives."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


@people.command("list")
def show(folder: FolderOption = Path()) -> None:
    """List everybody who may come in."""
    from unswarm.web.guard.people import people as everybody

    found = everybody(_home(folder))
    for person in found:
        terminal.say(f"{person.name}: {person.role}")
    if not found:
        terminal.say("Nobody: this machine alone is served, and people say who they are.")


@people.command()
def remove(
    name: Annotated[str, typer.Argument(help="Who may come in no more.")],
    folder: FolderOption = Path(),
) -> None:
    """Let somebody in no more; ends their sessions."""
    from unswarm.web.guard.people import remove as let_out

    home = _home(folder)
    let_out(home, name)
    _note(home, "let out", name)
    terminal.say(f"{name} may come in no more.")


def _note(home: Path, act: str, name: str, role: str = "") -> None:
    """Write into the audit log who let somebody in or out."""
    from unswarm.record.people import person as acting
    from unswarm.web.guard.audit import Audit

    given = {"as": role} if role else {}
    Audit(home).write(act, who=acting(None), address="command line", name=name, **given)


def _home(folder: Path) -> Path:
    must_exist(folder)
    if not folder.is_dir():
        raise SettingsError(f"{folder} is no folder. Hint: the one that is served.")
    with installed("Accounts need"):
        from unswarm.web.app import HOME
    return folder / HOME
