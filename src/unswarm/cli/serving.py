"""The command that opens the investigator's desk in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.places import must_exist
from unswarm.errors import SettingsError


@app.command()
def serve(
    folder: Annotated[
        Path, typer.Argument(metavar="[CASE|FOLDER]", help="A case, or a folder of cases.")
    ] = Path(),
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on. Default: this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0: any that is free.")] = 8080,
    certificate: Annotated[
        Path | None, typer.Option("--tls-cert", help="Certificate for TLS, PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key, PEM.")] = None,
    proxies: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy", help="Address or network of a proxy that speaks TLS before it. Repeatable."
        ),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", help="A host name it is reached by. Repeatable."),
    ] = None,
    browse: Annotated[
        bool, typer.Option("--browse/--no-browse", help="Open it in the browser.")
    ] = True,
) -> None:
    """Open the desk: look at networks, decide, prepare a takedown, in a browser."""
    must_exist(folder, certificate, key)
    if bool(certificate) != bool(key):
        raise SettingsError("TLS takes both --tls-cert and --tls-key.")
    where = {"host": host, "port": port, "certificate": certificate, "key": key}
    served(folder, browse=browse, **where, proxies=proxies or (), names=names or ())


def served(folder: Path, *, browse: bool, **where: Any) -> None:
    """Serve a folder until it is interrupted; `where`: what `web.server.Place` takes.

    Raises:
        SettingsError: what it needs is not installed, or it would not be safe.
    """
    with installed("The web page needs"):
        from unswarm.web.server import Place
        from unswarm.web.server import serve as run
    run(folder, Place(**where), terminal.say, browse=browse)


@contextmanager
def installed(needs: str) -> Iterator[None]:
    """Say which library of the extra `web` is missing, and how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "unswarm":
            raise
        raise SettingsError(f"{needs} '{error.name}'. Hint: pip install 'unswarm[web]'") from None
