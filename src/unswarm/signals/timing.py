"""Accounts whose first posts of the hour fell together, whatever they posted."""

from datetime import timedelta

from unswarm.signals import DATE, Example, Signal

HOUR_OF_DAY = (
    "lpad(CAST(CAST(floor(time / 3600000) - 24 * floor(time / 86400000) AS INTEGER) AS STRING),"
    " 2, '0')"
)

signal = Signal(
    traces=f"""
        SELECT account, concat({DATE}, ' · ', {HOUR_OF_DAY}, ' h') AS object, time, post,
               FALSE AS reaction, CAST(floor(time / 3600000) AS BIGINT) * 3600000 AS born,
               CAST(NULL AS STRING) AS source, precision
        FROM post
    """,
    window=timedelta(seconds=60),
    specificity=5,
    decides=False,
    needs=("post",),
    example=Example(
        events={
            "post": [
                {"account": "ann", "time": 0, "post": "p1"},
                {"account": "bob", "time": 60_000, "post": "p2"},
                {"account": "eve", "time": 120_001, "post": "p3"},
                {"account": "fay", "time": -1, "post": "p4"},
                {"account": "eve", "time": 3_600_000, "post": "p5"},
                {"account": "gus", "time": 3_600_000, "post": "p6"},
            ]
        },
        together=[("ann", "bob"), ("eve", "gus")],
        apart=[("ann", "eve"), ("bob", "eve"), ("ann", "fay")],
    ),
)
