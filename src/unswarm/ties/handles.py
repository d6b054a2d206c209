"""Accounts whose handles are one stem with other numbers behind it, of six letters at least.

Namesakes number their handles, too: it is a hint, and only where the stem is rare.
"""

from unswarm.ties import Example, Tie

SHORTEST = 6

# digits and what separates them; without a backslash, which engines read differently
_STEM = "regexp_replace(lower(trim(handle)), '[0-9_.-]+$', '')"

tie = Tie(
    rows=f"""
        SELECT account, {_STEM} AS object FROM account WHERE length({_STEM}) >= {SHORTEST}
    """,
    words="stems of handles",
    family="identity",
    conceals=False,
    needs=("account",),
    example=Example(
        events={
            "account": [
                {"account": "ann", "handle": "garden_news_11"},
                {"account": "bob", "handle": "Garden_News243"},
                {"account": "cat", "handle": "garden_news"},
                {"account": "dan", "handle": "rivers11"},
                {"account": "eve", "handle": "eve11"},
                {"account": "fay", "handle": "eve22"},
                {"account": "gus", "handle": "20200101"},
                {"account": "hal", "handle": "20210101"},
            ]
        },
        tied=[("ann", "bob"), ("ann", "cat")],
        apart=[("ann", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
