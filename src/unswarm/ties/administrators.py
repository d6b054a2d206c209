"""Pages, groups and channels that the same account runs."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="""
        SELECT target AS account, account AS object FROM role
        WHERE role IN ('administers', 'moderates', 'owns', 'advertises')
    """,
    words="administrators",
    family="administration",
    conceals=True,
    between=True,
    controls=True,
    needs=("role",),
    example=Example(
        events={
            "role": [
                {"account": "ann", "role": "administers", "target": "page 1"},
                {"account": "ann", "role": "moderates", "target": "page 2"},
                {"account": "bob", "role": "administers", "target": "page 3"},
                {"account": "ann", "role": "member", "target": "page 4"},
                {"account": None, "role": "administers", "target": "page 3"},
                {"account": None, "role": "administers", "target": "page 4"},
            ]
        },
        tied=[("page 1", "page 2")],
        apart=[("page 1", "page 3"), ("page 1", "page 4"), ("page 3", "page 4")],
    ),
)
