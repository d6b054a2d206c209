"""Finds plugins: the modules of a folder, and installed entry points of the same name.

A plugin is a module: its file name is its name, its docstring is its help text. Packages outside
this one add their own under the entry-point groups `unswarm.signals`, `unswarm.ties`,
`unswarm.readers`, `unswarm.feeds`, `unswarm.measures`, `unswarm.exporters`,
`unswarm.enforcers` and `unswarm.couriers`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from unswarm.errors import PluginError, SettingsError, did_you_mean

CONTRACTS = {
    "signals": ("signal",),
    "ties": ("tie",),
    "readers": ("recognises", "read"),
    "measures": ("measure",),
    "exporters": ("suffix", "export"),
    "enforcers": ("actions", "reversible", "open_target"),
    "feeds": ("open_feed",),
    "couriers": ("open_courier",),
}


@cache
def load(folder: str) -> dict[str, ModuleType]:
    """The plugins of a folder (a key of `CONTRACTS`) by name, sorted.

    Raises:
        PluginError: a module lacks what its folder's contract asks for.
    """
    return {name: one(folder, name) for name in names(folder)}


def names(folder: str) -> tuple[str, ...]:
    """What the plugins of a folder are called, sorted; none of them is imported."""
    package = importlib.import_module(f"unswarm.{folder}")
    own = {info.name for info in pkgutil.iter_modules(package.__path__)}
    installed = {point.name for point in entry_points(group=f"unswarm.{folder}")}
    return tuple(sorted({name for name in own if not name.startswith("_")} | installed))


@cache
def one(folder: str, name: str) -> ModuleType:
    """One of the plugins of a folder, by its name.

    Raises:
        PluginError: it lacks what the folder's contract asks for.
    """
    for point in entry_points(group=f"unswarm.{folder}"):
        if point.name == name:
            return _checked(folder, point.load())
    return _checked(folder, importlib.import_module(f"unswarm.{folder}.{name}"))


def _checked(folder: str, module: ModuleType) -> ModuleType:
    asked = (*CONTRACTS[folder], "__doc__")
    lacks = [name for name in asked if getattr(module, name, None) in (None, "")]
    if lacks:
        raise PluginError(f"{module.__file__ or module.__name__}: lacks {', '.join(lacks)}.")
    return module


def placed(folder: str, said: str, fault: str, example: str) -> tuple[str, str, ModuleType]:
    """The name of the plugin, the place, and the plugin that `NAME:WHERE` means.

    Args:
        folder: of the plugins.
        said: what the person wrote.
        fault: what is wrong with it if it means nothing, as a verb.
        example: of what would mean something.

    Raises:
        SettingsError: there is no such plugin, or no place.
    """
    name, _, where = said.partition(":")
    known = names(folder)
    if name not in known or not where:
        hint = f"{did_you_mean(name, known)} Write NAME:WHERE, e.g. {example}"
        raise SettingsError(f"'{said}' {fault}. Hint: {hint}")
    return name, where, one(folder, name)


def summary(module: ModuleType) -> str:
    """The first line of a plugin's docstring: its one-line help."""
    return (module.__doc__ or "").strip().splitlines()[0]
