"""Accounts that began to follow the same account on the same day.

Only accounts of the case are looked at: an audience of a hundred million leaves no traces.
"""

from datetime import timedelta

from unswarm.signals import DATE, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, concat(target, ' · ', {DATE}) AS object, time,
               concat('follow ', account, ' ', target) AS post, TRUE AS reaction,
               CAST(NULL AS BIGINT) AS born, target AS source, precision
        FROM follow SEMI JOIN account USING (account)
        WHERE time IS NOT NULL AND trim(account) <> '' AND trim(target) <> ''
    """,
    window=timedelta(seconds=300),
    specificity=7,
    decides=False,
    needs=("follow", "account"),
    example=Example(
        events={
            "account": [{"account": who} for who in ("ann", "bob", "cat", "dan", "eve", "gus")],
            "follow": [
                {"account": "ann", "target": "zoe", "time": 0},
                {"account": "bob", "target": "zoe", "time": 300_000},
                {"account": "cat", "target": "zoe", "time": 600_001},
                {"account": "dan", "target": "yan", "time": 0},
                {"account": "eve", "target": "zoe", "time": None},
                {"account": "gus", "target": "zoe", "time": -1},
                {"account": "stranger", "target": "zoe", "time": 0},
            ],
        },
        together=[("ann", "bob")],
        apart=[
            ("ann", "cat"),
            ("bob", "cat"),
            ("ann", "dan"),
            ("ann", "eve"),
            ("ann", "gus"),
            ("ann", "stranger"),
        ],
    ),
)
