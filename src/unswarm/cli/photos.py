"""Commands about profile photos."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import (
    CalibrationOption,
    CaseOption,
    DetectorOption,
    JsonOption,
    KnownOption,
    QuietOption,
)
from unswarm.cli.places import case_of, existing, must_exist
from unswarm.cli.working import Taking
from unswarm.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from unswarm.case import Case
    from unswarm.findings import Findings


class _PhotosFirst(TyperGroup):
    """`unswarm photos DIR` means `unswarm photos test DIR`: what is no command is an album."""

    meant = "test"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = next((arg for arg in args if not arg.startswith("-")), None)
        if first in self.commands or (first is None and "--help" in args):
            return super().parse_args(ctx, args)
        if first and not Path(first).exists() and get_close_matches(first, self.commands):
            hint = did_you_mean(first, self.commands)
            raise SettingsError(f"No photos and no command are called '{first}'. Hint: {hint}")
        return super().parse_args(ctx, [self.meant, *args])


photos_app = typer.Typer(cls=_PhotosFirst, help="Profile photos, by themselves.")


app.add_typer(photos_app, name="photos")


@photos_app.command("test")
def photos(
    album: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR|TABLE]",
            help="Photos named by account, or a table of accounts and files. None: those read.",
        ),
    ] = None,
    case: CaseOption = None,
    groups: Annotated[
        Path | None,
        typer.Option(
            "--groups", help="CSV: group, account. Default: the networks found, or all as one."
        ),
    ] = None,
    calibration: CalibrationOption = None,
    detectors: DetectorOption = None,
    known: KnownOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look at profile photos: faces where generators put them, photos used again; per group."""
    from unswarm.album import groups_of

    must_exist(album, calibration, known, groups, *(detectors or ()))
    opened = case_of([album], case) if album else existing(case)
    table = groups or album
    named = groups_of(table) if table else None
    if groups and named is None:
        raise SettingsError(f"{groups} has no column 'group'. Hint: a CSV with group and account.")
    reading = Taking(opened, None, {}, quiet or as_json)
    reading.take_photos(album, detectors, known, calibration)
    with terminal.working(quiet or as_json) as progress:
        findings = opened.test_photos(named, progress=progress)
    if as_json:
        terminal.print_json(_photos_document(opened, findings))
        return
    terminal.show_photos(findings, opened.exports / "photo_groups.csv")
    terminal.say(f"Report: {opened.photo_report}")


def _photos_document(case: Case, findings: Findings) -> dict[str, Any]:
    return {
        "case": case.path,
        "report": case.photo_report,
        "photos": findings.run["counts"],
        "groups": terminal.photo_groups(case.exports / "photo_groups.csv"),
        "evidence": list(findings.evidence),
    }


@photos_app.command()
def calibrate(
    sample: Annotated[
        Path,
        typer.Argument(
            metavar="SAMPLE", help="Photos of real people, as the platform delivers them."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", help="The file to write, e.g. platform.json.")],
    name: Annotated[
        str | None, typer.Option("--name", help="What reports call it. Default: the file's name.")
    ] = None,
    detectors: DetectorOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make a reference from real photos of your own platform: how often faces sit there by chance.

    Photos of one source (a site, a day) lie in one folder below SAMPLE. At least 300 must show one
    face; 2,000 are better. Look through them first: a generated face among them hides others.
    """
    from unswarm.album import calibrate as made_from
    from unswarm.photos.calibration import shipped

    must_exist(sample, *(detectors or ()))
    with terminal.working(quiet) as progress:
        made = made_from(sample, to, name or to.stem, detectors or (), progress)
    for line in made.warnings(shipped()):
        terminal.warn(f"Note: {line}")
    share = made.real_hits
    terminal.say(
        f"{to}: {share.of:,} photos, {share.have:,} of them on the template by chance "
        f"(at most {100 * share.high:.2g} %)."
    )
