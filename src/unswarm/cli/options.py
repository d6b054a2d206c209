"""What several commands let one say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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


EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        help="duckdb, kernel (compiled) or spark; the result is the same. auto: what costs least.",
    ),
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
