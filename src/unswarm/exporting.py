"""Findings → files: which exporter is meant, what it can be told, writing its file in one step.

An exporter that can be told something has a frozen dataclass `Options` of plain fields with
defaults, and takes one: `export(findings, path, options)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from unswarm.errors import SettingsError, did_you_mean
from unswarm.findings import Findings
from unswarm.folder import aside
from unswarm.plugins import names, one
from unswarm.sealing import derived

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def exporter(name: str) -> tuple[str, ModuleType]:
    """An exporter by its name, however it is written: `accounts`, `accounts.csv`, `GraphML`.

    Raises:
        SettingsError: there is none of that name.
    """
    known = names("exporters")
    plain = name.casefold().replace("-", "_").replace(".", "_")
    for asked in (plain, f"{plain}_csv", plain.removesuffix("_html")):
        if asked in known:
            return asked, one("exporters", asked)
    raise SettingsError(f"Unknown format '{name}'. Hint: {did_you_mean(plain, known)}")


def file_name(name: str, suffix: str) -> str:
    """The file an exporter writes by default: `accounts.csv`, `report.html`, `networks.gexf`."""
    kind = suffix.removeprefix(".")
    stem = "networks" if name == kind else name.removesuffix(f"_{kind}")
    return f"{stem}{suffix}"


def options_of(name: str, module: ModuleType, said: Mapping[str, Any]) -> Any:
    """The options of an exporter, from what somebody said; None: it has none.

    Args:
        name: the exporter.
        module: the exporter.
        said: option → value; texts are turned into what the option is.

    Raises:
        SettingsError: there is no such option, or a value is none of its kind.
    """
    kind = getattr(module, "Options", None)
    known = {field.name: field for field in fields(kind)} if kind else {}
    for option in said:
        if option not in known:
            hint = did_you_mean(option, known) if known else "it has no options."
            raise SettingsError(f"'{name}' has no option '{option}'. Hint: {hint}")
    given = {option: _value(known[option], value) for option, value in said.items()}
    return kind(**given) if kind else None


def secrets_of(folder: Path, name: str, module: ModuleType, said: Mapping[str, Any]) -> Any:
    """The secrets that a case gives an exporter, where nobody said others.

    `key` is of this exporter and of the name of what it writes, so that two releases cannot be
    joined by their pseudonyms; `signing_key` is the case's.

    Args:
        folder: the case folder.
        name: the exporter.
        module: the exporter.
        said: what somebody said.
    """
    kind = getattr(module, "Options", None)
    known = {field.name: field.default for field in fields(kind)} if kind else {}
    of = said.get("name", known.get("name", ""))
    purposes = {"key": f"key of {name} {of}", "signing_key": "signatures"}
    wanted = {option: why for option, why in purposes.items() if option in known}
    return {option: derived(folder, why) for option, why in wanted.items()}


def _value(field: Field[Any], value: Any) -> Any:
    kind: Any = type(field.default)
    if isinstance(value, kind):
        return value
    try:
        return TRUTH[str(value).casefold()] if kind is bool else kind(value)
    except (KeyError, ValueError):
        raise SettingsError(
            f"'{value}' is no value of {field.name}. Hint: such as '{field.default}'."
        ) from None


def write_export(findings: Findings, module: ModuleType, path: Path, options: Any = None) -> None:
    """Write one file in one step: it is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside(path) as partial:
        if options is None:
            module.export(findings, partial)
        else:
            module.export(findings, partial, options)
