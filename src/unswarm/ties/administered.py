"""Accounts that run the same page, group or channel.

Colleagues and volunteers do so openly: it says who belongs together, and not that they hide it.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="""
        SELECT account, target AS object FROM role
        WHERE role IN ('administers', 'moderates', 'owns', 'advertises')
    """,
    words="pages, groups and channels they run",
    family="administration",
    conceals=False,
    between=True,
    needs=("role",),
    example=Example(
        events={
            "role": [
                {"account": "ann", "role": "administers", "target": "page 1"},
                {"account": "bob", "role": "moderates", "target": "page 1"},
                {"account": "cat", "role": "owns", "target": "page 2"},
                {"account": "dan", "role": "member", "target": "page 2"},
                {"account": "eve", "role": "administers", "target": ""},
                {"account": "fay", "role": "administers", "target": ""},
            ]
        },
        tied=[("ann", "bob"), ("ann", "page 1")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("cat", "page 1")],
    ),
)
