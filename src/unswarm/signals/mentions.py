"""Accounts that named the same account on the same day."""

from datetime import timedelta

from unswarm.signals import DATE, PUT_OUT, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, concat('@', target, ' · ', {DATE}) AS object, time, post,
               kind IS NULL AS reaction, CAST(NULL AS BIGINT) AS born, target AS source, precision
        FROM mention WHERE trim(target) <> '' AND {PUT_OUT}
    """,
    window=timedelta(seconds=300),
    specificity=30,
    decides=False,
    needs=("mention",),
    example=Example(
        events={
            "mention": [
                {"account": "ann", "target": "z", "time": 0, "post": "p1"},
                {"account": "bob", "target": "z", "time": 60_000, "post": "p2"},
                {"account": "eve", "target": "z", "kind": "repost", "time": 0, "post": "p3"},
                {"account": "fay", "target": "z", "time": -1, "post": "p4"},
                {"account": "gus", "target": "", "time": 0, "post": "p5"},
                {"account": "hal", "target": "", "time": 0, "post": "p6"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("ann", "fay"), ("gus", "hal")],
    ),
)
