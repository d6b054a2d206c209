"""Accounts that put out the same link."""

from datetime import timedelta

from unswarm.signals import PUT_OUT, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, url AS object, time, post, kind IS NULL AS reaction,
               CAST(NULL AS BIGINT) AS born, domain AS source, precision
        FROM link WHERE {PUT_OUT}
    """,
    window=timedelta(seconds=300),
    specificity=50,
    needs=("link",),
    example=Example(
        events={
            "link": [
                {"account": "ann", "url": "https://a.example/1", "time": 0, "post": "p1"},
                {"account": "bob", "url": "https://a.example/1", "time": 60_000, "post": "p2"},
                {"account": "eve", "url": "https://a.example/1", "time": 360_001, "post": "p3"},
                {"account": "ann", "url": "", "time": 0, "post": "p4"},
                {"account": "eve", "url": "", "time": 0, "post": "p5"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("bob", "eve")],
    ),
)
