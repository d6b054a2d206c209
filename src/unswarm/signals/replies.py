"""Accounts that answered the same post or, where the post is unknown, one account on one day."""

from datetime import timedelta

from unswarm.signals import DATE, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account,
               CASE WHEN trim(coalesce(target_post, '')) <> '' THEN target_post
                    ELSE concat('@', target_account, ' · ', {DATE}) END AS object,
               time, post, TRUE AS reaction,
               CASE WHEN trim(coalesce(target_post, '')) <> '' THEN target_time END AS born,
               target_account AS source, precision
        FROM post
        WHERE kind IN ('reply', 'comment')
            AND (trim(coalesce(target_post, '')) <> '' OR trim(coalesce(target_account, '')) <> '')
    """,
    window=timedelta(seconds=300),
    specificity=90,
    needs=("post",),
    example=Example(
        events={
            "post": [
                {"account": "ann", "kind": "reply", "target_post": "o", "time": 0, "post": "p1"},
                {"account": "bob", "kind": "comment", "target_post": "o", "time": 9, "post": "p2"},
                {"account": "cat", "kind": "reply", "target_account": "z", "time": 0, "post": "p3"},
                {"account": "dan", "kind": "reply", "target_account": "z", "time": 9, "post": "p4"},
                {"account": "eve", "kind": "repost", "target_post": "o", "time": 9, "post": "p5"},
                {
                    "account": "fay",
                    "kind": "reply",
                    "target_account": "z",
                    "time": -9,
                    "post": "p6",
                },
                {"account": "gus", "kind": "reply", "time": 0, "post": "p7"},
                {"account": "hal", "kind": "reply", "time": 0, "post": "p8"},
            ]
        },
        together=[("ann", "bob"), ("cat", "dan")],
        apart=[("ann", "eve"), ("ann", "cat"), ("cat", "fay"), ("gus", "hal")],
    ),
)
