"""Accounts that describe themselves in the same words, at least twenty characters of them.

Slogans and jokes are copied by people who have nothing to do with one another.
"""

from unswarm.ties import Example, Tie

SHORTEST = 20

tie = Tie(
    rows=f"""
        SELECT account, lower(trim(bio)) AS object FROM account
        WHERE length(trim(bio)) >= {SHORTEST}
    """,
    words="descriptions",
    family="identity",
    conceals=False,
    needs=("account",),
    example=Example(
        events={
            "account": [
                {"account": "ann", "bio": "I love the garden and everything in it"},
                {"account": "bob", "bio": " I LOVE the garden and everything in it "},
                {"account": "cat", "bio": "I love the river and everything in it"},
                {"account": "dan", "bio": "I love life"},
                {"account": "eve", "bio": "I love life"},
                {"account": "fay", "bio": " " * 30},
                {"account": "gus", "bio": " " * 30},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("dan", "eve"), ("fay", "gus")],
    ),
)
