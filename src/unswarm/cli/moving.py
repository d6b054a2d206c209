"""Commands for those who come from another program: its figures, exactly as it computes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unswarm import terminal
from unswarm.cli.app import app
from unswarm.cli.options import JsonOption, MapOption, QuietOption
from unswarm.cli.places import must_exist
from unswarm.cli.saying import pairs, seconds
from unswarm.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

compat = typer.Typer(
    help="Compute what CooRTweet, the coordination-network-toolkit or CooRnet compute, to compare.",
    no_args_is_help=True,
)
app.add_typer(compat, name="compat")

Events = Annotated[Path, typer.Argument(help="CSV or Parquet with the peer's columns.")]
Several = Annotated[list[Path], typer.Argument(help="CSV files in the toolkit's eight columns.")]
To = Annotated[Path, typer.Option("--to", help="Folder for the tables.")]
Form = Annotated[str, typer.Option("--format", help="csv or parquet.")]
Fix = Annotated[bool, typer.Option("--fix", help="Mend the peer's documented mistakes.")]
FORMS = ("csv", "parquet")


@compat.command()
def coortweet(
    events: Events,
    to: To = Path("coortweet"),
    time_window: Annotated[str, typer.Option("--time-window", help="As in the peer: 10s.")] = "10",
    min_participation: Annotated[
        int, typer.Option("--min-participation", min=0, help="Rows an account needs.")
    ] = 2,
    keep_loops: Annotated[
        bool, typer.Option("--keep-loops", help="remove_loops = FALSE there.")
    ] = False,
    edge_weight: Annotated[
        float, typer.Option("--edge-weight", min=0, max=1, help="Percentile of the marked edges.")
    ] = 0.5,
    fast_window: Annotated[
        str | None, typer.Option("--fast-window", help="flag_speed_share's narrower window.")
    ] = None,
    subgraph: Annotated[int, typer.Option("--subgraph", min=0, max=3, help="As in the peer.")] = 0,
    fix: Fix = False,
    mapped: MapOption = None,
    form: Form = "csv",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """CooRTweet 2.1.3: detect_groups, flag_speed_share, generate_coordinated_network.

    Reads object_id, account_id, content_id, timestamp_share (seconds). Its content counts are of
    the older and the newer post of each pair, not of the two accounts; --fix counts the accounts'.
    """
    from unswarm.compat import coortweet as peer
    from unswarm.compat import table_of

    must_exist(events)
    options = peer.Options(
        seconds(time_window),
        min_participation,
        not keep_loops,
        edge_weight,
        None if fast_window is None else seconds(fast_window),
        subgraph,
        fix,
    )
    rows = table_of(events, peer.COLUMNS, pairs(mapped, "--map"))
    _hand_out(peer.coortweet(rows, options), to, form, as_json, quiet)


@compat.command()
def toolkit(
    events: Several,
    network: Annotated[
        str, typer.Option("--network", help="co_retweet, co_tweet, co_reply, co_link, co_post …")
    ],
    to: To = Path("toolkit"),
    time_window: Annotated[str, typer.Option("--time-window", help="As in the peer.")] = "1",
    min_edge_weight: Annotated[
        int, typer.Option("--min-edge-weight", min=1, help="Of each direction.")
    ] = 2,
    similarity_threshold: Annotated[
        float, typer.Option("--similarity-threshold", help="Of co_similar_tweet.")
    ] = 0.8,
    min_document_size: Annotated[
        float, typer.Option("--min-document-size-similarity", help="Tokens of a text.")
    ] = 1,
    self_loops: Annotated[bool, typer.Option("--include-self-loops", help="Keep them.")] = False,
    fix: Fix = False,
    form: Form = "csv",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """coordination-network-toolkit 1.5.2: its networks, directed, with its defaults.

    Posts without a URL, and messages of mentions only, are linked with each other there; --fix
    leaves them apart.
    """
    from unswarm.compat import toolkit as peer

    must_exist(*events)
    options = peer.Options(
        network,
        seconds(time_window),
        min_edge_weight,
        similarity_threshold,
        min_document_size,
        self_loops,
        fix,
    )
    _hand_out(peer.toolkit(peer.messages(events), options), to, form, as_json, quiet)


@compat.command()
def coornet(
    events: Events,
    to: To = Path("coornet"),
    interval: Annotated[
        str | None, typer.Option("--interval", help="coordination_interval. Default: estimated.")
    ] = None,
    q: Annotated[
        float, typer.Option("--q", min=0, max=1, help="Share of the quickest URLs.")
    ] = 0.1,
    p: Annotated[float, typer.Option("--p", min=0, max=1, help="Share of a URL's shares.")] = 0.5,
    percentile: Annotated[
        float, typer.Option("--percentile-edge-weight", min=0, max=1, help="As there.")
    ] = 0.9,
    fix: Fix = False,
    mapped: MapOption = None,
    form: Form = "csv",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """CooRnet 1.7.0: estimate_coord_interval, get_coord_shares.

    Reads account, url, date (seconds). Its bins cut the time, so that shares a second apart may
    fall apart; and its edges join accounts of different bins, which --fix mends.
    """
    from unswarm.compat import coornet as peer
    from unswarm.compat import table_of

    must_exist(events)
    said = None if interval is None else float(seconds(interval))
    options = peer.Options(said, q, p, percentile, fix)
    rows = table_of(events, peer.COLUMNS, pairs(mapped, "--map"))
    _hand_out(peer.coornet(rows, options), to, form, as_json, quiet)


def _hand_out(
    tables: Mapping[str, pa.Table], to: Path, form: str, as_json: bool, quiet: bool
) -> None:
    from unswarm.compat import write

    if form not in FORMS:
        raise SettingsError(f"--format is {' or '.join(FORMS)}, not '{form}'.")
    written = write(tables, to, form)
    if as_json:
        terminal.print_json(
            {path.stem: {"file": path, "rows": len(tables[path.stem])} for path in written}
        )
    elif not quiet:
        for path in written:
            terminal.say(f"{len(tables[path.stem]):,} {path.stem}: {path}")
