"""Every error unswarm raises on purpose.

UnswarmError                 something unswarm can explain in a sentence
├── UserError      (exit 2)  the person can mend it: an input, an option, a case folder
│   ├── InputError           a file, with the line and the field when they are known
│   ├── SettingsError        an option or a setting outside its range
│   └── CaseError            a case folder that is missing, broken or not what was asked for
├── ResourceError  (exit 3)  the machine is too small for the job that was asked for
└── PluginError    (exit 4)  a signal, reader, measure or exporter that breaks its contract

Anything else that escapes is our fault: the command line exits with 70.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UnswarmError(Exception):
    """Base of all errors unswarm raises on purpose."""

    exit_code = 1


class UserError(UnswarmError):
    """The person who ran unswarm can mend this."""

    exit_code = 2


class InputError(UserError):
    """A file could not be used. The message says where and what to do next.

    Args:
        message: what is wrong, one sentence.
        source: the file.
        line: 1-based line of the file, if known.
        field: the column or key, if known.
        hint: what to do next.
    """

    def __init__(
        self,
        message: str,
        *,
        source: object = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.message, self.source, self.line, self.field, self.hint = (
            message,
            source,
            line,
            field,
            hint,
        )
        where = str(source) if source is not None else ""
        where += f", line {line}" if line is not None else ""
        where += f", field '{field}'" if field is not None else ""
        text = f"{where}: {message}" if where else message
        super().__init__(f"{text} Hint: {hint}" if hint else text)


class SettingsError(UserError):
    """An option or a setting is unknown or outside its range."""


class CaseError(UserError):
    """A case folder is missing, broken or does not hold what was asked for."""


class ResourceError(UnswarmError):
    """The job does not fit this machine; said before the work starts."""

    exit_code = 3


class PluginError(UnswarmError):
    """A plugin module breaks its contract."""

    exit_code = 4


MOST_LISTED = 20


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`, or all of them if few."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(known)}." if len(known) <= MOST_LISTED else "check the spelling."
