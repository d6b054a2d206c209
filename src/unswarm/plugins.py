"""Finds plugins: the modules of a folder, and installed entry points of the same name.

A plugin is a module: its file name is its name, its docstring is its help text. Packages outside
this one add their own under the entry-point groups `unswarm.signals`, `unswarm.ties`,
`unswarm.readers`, `unswarm.measures`, `unswarm.exporters` and `unswarm.enforcers`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from unswarm.errors import PluginError

CONTRACTS = {
    "signals": ("signal",),
    "ties": ("tie",),
    "readers": ("recognises", "read"),
    "measures": ("measure",),
    "exporters": ("suffix", "export"),
    "enforcers": ("actions", "reversible", "open_target"),
}


@cache
def load(folder: str) -> dict[str, ModuleType]:
    """The plugins of a folder (a key of `CONTRACTS`) by name, sorted.

    Raises:
        PluginError: a module lacks what its folder's contract asks for.
    """
    package = importlib.import_module(f"unswarm.{folder}")
    found = {
        info.name: importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
        if not info.name.startswith("_")
    }
    for point in entry_points(group=f"unswarm.{folder}"):
        found[point.name] = point.load()
    return {name: _checked(folder, found[name]) for name in sorted(found)}


def _checked(folder: str, module: ModuleType) -> ModuleType:
    lacks = [name for name in (*CONTRACTS[folder], "__doc__") if not getattr(module, name, None)]
    if lacks:
        raise PluginError(f"{module.__file__ or module.__name__}: lacks {', '.join(lacks)}.")
    return module


def summary(module: ModuleType) -> str:
    """The first line of a plugin's docstring: its one-line help."""
    return (module.__doc__ or "").strip().splitlines()[0]
