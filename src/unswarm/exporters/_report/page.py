"""The page: templates, style and scripts in one file that loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from importlib import resources
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from unswarm.exporters._report import words
from unswarm.exporters._report.graph import embedded
from unswarm.exporters._report.rows import Entry
from unswarm.photos.composite import FEWEST
from unswarm.settings import Settings

FILTERS = (
    "band",
    "chance",
    "clean",
    "compared",
    "count",
    "date",
    "day",
    "excuses",
    "figure",
    "gap",
    "moment",
    "prose",
    "sentence",
    "share",
    "span",
)
SCRIPTS = ("graph.js", "page.js")


def render(template: str = "report.html.j2", **report: Any) -> str:
    """A whole report as HTML; every text in it is escaped."""
    style, script = _asset("report.css"), "\n".join(map(_asset, SCRIPTS))
    return (
        _environment()
        .get_template(template)
        .render(
            **report,
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
            settings=_settings(report["run"].get("settings") or {}),
        )
    )


def grouped(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries in the order they were made, under the name of their group."""
    return [(group, list(some)) for group, some in groupby(entries, lambda entry: entry.group)]


def templates(folder: str) -> Environment:
    """The templates of a folder beside this one; every text they are given is escaped."""
    environment = Environment(
        loader=PackageLoader("unswarm.exporters", folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({name: getattr(words, name) for name in FILTERS})
    return environment


def _environment() -> Environment:
    environment = templates("_report")
    environment.filters["embedded"] = embedded
    environment.globals |= {"several": words.several, "fewest": FEWEST}
    return environment


def _asset(name: str) -> str:
    return (resources.files("unswarm.exporters") / "_report" / name).read_text("utf-8")


def _hash(text: str) -> str:
    """How a content security policy names the one text it lets run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _settings(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Each setting of the run with its unit and its reason, as `Settings` declares them."""
    known = {knob.name: knob.metadata for knob in fields(Settings)}
    return [
        {
            "name": name,
            "value": _plain(value),
            "unit": known[name]["unit"] if name in known else "",
            "why": known[name]["why"] if name in known else "",
        }
        for name, value in values.items()
    ]


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.figure(value) if isinstance(value, float) else str(value)
