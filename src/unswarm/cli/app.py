"""The program itself, before it has commands."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from unswarm import __version__

DEBUG = "UNSWARM_DEBUG"


app = typer.Typer(
    name="unswarm",
    help="Finds networks of accounts acting in concert, shows the evidence, writes a report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def _unswarm(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose.")] = False,
) -> None:
    if debug:
        os.environ[DEBUG] = "1"
    if version:
        typer.echo(f"unswarm {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
