"""A report as one HTML page that loads nothing, for screens and for paper."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from unswarm.exporters._public.blocks import Document
from unswarm.exporters._report.words import clean


def page(report: Document) -> str:
    """The whole report; every text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("unswarm.exporters", "_public"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    style = resources.files("unswarm.exporters").joinpath("_public/public.css").read_text("utf-8")
    return environment.get_template("public.html.j2").render(report=report, style=Markup(style))
