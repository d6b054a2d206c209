"""Accounts created within the same ten minutes.

People sign up at the same time by chance, more of them the larger the platform: it is a hint, and
only where hardly anybody else was created then.
"""

from unswarm.model import MINUTE
from unswarm.ties import Example, Tie

WIDTH = 10 * MINUTE

tie = Tie(
    rows=f"""
        SELECT account, concat('from ', CAST(created - created % {WIDTH} AS STRING)) AS object
        FROM account WHERE created > 0 AND coalesce(created_precision, {MINUTE}) <= {MINUTE}
    """,
    words="moments of creation",
    family="creation",
    conceals=False,
    needs=("account",),
    example=Example(
        events={
            "account": [
                {"account": "ann", "created": 1_200_000, "created_precision": 1_000},
                {"account": "bob", "created": 1_799_999, "created_precision": 1},
                {"account": "cat", "created": 1_800_000, "created_precision": 1},
                {"account": "dan", "created": 1_200_000, "created_precision": 86_400_000},
                {"account": "eve", "created": 0, "created_precision": 1},
                {"account": "fay", "created": 0, "created_precision": 1},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("ann", "dan"), ("eve", "fay")],
    ),
)
