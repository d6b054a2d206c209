"""The command line: one command per verb of a case, and little more.

Exit codes: 0 done (also when nothing was found), 2 the person can mend it, 3 the machine is too
small, 4 a plugin is broken, 70 a fault of unswarm. Heavy libraries are imported when a command
needs them, so that help is there at once.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from typing import NoReturn

from unswarm import terminal
from unswarm.cli import (
    acting,
    counting,
    deciding,
    finding,
    handing,
    making,
    moving,
    people,
    photos,
    serving,
    showing,
    watching,
)
from unswarm.cli.app import DEBUG, app
from unswarm.cli.saying import seconds
from unswarm.errors import ResourceError, UnswarmError

__all__ = [
    "acting",
    "app",
    "counting",
    "deciding",
    "enforce",
    "finding",
    "handing",
    "main",
    "making",
    "moving",
    "people",
    "photos",
    "seconds",
    "serving",
    "showing",
    "watching",
]

UNEXPECTED = 70


ISSUES = "open an issue with this message and the output of the same command with --debug"


# New objects before the garbage collector looks for cycles: by default 700, and loading the
# libraries alone would make it walk over all there is a hundred times.
UNWALKED = 50_000


def main() -> None:
    """Run the command line; every error ends in a sentence and in its own exit code."""
    gc.set_threshold(UNWALKED)
    try:
        app(prog_name="unswarm")
    except UnswarmError as error:
        _fail(error, str(error), error.exit_code)
    except MemoryError as error:
        _fail(error, "The job needs more memory than this machine has.", ResourceError.exit_code)
    except OSError as error:
        _fail(error, f"{error.filename or 'The system'}: {error.strerror or error}.", 2)
    except Exception as error:
        _fail(error, f"This is a fault of unswarm: {error!r}. Please {ISSUES}.", UNEXPECTED)


def _fail(error: BaseException, message: str, code: int) -> NoReturn:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if "--json" in sys.argv:
        kind = type(error).__name__
        terminal.print_json({"error": {"kind": kind, "message": message, "exit_code": code}})
    sys.stderr.write(f"Error: {message}\n")
    sys.exit(code)
