"""The command that counts pairs and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import EngineOption, JsonOption, QuietOption
from unswarm.cli.places import must_exist
from unswarm.cli.saying import memory_said, seconds
from unswarm.cli.saying import pairs as said
from unswarm.errors import SettingsError

UNITS = ("ms", "s")


@app.command()
def pairs(
    events: Annotated[
        str,
        typer.Argument(
            help="Parquet (a file or a folder) or CSV: account, object, time. With Spark, any URL."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", help="The Parquet file to write.")] = Path(
        "edges.parquet"
    ),
    window: Annotated[
        str, typer.Option("--window", help="How close two actions must be: 60s, 5m, 1h.")
    ] = "60s",
    minimum: Annotated[
        int, typer.Option("--min", min=1, help="Objects on which a pair must have met.")
    ] = 2,
    cap: Annotated[
        int,
        typer.Option(
            "--cap", min=0, help="Others in the window that make an event heavy; 0: count all."
        ),
    ] = 1000,
    engine: EngineOption = "auto",
    memory: Annotated[
        str | None, typer.Option("--memory", help="What may be used: 4GB. Default: most of it.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Default: one for each core.")
    ] = None,
    spill: Annotated[
        Path | None, typer.Option("--spill", help="Folder for what does not fit in memory.")
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", help="FIELD=COLUMN, where a column is called otherwise. Repeatable."),
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="Of the times: ms or s.")] = "ms",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count how often each pair of accounts did the same thing at the same time. Names nobody.

    The step that all networks start from, by itself: exact, and as fast as it gets. Meetings are
    no evidence of anything before they are compared with chance, which is what detect does.
    """
    from unswarm.co_actions.totals import Request
    from unswarm.counting import count_pairs

    source = events if "://" in events else Path(events)
    must_exist(source if isinstance(source, Path) else None, spill)
    if unit not in UNITS:
        raise SettingsError(f"--unit is {' or '.join(UNITS)}, not '{unit}'.")
    reach = seconds(window) * 1000
    request = Request(reach, minimum, cap, memory=memory_said(memory), threads=threads, spill=spill)
    columns = said(mapped, "--map")
    with terminal.working(quiet or as_json) as progress:
        done = count_pairs(
            source, to, request, engine=engine, columns=columns, unit=unit, progress=progress
        )
    if as_json:
        tally = done.tally
        terminal.print_json(
            {
                "edges": done.edges,
                "heavy": done.heavy,
                "traces": tally.events,
                "pairs_of_traces": tally.pairs,
                "pairs_of_accounts": tally.edges,
                "left_out": done.left_out,
                "counted_by": tally.plan.way,
            }
        )
    elif not quiet:
        terminal.show_pairs(done)
