"""unswarm finds networks of accounts acting in concert and shows the evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unswarm.case import Case, open_case
    from unswarm.errors import UnswarmError
    from unswarm.model import Verdict
    from unswarm.signals import Example, Signal

__version__ = "0.1.0"

__all__ = [
    "Case",
    "Example",
    "Signal",
    "UnswarmError",
    "Verdict",
    "__version__",
    "open_case",
]

_HOMES = {
    "Case": "case",
    "Example": "signals",
    "Signal": "signals",
    "UnswarmError": "errors",
    "Verdict": "model",
    "open_case": "case",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `import unswarm` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'unswarm' has no attribute '{name}'")
    return getattr(import_module(f"unswarm.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
