"""What every exporter owes: a file for every case, and no markup out of the data."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from small_case import HOSTILE, findings, no_findings

from unswarm.errors import SettingsError
from unswarm.plugins import load, summary

EXPORTERS = load("exporters")
KEYED = "key"  # an option that a case gives: the secret of its pseudonyms
MARKUP = {".html", ".htm", ".xml", ".graphml", ".gexf"}

every_exporter = pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=list(EXPORTERS))


def exported(exporter: ModuleType, folder: Path, *, empty: bool = False) -> Path:
    path = folder / f"export{exporter.suffix}"
    of = no_findings() if empty else findings()
    try:
        if KEYED in getattr(getattr(exporter, "Options", None), "__annotations__", ()):
            exporter.export(of, path, exporter.Options(key="00" * 32))
        else:
            exporter.export(of, path)
    except SettingsError as error:  # a library of the system that pip cannot install
        if "apt install" not in str(error):
            raise
        pytest.skip(str(error))
    return path


@every_exporter
def test_says_what_it_writes(exporter: ModuleType) -> None:
    assert summary(exporter).endswith(".")
    assert exporter.suffix.startswith(".")


@every_exporter
@pytest.mark.parametrize("empty", [False, True])
def test_writes_every_case(exporter: ModuleType, tmp_path: Path, empty: bool) -> None:
    assert exported(exporter, tmp_path, empty=empty).stat().st_size > 0
    assert len(list(tmp_path.iterdir())) == 1


@every_exporter
def test_writes_the_same_bytes_twice(exporter: ModuleType, tmp_path: Path) -> None:
    once = exported(exporter, tmp_path).read_bytes()
    assert exported(exporter, tmp_path).read_bytes() == once


@every_exporter
def test_markup_in_the_data_stays_text(exporter: ModuleType, tmp_path: Path) -> None:
    if exporter.suffix not in MARKUP:
        pytest.skip(f"{exporter.suffix} files are not markup")
    assert HOSTILE not in exported(exporter, tmp_path).read_text("utf-8")
