"""The command that follows a source."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unswarm.cli.app import app
from unswarm.cli.options import QuietOption, RateOption, SetOption, SignalOption, WindowOption
from unswarm.cli.saying import chosen, seconds

MILLISECONDS = 1000


@app.command()
def watch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="firehose:wss://HOST, jetstream:wss://HOST, mastodon:https://SERVER, "
            "kafka:HOST:PORT/TOPIC, or a folder that files are put into.",
        ),
    ],
    case: Annotated[Path, typer.Option("--case", help="Case folder; made if there is none.")],
    past: Annotated[
        list[Path] | None,
        typer.Option(
            "--past",
            help="A past case, a fingerprint or indicators: its return is told. Repeatable.",
        ),
    ] = None,
    tell: Annotated[
        list[str] | None,
        typer.Option(
            "--tell",
            metavar="NAME:WHERE",
            help="Where alerts go: webhook:https://…, mail:FOLDER. Repeatable.",
        ),
    ] = None,
    leads: Annotated[bool, typer.Option("--leads", help="Tell of leads, too.")] = False,
    span: Annotated[str, typer.Option("--span", help="How far back detection looks.")] = "7d",
    retention: Annotated[
        str, typer.Option("--retention", help="How long events are kept.")
    ] = "30d",
    evidence: Annotated[
        str, typer.Option("--evidence", help="How long those of networks are kept.")
    ] = "365d",
    grace: Annotated[
        str,
        typer.Option("--grace", help="How long the text of deleted and edited posts is kept."),
    ] = "24h",
    every: Annotated[
        str, typer.Option("--every", help="How often what came is made part of the case.")
    ] = "5s",
    look: Annotated[
        str, typer.Option("--look", help="Time between two detections, at least.")
    ] = "30s",
    stop: Annotated[
        str, typer.Option("--for", help="End after this time. Default: when interrupted.")
    ] = "",
    signals: SignalOption = None,
    windows: WindowOption = None,
    q: RateOption = None,
    changes: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Follow a platform, a folder or a topic; detect as it comes; tell what is new."""
    from unswarm import couriers, feeds
    from unswarm.case import open_case
    from unswarm.readers import nobody
    from unswarm.watch import Watch, Wishes
    from unswarm.watch.keeping import Rules, widened

    times = [seconds(each) * MILLISECONDS for each in (span, retention, evidence, grace)]
    wishes = Wishes(
        every=seconds(every),
        look=seconds(look),
        seconds=seconds(stop) if stop else None,
        rules=widened(Rules(*times)),
        past=tuple(map(str, past or ())),
        tell=tuple(tell or ()),
        leads=leads,
    )
    for place in wishes.tell:
        couriers.opened(place)
    name, where, feed = feeds.opened(source)
    opened = open_case(case)
    settings = opened.settings.change(chosen(signals, windows, q, changes))
    told = Watch(
        opened,
        opened.follow(name, where),
        feed,
        replace(wishes, settings=settings),
        nobody if quiet else _line,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told.stop)
    told.run()


def _line(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()
