"""Accounts that posted the same image or video."""

from datetime import timedelta

from unswarm.signals import PUT_OUT, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, media AS object, time, post, kind IS NULL AS reaction,
               CAST(NULL AS BIGINT) AS born, CAST(NULL AS STRING) AS source, precision
        FROM media WHERE {PUT_OUT}
    """,
    window=timedelta(seconds=300),
    specificity=70,
    needs=("media",),
    example=Example(
        events={
            "media": [
                {"account": "ann", "media": "f3a9", "time": 0, "post": "p1"},
                {"account": "bob", "media": "f3a9", "time": 300_000, "post": "p2"},
                {"account": "eve", "media": "f3a9", "time": 600_001, "post": "p3"},
                {"account": "fay", "media": "f3a9", "kind": "repost", "time": 0, "post": "p4"},
                {"account": "gus", "media": "", "time": 0, "post": "p5"},
                {"account": "hal", "media": "", "time": 0, "post": "p6"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("bob", "eve"), ("ann", "fay"), ("gus", "hal")],
    ),
)
