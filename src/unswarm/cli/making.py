"""Commands that make data: synthetic sets, the demonstration, sketches of audiences."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import JsonOption, MapOption, QuietOption, ReaderOption
from unswarm.cli.places import must_exist
from unswarm.cli.saying import columns_said
from unswarm.cli.serving import served
from unswarm.cli.working import Taking, detected, report_back
from unswarm.errors import InputError, SettingsError, did_you_mean

if TYPE_CHECKING:
    from unswarm.case import Case
    from unswarm.findings import Findings

REPLICA = 0.03  # of the published size: half a minute


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

    must_exist(photos)
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


DEMO: Mapping[str, Mapping[str, str]] = {
    "russian_coord_tweets": {},
    "german_elections": {},
}


def demo_folder() -> Path:
    """Where the bundled sets lie, with their licence and provenance."""
    return Path(__file__).parents[1] / "demo"


@app.command()
def demo(
    case: Annotated[
        Path, typer.Option("--case", help="Folder for the demonstration cases.")
    ] = Path("unswarm-demo"),
    desk: Annotated[
        bool | None,
        typer.Option(
            "--desk/--no-desk",
            help="Open the cases in the browser afterwards. Default: where this is a terminal.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run the main job on two real sets and a replica, then open the desk; see docs/demo.md."""
    from unswarm.case import open_case

    for name, columns in DEMO.items():
        opened = open_case(case / name)
        reading = Taking(opened, None, columns, quiet or as_json)
        reading.take([demo_folder() / f"{name}.parquet"])
        report_back(opened, detected(opened, {}, quiet or as_json), as_json)
    report_back(*_replica(case, quiet or as_json), as_json)
    if desk is None:
        desk = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    if desk:
        served(case, port=0, browse=True)
    elif not as_json:
        terminal.say(f"Look at them in the browser: unswarm serve {case}")


def _replica(folder: Path, quiet: bool) -> tuple[Case, Findings]:
    """A small replica of an operation of 2019; none of its accounts exists."""
    from unswarm.case import open_case
    from unswarm.simulate.operation import OPERATION, replicate

    made = replicate(folder / "replica", scale=REPLICA)
    opened = open_case(folder / OPERATION)
    reading = Taking(opened, None, {}, quiet)
    reading.take([made])
    if find_spec("PIL") and (made.parent / "photos").is_dir():
        reading.take_photos(made.parent / "photos", None, None, None)
    return opened, detected(opened, {"stability": False}, quiet)


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

    must_exist(*follows)
    sketcher, taken, rejected = Sketcher(key, method, by_country=by_country), 0, 0
    with terminal.working(quiet) as progress:
        for name, rows in _rows_of(follows, reader, columns_said(mapped)):
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
    hint = "it needs columns account and target; name them with --map."
    raise InputError("there are no followers and no members in it.", source=source, hint=hint)
