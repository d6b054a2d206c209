"""The investigator's desk: the verbs of a case over HTTP, and the page that shows them.

`make` builds the application; `serve` runs it. The API has no logic of its own: it asks `looking`,
acts through the desk of a case, and starts the command line for long work. The page is built from
`ui/` when the package is built and lies in `static/`.
"""

from __future__ import annotations

from unswarm.web.app import make
from unswarm.web.server import serve

__all__ = ["make", "serve"]
