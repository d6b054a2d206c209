"""Accounts that used the same hashtag on the same day."""

from datetime import timedelta

from unswarm.signals import DATE, PUT_OUT, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, concat('#', hashtag, ' · ', {DATE}) AS object, time, post,
               kind IS NULL AS reaction, CAST(NULL AS BIGINT) AS born,
               CAST(NULL AS STRING) AS source, precision
        FROM hashtag WHERE trim(hashtag) <> '' AND {PUT_OUT}
    """,
    window=timedelta(seconds=300),
    specificity=15,
    decides=False,
    needs=("hashtag",),
    example=Example(
        events={
            "hashtag": [
                {"account": "ann", "hashtag": "vote", "time": 0, "post": "p1"},
                {"account": "bob", "hashtag": "vote", "time": 60_000, "post": "p2"},
                {"account": "eve", "hashtag": "rain", "time": 0, "post": "p3"},
                {"account": "fay", "hashtag": "vote", "time": -1, "post": "p4"},
                {"account": "gus", "hashtag": "", "time": 0, "post": "p5"},
                {"account": "hal", "hashtag": "", "time": 0, "post": "p6"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("ann", "fay"), ("gus", "hal")],
    ),
)
