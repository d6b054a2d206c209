"""What the commands share: taking files in, detecting, printing what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unswarm import terminal

if TYPE_CHECKING:
    from unswarm.case import Case, Reading
    from unswarm.findings import Findings


class Taking:
    """Takes files into a case and says what came of them."""

    def __init__(
        self, case: Case, reader: str | None, columns: Mapping[str, str], quiet: bool
    ) -> None:
        self._case, self._reader, self._columns, self._quiet = case, reader, columns, quiet

    def take(self, paths: Sequence[Path], *, comparison: bool = False) -> tuple[Reading, ...]:
        with terminal.working(self._quiet) as progress:
            readings = self._case.read(
                *paths,
                reader=self._reader,
                columns=self._columns,
                comparison=comparison,
                progress=progress,
            )
        if not self._quiet:
            terminal.show_reading(readings)
        return readings

    def take_opinions(self, paths: Sequence[Path]) -> tuple[Reading, ...]:
        readings = tuple(self._case.read_opinions(path) for path in paths)
        if not self._quiet:
            terminal.show_reading(readings)
        return readings

    def take_photos(
        self,
        album: Path | None,
        detectors: Sequence[Path] | None,
        known: Path | None,
        calibration: Path | None,
    ) -> None:
        if not (album or known or calibration):
            return
        with terminal.working(self._quiet) as progress:
            readings = self._case.read_photos(
                album,
                models=detectors or (),
                known=known,
                calibration=calibration,
                progress=progress,
            )
        if not self._quiet:
            terminal.show_reading(readings)


def detected(
    case: Case, settings: Mapping[str, Any], quiet: bool, engine: str = "auto"
) -> Findings:
    with terminal.working(quiet) as progress:
        return case.detect(engine=engine, progress=progress, **settings)


def report_back(case: Case, findings: Findings, as_json: bool, report: Path | None = None) -> None:
    report = report or case.report
    if as_json:
        terminal.print_json(_document(case, findings, report))
        return
    terminal.show_findings(findings)
    terminal.say(f"Report: {report}")


def _document(case: Case, findings: Findings, report: Path) -> dict[str, Any]:
    return {
        "case": case.path,
        "report": report,
        **findings.run,
        "networks": list(findings.networks),
        "caveats": list(findings.caveats),
    }


def reading_document(reading: Reading) -> dict[str, Any]:
    return {
        "path": reading.path,
        "reader": reading.reader,
        "rows": reading.rows,
        "quarantined": reading.quarantined,
        "skipped": reading.skipped,
        "notes": reading.notes,
    }
