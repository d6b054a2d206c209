"""The command line: one command per verb of a case, and little more.

Exit codes: 0 done (also when nothing was found), 2 the person can mend it, 3 the machine is too
small, 4 a plugin is broken, 70 a fault of unswarm. Heavy libraries are imported when a command
needs them, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from unswarm import __version__, terminal
from unswarm.errors import CaseError, ResourceError, SettingsError, UnswarmError, did_you_mean

if TYPE_CHECKING:
    from unswarm.case import Case, Reading
    from unswarm.expansion import Expansion
    from unswarm.findings import Findings

UNEXPECTED = 70
DEBUG = "UNSWARM_DEBUG"
ISSUES = "open an issue with this message and the output of the same command with --debug"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

app = typer.Typer(
    name="unswarm",
    help="Finds networks of accounts acting in concert, shows the evidence, writes a report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Sources = Annotated[list[Path], typer.Argument(help="Files or folders of posts.")]
CaseOption = Annotated[
    Path | None,
    typer.Option("--case", help="Case folder. Default: named after the source, or the one here."),
]
ReaderOption = Annotated[
    str | None, typer.Option("--reader", help="Format of the files. Default: by their content.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="FIELD=COLUMN, where a column's role is not guessed; or a mapping file (.toml). "
        "Repeatable.",
    ),
]
SignalOption = Annotated[
    list[str] | None, typer.Option("--signal", help="Use only this signal. Repeatable.")
]
WindowOption = Annotated[
    list[str] | None,
    typer.Option("--window", help="How close two actions must be: 60s, 5m, 1h. Repeatable."),
]
RateOption = Annotated[
    float | None, typer.Option("--q", help="Networks declared by mistake, over the run.")
]
ComparisonOption = Annotated[
    list[Path] | None,
    typer.Option("--comparison", help="Posts of other people, to compare with. Repeatable."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="NAME=VALUE: any setting of docs/settings.md. Repeatable."),
]
PhotosOption = Annotated[
    Path | None,
    typer.Option(
        "--photos", help="Profile photos: a folder of files named by account, or a table of them."
    ),
]
CalibrationOption = Annotated[
    Path | None,
    typer.Option("--calibration", help="Reference for photos, of `unswarm photos calibrate`."),
]
DetectorOption = Annotated[
    list[Path] | None,
    typer.Option("--detector", help="Manifest of a trained detector (ONNX). Repeatable."),
]
KnownOption = Annotated[
    Path | None,
    typer.Option("--known", help="Known pictures: a folder, or a table of PDQ hashes."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress, no notes.")]


@app.callback(invoke_without_command=True)
def _unswarm(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose.")] = False,
) -> None:
    if debug:
        os.environ[DEBUG] = "1"
    if version:
        typer.echo(f"unswarm {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


# --- commands


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
    changes: SetOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read posts, find the networks, say how sure it is and why, write the report."""
    settings = _settings(signals, windows, q, changes)
    _must_exist(photos, calibration, known, *(detectors or ()))
    opened = _case_of(sources, case) if sources else _existing(case)
    reading = _Reading(opened, reader, _mapping(mapped), quiet or as_json)
    reading.take(sources or [])
    reading.take(comparison or [], comparison=True)
    reading.take_photos(photos, detectors, known, calibration)
    _report_back(opened, _detected(opened, settings, quiet or as_json), as_json)


@app.command()
def read(
    sources: Sources,
    case: CaseOption = None,
    reader: ReaderOption = None,
    mapped: MapOption = None,
    comparison: Annotated[
        bool, typer.Option("--comparison", help="These are other people, to compare with.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take files into a case without looking for networks yet."""
    opened = _case_of(sources, case)
    reading = _Reading(opened, reader, _mapping(mapped), quiet or as_json)
    readings = reading.take(sources, comparison=comparison)
    if as_json:
        terminal.print_json({"case": opened.path, "sources": [_reading(r) for r in readings]})
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
    settings = _settings(signals, windows, q, changes)
    opened = _existing(case)
    with terminal.working(quiet or as_json) as progress:
        findings = opened.test(_accounts(accounts), progress=progress, **settings)
    missing = findings.run.get("missing", [])
    if missing and not (quiet or as_json):
        terminal.warn(f"Not in the data: {', '.join(missing)}.")
    report = opened.list_exports(findings) / opened.report.name
    _report_back(opened, findings, as_json, report)


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

    _must_exist(album, calibration, known, groups, *(detectors or ()))
    opened = _case_of([album], case) if album else _existing(case)
    table = groups or album
    named = groups_of(table) if table else None
    if groups and named is None:
        raise SettingsError(f"{groups} has no column 'group'. Hint: a CSV with group and account.")
    reading = _Reading(opened, None, {}, quiet or as_json)
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

    _must_exist(sample, *(detectors or ()))
    with terminal.working(quiet) as progress:
        made = made_from(sample, to, name or to.stem, detectors or (), progress)
    for line in made.warnings(shipped()):
        terminal.warn(f"Note: {line}")
    share = made.real_hits
    terminal.say(
        f"{to}: {share.of:,} photos, {share.have:,} of them on the template by chance "
        f"(at most {100 * share.high:.2g} %)."
    )


@app.command()
def measure(
    case: CaseOption = None, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Measure the networks of the latest run again, e.g. after installing a measure."""
    opened = _existing(case)
    with terminal.working(quiet or as_json) as progress:
        findings = opened.measure(progress=progress)
    _report_back(opened, findings, as_json)


@app.command()
def decide(
    subject: Annotated[str, typer.Argument(metavar="NETWORK|ACCOUNT")],
    verdict: Annotated[
        str, typer.Argument(help="inauthentic, authentic, 'not coordinated' or undecided.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="What the verdict rests on.")],
    who: Annotated[str | None, typer.Option("--who", help="Default: the name logged in.")] = None,
    case: CaseOption = None,
) -> None:
    """Write a person's verdict, with its reason, into the case's log."""
    said = _existing(case).decide(subject, verdict, reason, who)
    terminal.say(f"{subject}: {said['verdict']}, says {said['who']}.")


@app.command()
def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="See `unswarm plugins`.")],
    to: Annotated[Path | None, typer.Option("--to", help="Default: the case's exports/.")] = None,
    case: CaseOption = None,
) -> None:
    """Write the latest findings in another format."""
    terminal.say(str(_existing(case).export(form, to)))


@app.command()
def show(
    subject: Annotated[str | None, typer.Argument(metavar="[NETWORK|ACCOUNT]")] = None,
    case: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the networks found, or one network, or one account, with all that is known of it."""
    opened = _existing(case)
    if subject is None:
        _report_back(opened, opened.findings, as_json)
        return
    kind, subject = opened.find(subject)
    said = [d for d in opened.decisions if d.get(kind) == subject]
    if as_json:
        terminal.print_json(_known_of(opened.findings, kind, subject) | {"decisions": said})
    elif kind == "network":
        terminal.show_network(opened.findings, subject, said)
    else:
        terminal.show_account(opened.findings, subject, said)


@app.command()
def expand(
    network: Annotated[
        str | None, typer.Argument(metavar="[NETWORK]", help="A finding of the latest run.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="Another case, e.g. of another platform. Repeatable."),
    ] = None,
    recidivism: Annotated[
        list[Path] | None,
        typer.Option(
            "--recidivism", help="A past case, or its fingerprint: did it come back? Repeatable."
        ),
    ] = None,
    case: CaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List accounts tied to a network by what they have, here, elsewhere, or come back."""
    if network is None and not recidivism:
        raise SettingsError("Nothing to grow. Hint: name a network, or --recidivism PAST.")
    _must_exist(*(against or ()), *(recidivism or ()))
    opened = _existing(case)
    with terminal.working(quiet or as_json) as progress:
        found = opened.expand(
            network, against=against or (), recidivism=recidivism or (), progress=progress
        )
    if as_json:
        terminal.print_json({"case": opened.path, "expansions": [_expansion(e) for e in found]})
        return
    for each in found:
        terminal.show_expansion(each)


def _expansion(found: Expansion) -> dict[str, Any]:
    return {
        "network": found.network,
        "place": found.place,
        "linked": found.linked,
        "counterparts": found.counterparts,
        "unchanged": list(found.unchanged),
        "folder": found.folder,
    }


@app.command()
def evaluate(
    labels: Annotated[Path, typer.Argument(help="CSV: account, label and, if known, group.")],
    case: CaseOption = None,
    positive: Annotated[
        list[str] | None, typer.Option("--positive", help="A label that means coordinated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was found with labels: false accusations, precision, recall, per network."""
    from unswarm.evaluation import evaluate as judged
    from unswarm.evaluation import read_labels

    given = read_labels(labels, positive or ())
    found = judged(_existing(case).findings, given)
    if as_json:
        terminal.print_json(found.as_dict())
        return
    taken = ", ".join(f"{role} from '{column}'" for role, column in given.columns.items())
    terminal.warn(f"{labels}: {taken}; positive: {', '.join(given.values)}.")
    terminal.show_evaluation(found)


@app.command()
def simulate(
    world: Annotated[
        str,
        typer.Argument(
            metavar="WORLD",
            help="What people do without acting in concert; a wrong name lists them.",
        ),
    ],
    to: Annotated[Path, typer.Option("--to", help="A new folder for posts.csv and labels.csv.")],
    seed: Annotated[int, typer.Option("--seed", help="Of every random choice.")] = 0,
    groups: Annotated[int, typer.Option("--groups", help="Groups that act in concert.")] = 0,
    scale: Annotated[
        float | None, typer.Option("--scale", help="bl: 1 is the published size.")
    ] = None,
    evasion: Annotated[
        float | None, typer.Option("--evasion", help="bl: how well it hides; 1, 2 is twice that.")
    ] = None,
    photos: Annotated[
        Path | None, typer.Option("--photos", help="bl: pictures it uses. Default: drawings.")
    ] = None,
) -> None:
    """Write a synthetic set of posts with known truth, labelled synthetic.

    The world `bl` is a whole case: a replica of an operation of 2019 in its published numbers,
    with profiles, roles, ads, followers, sites and photos; see docs/replica.md.
    """
    from unswarm.simulate import WORLDS, some_groups
    from unswarm.simulate import simulate as made
    from unswarm.simulate.operation import OPERATION, replicate

    _must_exist(photos)
    given = {"scale": scale, "evasion": evasion, "photos": photos}
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if world not in (*WORLDS, OPERATION):
        hint = did_you_mean(world, [*WORLDS, OPERATION])
        raise SettingsError(f"Unknown world '{world}'. Hint: {hint}")
    if said and world != OPERATION:
        raise SettingsError(f"--scale, --evasion and --photos are for the world {OPERATION}.")
    if groups and world == OPERATION:
        raise SettingsError(f"--groups is for the other worlds: {OPERATION} has its own.")
    if world == OPERATION:
        terminal.say(str(replicate(to, seed=seed, **said)))
    else:
        terminal.say(str(made(world, to, seed, some_groups(groups))))


@app.command()
def demo(
    case: Annotated[
        Path, typer.Option("--case", help="Folder for the two demonstration cases.")
    ] = Path("unswarm-demo"),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run the main job on two real sets that come with unswarm; see docs/demo.md."""
    from unswarm.case import open_case

    for name, columns in DEMO.items():
        opened = open_case(case / name)
        reading = _Reading(opened, None, columns, quiet or as_json)
        reading.take([demo_folder() / f"{name}.parquet"])
        _report_back(opened, _detected(opened, {}, quiet or as_json), as_json)


@app.command("sketch")
def sketch_audiences(
    follows: Annotated[list[Path], typer.Argument(help="Lists of followers, or of members.")],
    to: Annotated[Path, typer.Option("--to", help="CSV to write, one sketch a line.")],
    key: Annotated[
        str,
        typer.Option("--key", envvar="UNSWARM_KEY", help="A secret of all who merge sketches."),
    ] = "",
    method: Annotated[str, typer.Option("--method", help="hll or theta.")] = "hll",
    by_country: Annotated[
        bool, typer.Option("--by-country", help="Also a sketch for each country.")
    ] = False,
    reader: ReaderOption = None,
    mapped: MapOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make sketches of audiences out of lists: they can be merged and counted, and name nobody."""
    from unswarm.sketches import Sketcher, write

    _must_exist(*follows)
    sketcher, taken, rejected = Sketcher(key, method, by_country=by_country), 0, 0
    with terminal.working(quiet) as progress:
        for name, rows in _rows_of(follows, reader, _mapping(mapped)):
            taken += sketcher.add(name, rows)
            rejected += len(rows) if name == "quarantine" else 0
            progress("sketching", taken, 0)
    if not taken:
        _no_followers(follows[0])
    write(sketcher.rows(), to)
    if not (key or quiet):
        terminal.warn("Note: without --key, whoever has the sketches can try ids out.")
    made = len(sketcher.rows())
    terminal.say(f"{to}: {made:,} sketches of {taken:,} rows; {rejected:,} rows rejected.")


def _rows_of(
    paths: Sequence[Path], reader: str | None, columns: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    from unswarm.readers import recognise, sources

    for source in sources(paths, columns, terminal.warn):
        _, module = recognise(source, reader)
        yield from module.read(source)


def _no_followers(source: Path) -> NoReturn:
    from unswarm.errors import InputError

    hint = "it needs columns account and target; name them with --map."
    raise InputError("there are no followers and no members in it.", source=source, hint=hint)


@app.command()
def plugins(as_json: JsonOption = False) -> None:
    """List every signal, tie, reader, measure and exporter, with a line on each."""
    from unswarm.plugins import CONTRACTS, load, summary

    listed = {
        folder: {name: summary(module) for name, module in load(folder).items()}
        for folder in CONTRACTS
    }
    if as_json:
        terminal.print_json(listed)
    else:
        terminal.show_plugins(listed)


# --- the demonstration

DEMO: Mapping[str, Mapping[str, str]] = {
    "russian_coord_tweets": {},
    "german_elections": {},
}


def demo_folder() -> Path:
    """Where the bundled sets lie, with their licence and provenance."""
    return Path(__file__).parent / "demo"


# --- what the commands share


class _Reading:
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


def _detected(case: Case, settings: Mapping[str, Any], quiet: bool) -> Findings:
    with terminal.working(quiet) as progress:
        return case.detect(progress=progress, **settings)


def _report_back(case: Case, findings: Findings, as_json: bool, report: Path | None = None) -> None:
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


def _known_of(findings: Findings, kind: str, subject: str) -> dict[str, Any]:
    from unswarm.store import quoted

    tables = {
        "network": ("network", "membership", "edge", "evidence"),
        "account": ("account", "membership", "occasion", "photo"),
    }
    where = f"WHERE {kind} = {quoted(subject)} ORDER BY ALL"
    return {t: list(findings.query(f"SELECT * FROM {t} {where}")) for t in tables[kind]}


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "path": reading.path,
        "reader": reading.reader,
        "rows": reading.rows,
        "quarantined": reading.quarantined,
        "skipped": reading.skipped,
        "notes": reading.notes,
    }


# --- which case


def _case_of(sources: Sequence[Path], case: Path | None) -> Case:
    """The case asked for, or the one named after the first source."""
    from unswarm.case import open_case

    for source in sources:
        if not source.exists():
            _missing(source)
    return open_case(case or _named_after(sources[0]))


def _must_exist(*paths: Path | None) -> None:
    for path in paths:
        if path is not None and not path.exists():
            _missing(path)


def _missing(source: Path) -> NoReturn:
    from unswarm.errors import InputError

    folder = source.parent
    siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(source.name, siblings) if siblings else "check the path."
    raise InputError("there is no such file or folder.", source=source, hint=hint)


def _named_after(source: Path) -> Path:
    name = source.resolve().name
    folder = Path(name.split(".")[0] or name)
    taken = folder.exists() and not (folder / "case.toml").exists()
    return folder.with_name(f"{folder.name}-case") if taken else folder


def _existing(case: Path | None) -> Case:
    """The case asked for, or the one that is here."""
    from unswarm.case import open_case

    return open_case(case or _only_case(), create=False)


def _only_case() -> Path:
    here = Path()
    if (here / "case.toml").exists():
        return here
    cases = sorted(file.parent for file in here.glob("*/case.toml"))
    if not cases:
        raise CaseError("No case here. Hint: unswarm detect SOURCE, or name one with --case.")
    if len(cases) > 1:
        names = ", ".join(str(folder) for folder in cases)
        raise CaseError(f"Several cases here: {names}. Hint: name one with --case.")
    return cases[0]


# --- what the options say


def _settings(
    signals: Sequence[str] | None,
    windows: Sequence[str] | None,
    q: float | None,
    changes: Sequence[str] | None,
) -> dict[str, Any]:
    """Settings named on the command line; nothing is there that was not named."""
    said = {name: _value(name, text) for name, text in _pairs(changes, "--set").items()}
    if signals:
        said["signals"] = tuple(_known_signal(name) for name in signals)
    if windows:
        said["windows"] = tuple(seconds(window) for window in windows)
    if q is not None:
        said["q"] = q
    return said


def _known_signal(name: str) -> str:
    from unswarm.plugins import load

    known = load("signals")
    if name not in known:
        raise SettingsError(f"Unknown signal '{name}'. Hint: {did_you_mean(name, known)}")
    return name


def _mapping(texts: Iterable[str] | None) -> dict[str, str]:
    """What --map says of the columns: FIELD=COLUMN, or the content of a mapping file."""
    from unswarm.readers.mapped import SUFFIX, carried

    said = list(texts or ())
    files = [text for text in said if text.endswith(SUFFIX) and "=" not in text]
    if len(files) > 1:
        raise SettingsError(f"--map takes one mapping file, not {len(files)}.")
    pairs = _pairs((text for text in said if text not in files), "--map")
    return {**(carried(Path(files[0])) if files else {}), **pairs}


def _pairs(texts: Iterable[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise SettingsError(f"{option} '{text}' is not NAME=VALUE.")
        pairs[name.strip()] = value.strip()
    return pairs


def _value(name: str, text: str) -> Any:
    """A setting's value, as its default's type says."""
    from unswarm.settings import Settings

    defaults = Settings().as_dict()
    if name not in defaults:
        raise SettingsError(f"Unknown setting '{name}'. Hint: {did_you_mean(name, defaults)}")
    default = defaults[name]
    if name == "windows":
        return tuple(seconds(part) for part in text.split(","))
    if isinstance(default, list):
        return tuple(part.strip() for part in text.split(","))
    if isinstance(default, bool):
        return _truth(name, text)
    try:
        return type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise SettingsError(f"Setting '{name}' is {kind}, not '{text}'.") from None


def _truth(name: str, text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.casefold() not in words:
        raise SettingsError(f"Setting '{name}' is true or false, not '{text}'.")
    return words[text.casefold()]


def seconds(text: str) -> int:
    """A duration like `60s`, `5m`, `1h`, `2d` or plain seconds → seconds.

    Raises:
        SettingsError: it is none.
    """
    figure, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        return round(float(figure) * UNITS[unit])
    except (ValueError, OverflowError):
        raise SettingsError(f"'{text}' is no duration. Hint: e.g. 60s, 5m, 1h.") from None


def _accounts(text: str) -> list[str]:
    """Accounts with commas between, or the first column of a file."""
    path = Path(text)
    if not path.is_file():
        return text.split(",")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    cells = [line.split(",")[0].strip().strip('"') for line in lines]
    return cells[1:] if cells and cells[0].casefold() in ACCOUNT_HEADERS else cells


ACCOUNT_HEADERS = {"account", "account_id", "id", "handle", "userid", "user_id", "screen_name"}


# --- the end


def main() -> None:
    """Run the command line; every error ends in a sentence and in its own exit code."""
    try:
        app(prog_name="unswarm")
    except UnswarmError as error:
        _fail(error, str(error), error.exit_code)
    except MemoryError as error:
        _fail(error, "The job needs more memory than this machine has.", ResourceError.exit_code)
    except OSError as error:
        _fail(error, f"{error.filename or 'The system'}: {error.strerror or error}.", 2)
    except Exception as error:
        _fail(error, f"This is a fault of unswarm: {error!r}. Please {ISSUES}.", UNEXPECTED)


def _fail(error: BaseException, message: str, code: int) -> NoReturn:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if "--json" in sys.argv:
        kind = type(error).__name__
        terminal.print_json({"error": {"kind": kind, "message": message, "exit_code": code}})
    sys.stderr.write(f"Error: {message}\n")
    sys.exit(code)
