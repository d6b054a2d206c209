"""Accounts that joined the same group on the same day.

Only accounts of the case are looked at: the other members of groups are an audience.
"""

from datetime import timedelta

from unswarm.signals import DATE, Example, Signal

signal = Signal(
    traces=f"""
        SELECT account, concat(target, ' · ', {DATE}) AS object, time,
               concat('joined ', account, ' ', target) AS post, TRUE AS reaction,
               CAST(NULL AS BIGINT) AS born, target AS source, precision
        FROM role SEMI JOIN account USING (account)
        WHERE role = 'member' AND time IS NOT NULL AND trim(account) <> '' AND trim(target) <> ''
    """,
    window=timedelta(seconds=300),
    specificity=8,
    decides=False,
    needs=("role", "account"),
    example=Example(
        events={
            "account": [{"account": who} for who in ("ann", "bob", "cat", "dan", "eve", "fay")],
            "role": [
                {"account": "ann", "role": "member", "target": "group 1", "time": 0},
                {"account": "bob", "role": "member", "target": "group 1", "time": 300_000},
                {"account": "cat", "role": "member", "target": "group 2", "time": 0},
                {"account": "dan", "role": "member", "target": "group 1", "time": -1},
                {"account": "eve", "role": "member", "target": "group 1", "time": None},
                {"account": "fay", "role": "moderates", "target": "group 1", "time": 0},
                {"account": "stranger", "role": "member", "target": "group 1", "time": 0},
                {"account": None, "role": "member", "target": "group 1", "time": 0},
            ],
        },
        together=[("ann", "bob")],
        apart=[("ann", "cat"), ("ann", "dan"), ("ann", "eve"), ("ann", "fay"), ("ann", "stranger")],
    ),
)
