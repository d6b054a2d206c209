"""The public report of a takedown as PDF, with numbered pages.

The same document as `public_report`. It needs the extra `pdf` (WeasyPrint) and the text layout
library Pango, which Linux distributions have.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unswarm.errors import SettingsError
from unswarm.exporters._public import document, page
from unswarm.findings import Findings

suffix = ".pdf"

EPOCH = "SOURCE_DATE_EPOCH"


def export(findings: Findings, path: Path) -> None:
    """Write the report as PDF.

    Raises:
        SettingsError: WeasyPrint or Pango is not installed.
    """
    html = page(document(findings))
    with _same_bytes():
        path.write_bytes(_weasyprint().HTML(string=html).write_pdf(pdf_tags=True))


@contextmanager
def _same_bytes() -> Iterator[None]:
    """Subsets of fonts carry the time they were made; see reproducible-builds.org."""
    said = os.environ.get(EPOCH)
    os.environ[EPOCH] = said or "0"
    try:
        yield
    finally:
        if said is None:
            del os.environ[EPOCH]


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise SettingsError(
            "A PDF needs the extra 'pdf'. Hint: pip install 'unswarm[pdf]'"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"A PDF needs the library Pango: {error}. Hint: apt install libpango-1.0-0 "
            "libpangoft2-1.0-0, or print the HTML from a browser."
        ) from None
    return weasyprint
