"""Accounts that linked to the same domain on the same day."""

from datetime import timedelta

from unswarm.signals import DATE, PUT_OUT, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, concat(domain, ' · ', {DATE}) AS object, time, post,
               kind IS NULL AS reaction, CAST(NULL AS BIGINT) AS born, domain AS source, precision
        FROM link WHERE trim(domain) <> '' AND {PUT_OUT}
    """,
    window=timedelta(seconds=300),
    specificity=20,
    decides=False,
    needs=("link",),
    example=Example(
        events={
            "link": [
                {"account": "ann", "domain": "a.example", "time": 0, "post": "p1"},
                {"account": "bob", "domain": "a.example", "time": 60_000, "post": "p2"},
                {"account": "eve", "domain": "b.example", "time": 0, "post": "p3"},
                {"account": "fay", "domain": "a.example", "time": -1, "post": "p4"},
                {"account": "gus", "domain": "", "time": 0, "post": "p5"},
                {"account": "hal", "domain": "", "time": 0, "post": "p6"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("ann", "fay"), ("gus", "hal")],
    ),
)
