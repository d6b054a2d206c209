"""Accounts that reposted or quoted the same post."""

from datetime import timedelta

from unswarm.signals import Example, Signal

signal = Signal(
    traces="""
        SELECT account, target_post AS object, time, post, TRUE AS reaction,
               target_time AS born, target_account AS source, precision
        FROM post WHERE kind IN ('repost', 'quote')
    """,
    window=timedelta(seconds=300),
    specificity=100,
    needs=("post",),
    example=Example(
        events={
            "post": [
                {"account": "ann", "kind": "repost", "target_post": "o", "time": 0, "post": "p1"},
                {"account": "bob", "kind": "quote", "target_post": "o", "time": 9, "post": "p2"},
                {"account": "eve", "kind": "reply", "target_post": "o", "time": 9, "post": "p3"},
                {"account": "fay", "kind": "repost", "time": 0, "post": "p4"},
                {"account": "gus", "kind": "repost", "time": 0, "post": "p5"},
            ]
        },
        together=[("ann", "bob")],
        apart=[("ann", "eve"), ("bob", "eve"), ("fay", "gus")],
    ),
)
