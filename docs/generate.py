"""Writes the pages of docs/ that follow from the code; `make docs` runs it.

A test fails when a page here is stale, so that the documentation says what the program does.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import typer

from unswarm.cli import app
from unswarm.model import EVENTS, QUARANTINE, RUNS, Table
from unswarm.plugins import load
from unswarm.settings import Settings
from unswarm.web import make

HERE = Path(__file__).parent
GENERATED = "<!-- Written by docs/generate.py from the code; change the code, then `make docs`. -->"

INTRODUCTIONS = {
    "signals": "A signal is a way to see accounts act alike. Each is one file in "
    "`src/unswarm/signals/`; `--signal NAME` uses only those named. *Decides* says whether a "
    "signal may carry a finding by itself; the others only support, or make leads.",
    "ties": "A tie is a thing that accounts have in common whenever it happened: an administrator, "
    "a device, a photo. Ties never make a finding; they make leads, grow a confirmed network, and "
    "are evidence of who is behind it. Each is one file in `src/unswarm/ties/`. *Conceals* says "
    "whether having it in common, and not saying so, is a sign of concealed common operation; "
    "innocent people share the others, too. What many accounts outside have is no tie.",
    "readers": "A reader turns files of one family of formats into event tables. The content "
    "decides which one reads a file, never its name; `--reader NAME` overrules it.",
    "measures": "A measure says something about a network that can be checked, against the other "
    "accounts in the data. Its rows are the table `evidence`.",
    "exporters": "An exporter writes what was found in one format: `unswarm export NAME`. "
    "`detect` always writes `accounts_csv`, `networks_csv`, `edges_csv` and `report`.",
    "feeds": "A feed follows a source that goes on: `unswarm watch NAME:WHERE`, see "
    "[live](live.md). Each is one file in `src/unswarm/feeds/`.",
    "couriers": "A courier brings alerts somewhere: `unswarm watch … --tell NAME:WHERE`, see "
    "[live](live.md). Each is one file in `src/unswarm/couriers/`.",
    "enforcers": "An enforcer carries out the orders of an approved plan, see "
    "[casework](casework.md): `unswarm plan NAME:WHERE`. It acts once on an order's key.",
}


def pages() -> dict[str, str]:
    """Every generated page: file name → text."""
    made = {f"{folder}.md": _plugins(folder) for folder in INTRODUCTIONS}
    made |= {"settings.md": _settings(), "tables.md": _tables(), "commands.md": _commands()}
    return made | {"openapi.json": _api()}


def _api() -> str:
    """The web API as OpenAPI; the page's TypeScript types are made from it."""
    with TemporaryDirectory() as folder:
        described = make(Path(folder)).openapi()
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _page(title: str, introduction: str, body: Iterable[str]) -> str:
    parts = [f"# {title}", GENERATED, introduction, *body]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# --- plugins


def _plugins(folder: str) -> str:
    plugins = load(folder)
    body = [_plugin(folder, name, module) for name, module in plugins.items()]
    return _page(folder.capitalize(), INTRODUCTIONS[folder], body)


def _plugin(folder: str, name: str, module: ModuleType) -> str:
    parts = [f"## {name}", _doc(module)]
    if folder == "signals":
        parts.append(_signal(module.signal))
    if folder == "ties":
        parts.append(_tie(module.tie))
    if folder == "exporters":
        parts.append(f"File: `*{module.suffix}`")
        if hasattr(module, "Options"):
            parts.append(_told(module.Options))
    if folder == "enforcers":
        parts.append(_enforcer(module))
    return "\n\n".join(parts)


def _doc(thing: Any) -> str:
    return inspect.cleandoc(thing.__doc__ or "")


def _signal(signal: Any) -> str:
    window = "whenever it happened" if signal.window is None else f"{signal.window}"
    rows = [
        ("decides", "yes" if signal.decides else "no: leads and support only"),
        ("widest window", window),
        ("reads", ", ".join(signal.needs)),
        ("specificity", f"{signal.specificity} (one action counts in the most specific signal)"),
    ]
    return _rows(("", ""), rows)


def _enforcer(module: ModuleType) -> str:
    speed = f"{module.per_minute} a minute" if module.per_minute else "as fast as it takes them"
    rows = [
        ("does", ", ".join(sorted(module.actions))),
        ("takes back", ", ".join(sorted(module.reversible)) or "nothing"),
        ("orders", speed),
    ]
    return _rows(("", ""), rows)


def _told(kind: Any) -> str:
    """What an exporter can be told: `Args:` of the docstring, with the defaults."""
    said = dict(re.findall(r"^ +(\w+): (.*(?:\n {12,}.*)*)", kind.__doc__ or "", re.MULTILINE))
    rows = [
        (f"`{each.name}`", f"`{each.default}`", " ".join(said[each.name].split()))
        for each in fields(kind)
    ]
    return _rows(("--option", "default", "what it does"), rows)


def _tie(tie: Any) -> str:
    rows = [
        ("things shared", tie.words),
        ("family", tie.family),
        ("conceals", "yes" if tie.conceals else "no: innocent people share it, too"),
        ("reads", ", ".join(tie.needs)),
        ("common", f"more than {100 * tie.common:g} % of the accounts outside have it"),
    ]
    return _rows(("", ""), rows)


# --- settings, tables


def _settings() -> str:
    rows = [
        (f"`{f.name}`", f"`{_plain(f.default)}`", f.metadata["unit"], f.metadata["why"])
        for f in fields(Settings)
    ]
    introduction = (
        "Every knob of detection. Change one for a run with `--set NAME=VALUE`, for a case under "
        "`[settings]` of its `case.toml`. The defaults were fixed on simulated worlds and on the "
        "development sets; `run.toml` of every run says which were used."
    )
    return _page("Settings", introduction, [_rows(("name", "default", "unit", "why"), rows)])


def _plain(value: object) -> str:
    return ",".join(map(str, value)) or "(empty)" if isinstance(value, tuple) else str(value)


def _tables() -> str:
    introduction = (
        "The columns of every table in a case, as they stand in Parquet and in SQL "
        "(`findings.query`). Times are milliseconds UTC, ids are text."
    )
    events = [_table(table) for table in (*EVENTS.values(), QUARANTINE)]
    runs = [_table(table) for table in RUNS.values()]
    body = ["## Events: what was read", *events, "## Runs: what was found", *runs]
    return _page("Tables", introduction, body)


def _table(table: Table) -> str:
    rows = [(f"`{f.name}`", str(f.type), f.doc) for f in table.fields]
    return f"### {table.name}\n\n{table.doc}\n\n{_rows(('column', 'type', 'is'), rows)}"


# --- commands


def _commands() -> str:
    group: Any = typer.main.get_command(app)
    introduction = (
        "Exit codes: 0 done (also when nothing was found), 2 you can mend it, 3 the machine is too "
        "small, 4 a plugin is broken, 70 a fault of unswarm (`--debug` shows where)."
    )
    body = [_command(name, command) for name, command in _all_commands(group)]
    return _page("Commands", introduction, body)


def _all_commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its words; one meant without being named has its group's."""
    for name, command in group.commands.items():
        words = f"{before}{name}"
        if not hasattr(command, "commands"):
            yield (before.strip() if name == getattr(group, "meant", None) else words), command
        else:
            yield from _all_commands(command, f"{words} ")


def _command(name: str, command: Any) -> str:
    words = ["unswarm", name, *map(_metavar, _arguments(command)), "[OPTIONS]"]
    told = [(f"`{_metavar(p)}`", p.help) for p in _arguments(command) if p.help]
    rows = [*told, *((f"`{', '.join(p.opts)}`", p.help or "") for p in _options(command))]
    usage = f"```\n{' '.join(words)}\n```"
    return f"## {name}\n\n{inspect.cleandoc(command.help)}\n\n{usage}\n\n{_rows(('', ''), rows)}"


def _metavar(argument: Any) -> str:
    return argument.metavar or argument.name.upper() + ("..." if argument.nargs == -1 else "")


def _arguments(command: Any) -> Iterator[Any]:
    return (p for p in command.params if p.param_type_name == "argument")


def _options(command: Any) -> Iterator[Any]:
    return (p for p in command.params if p.param_type_name == "option" and p.name != "help")


if __name__ == "__main__":
    for file, text in pages().items():
        (HERE / file).write_text(text, encoding="utf-8")
