"""Accounts that display the same name, of two words or of eight characters at least.

People have the same name by chance: it is a hint, and rare names more so than common ones.
"""

from unswarm.ties import Example, Tie

SHORTEST = 8

tie = Tie(
    rows=f"""
        SELECT account, lower(trim(name)) AS object FROM account
        WHERE trim(name) LIKE '% %' OR length(trim(name)) >= {SHORTEST}
    """,
    words="displayed names",
    family="identity",
    conceals=False,
    needs=("account",),
    example=Example(
        events={
            "account": [
                {"account": "ann", "name": "We Go"},
                {"account": "bob", "name": " we go "},
                {"account": "cat", "name": "Gardener"},
                {"account": "dan", "name": "gardener"},
                {"account": "eve", "name": "Eve"},
                {"account": "fay", "name": "Eve"},
                {"account": "gus", "name": " " * 9},
                {"account": "hal", "name": " " * 9},
            ]
        },
        tied=[("ann", "bob"), ("cat", "dan")],
        apart=[("ann", "cat"), ("eve", "fay"), ("gus", "hal")],
    ),
)
