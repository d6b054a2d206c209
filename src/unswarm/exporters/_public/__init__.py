"""The public report: one document of plain blocks, written as HTML, Markdown or PDF."""

from __future__ import annotations

from unswarm.exporters._public.document import document
from unswarm.exporters._public.markdown import markdown
from unswarm.exporters._public.page import page

__all__ = ["document", "markdown", "page"]
