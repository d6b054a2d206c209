"""A report as one HTML page that loads nothing, for screens and for paper."""

from __future__ import annotations

from importlib import resources

from markupsafe import Markup

from unswarm.exporters._public.blocks import Document
from unswarm.exporters._report.page import templates


def page(report: Document) -> str:
    """The whole report; every text in it is escaped."""
    style = resources.files("unswarm.exporters").joinpath("_public/public.css").read_text("utf-8")
    return (
        templates("_public")
        .get_template("public.html.j2")
        .render(report=report, style=Markup(style))
    )
