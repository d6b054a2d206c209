"""Findings → files: which exporter is meant, what its file is called, writing it in one step."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from unswarm.errors import SettingsError, did_you_mean
from unswarm.findings import Findings
from unswarm.folder import aside
from unswarm.plugins import load


def exporter(name: str) -> tuple[str, ModuleType]:
    """An exporter by its name, however it is written: `accounts`, `accounts.csv`, `GraphML`.

    Raises:
        SettingsError: there is none of that name.
    """
    known = load("exporters")
    plain = name.casefold().replace("-", "_").replace(".", "_")
    for asked in (plain, f"{plain}_csv", plain.removesuffix("_html")):
        if asked in known:
            return asked, known[asked]
    raise SettingsError(f"Unknown format '{name}'. Hint: {did_you_mean(plain, known)}")


def file_name(name: str, suffix: str) -> str:
    """The file an exporter writes by default: `accounts.csv`, `report.html`, `networks.gexf`."""
    kind = suffix.removeprefix(".")
    stem = "networks" if name == kind else name.removesuffix(f"_{kind}")
    return f"{stem}{suffix}"


def write_export(findings: Findings, module: ModuleType, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside(path) as partial:
        module.export(findings, partial)
