"""Pages, groups and channels that the same account runs.

Moderators help those who run it: they count only where nobody is known who administers or owns it,
and whoever may only advertise for it never does.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="""
        SELECT r.target AS account, r.account AS object
        FROM role AS r LEFT JOIN (
            SELECT DISTINCT target FROM role WHERE role IN ('administers', 'owns')
        ) AS run ON r.target = run.target
        WHERE r.role IN ('administers', 'owns') OR (r.role = 'moderates' AND run.target IS NULL)
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
                {"account": "cat", "role": "owns", "target": "page 5"},
                {"account": "ann", "role": "moderates", "target": "page 5"},
                {"account": "ann", "role": "advertises", "target": "page 6"},
            ]
        },
        tied=[("page 1", "page 2")],
        apart=[
            ("page 1", "page 3"),
            ("page 1", "page 4"),
            ("page 3", "page 4"),
            ("page 1", "page 5"),
            ("page 1", "page 6"),
        ],
    ),
)
