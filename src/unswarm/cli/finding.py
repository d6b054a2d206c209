"""Commands that read and detect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import (
    CalibrationOption,
    CaseOption,
    ComparisonOption,
    DetectorOption,
    EngineOption,
    JsonOption,
    KnownOption,
    MapOption,
    PhotosOption,
    QuietOption,
    RateOption,
    ReaderOption,
    SetOption,
    SignalOption,
    Sources,
    WindowOption,
)
from unswarm.cli.places import case_of, existing, must_exist
from unswarm.cli.saying import accounts_in, chosen, columns_said, known_engine
from unswarm.cli.working import Taking, detected, reading_document, report_back


@app.command()
def detect(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders of posts. None: those read.")
    ] = None,
    case: CaseOption = None,
    reader: ReaderOption = None,
    mapped: MapOption = None,
    signals: SignalOption = None,
    windows: WindowOption = None,
    q: RateOption = None,
    comparison: ComparisonOption = None,
    photos: PhotosOption = None,
    calibration: CalibrationOption = None,
    detectors: DetectorOption = None,
    known: KnownOption = None,
    engine: EngineOption = "auto",
    changes: SetOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read posts, find the networks, say how sure it is and why, write the report."""
    settings = chosen(signals, windows, q, changes)
    known_engine(engine)
    must_exist(photos, calibration, known, *(detectors or ()))
    opened = case_of(sources, case) if sources else existing(case)
    reading = Taking(opened, reader, columns_said(mapped), quiet or as_json)
    reading.take(sources or [])
    reading.take(comparison or [], comparison=True)
    reading.take_photos(photos, detectors, known, calibration)
    report_back(opened, detected(opened, settings, quiet or as_json, engine), as_json)


@app.command()
def read(
    sources: Sources,
    case: CaseOption = None,
    reader: ReaderOption = None,
    mapped: MapOption = None,
    comparison: Annotated[
        bool, typer.Option("--comparison", help="These are other people, to compare with.")
    ] = False,
    opinions: Annotated[
        bool,
        typer.Option("--opinions", help="They hold what researchers say of accounts of the case."),
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take files into a case without looking for networks yet."""
    opened = existing(case) if opinions else case_of(sources, case)
    reading = Taking(opened, reader, columns_said(mapped), quiet or as_json)
    if opinions:
        readings = reading.take_opinions(sources)
    else:
        readings = reading.take(sources, comparison=comparison)
    if as_json:
        terminal.print_json(
            {"case": opened.path, "sources": [reading_document(r) for r in readings]}
        )
    elif not quiet:
        terminal.say(f"Case: {opened.path}")


@app.command("test")
def test_list(
    accounts: Annotated[
        str, typer.Argument(metavar="LIST", help="File of accounts, or ids with commas between.")
    ],
    case: CaseOption = None,
    signals: SignalOption = None,
    windows: WindowOption = None,
    q: RateOption = None,
    changes: SetOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Test a list of accounts that somebody brings: did these act together?"""
    settings = chosen(signals, windows, q, changes)
    opened = existing(case)
    with terminal.working(quiet or as_json) as progress:
        findings = opened.test(accounts_in(accounts), progress=progress, **settings)
    missing = findings.run.get("missing", [])
    if missing and not (quiet or as_json):
        terminal.warn(f"Not in the data: {', '.join(missing)}.")
    report = opened.list_exports(findings) / opened.report.name
    report_back(opened, findings, as_json, report)


@app.command()
def measure(
    case: CaseOption = None, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Measure the networks of the latest run again, e.g. after installing a measure."""
    opened = existing(case)
    with terminal.working(quiet or as_json) as progress:
        findings = opened.measure(progress=progress)
    report_back(opened, findings, as_json)
