"""Accounts that shared the same object, where the source says itself what an object is."""

from datetime import timedelta

from unswarm.signals import Example, Signal

signal = Signal(
    traces="""
        SELECT account,
               concat(replace(coalesce(layer, 'object'), ' · ', ' '), ' · ', object) AS object,
               time, post, kind IS NULL AS reaction, CAST(NULL AS BIGINT) AS born,
               CAST(NULL AS STRING) AS source, precision
        FROM share WHERE trim(object) <> ''
    """,
    window=timedelta(seconds=300),
    specificity=40,
    needs=("share",),
    example=Example(
        events={
            "share": [
                {"account": "ann", "object": "17", "layer": "video", "time": 0, "post": "p1"},
                {"account": "bob", "object": "17", "layer": "video", "time": 9, "post": "p2"},
                {"account": "cat", "object": "17", "time": 0, "post": "p3"},
                {"account": "dan", "object": "17", "time": 9, "post": "p4"},
                {"account": "eve", "object": "17", "layer": "page", "time": 0, "post": "p5"},
                {"account": "gus", "object": "", "layer": "page", "time": 0, "post": "p6"},
                {"account": "hal", "object": "", "layer": "page", "time": 0, "post": "p7"},
            ]
        },
        together=[("ann", "bob"), ("cat", "dan")],
        apart=[("ann", "eve"), ("ann", "cat"), ("gus", "hal")],
    ),
)
