"""Accounts (pages, groups, channels) that the same person came to run at the same time."""

from datetime import timedelta

from unswarm.signals import Example, Signal

signal = Signal(
    traces="""
        SELECT target AS account, account AS object, time,
               concat('run by ', account, ' ', target) AS post, FALSE AS reaction,
               CAST(NULL AS BIGINT) AS born, account AS source, precision
        FROM role
        WHERE role IN ('administers', 'moderates', 'owns', 'advertises') AND time IS NOT NULL
            AND trim(account) <> '' AND trim(target) <> ''
    """,
    window=timedelta(days=1),
    specificity=9,
    decides=False,
    needs=("role",),
    example=Example(
        events={
            "role": [
                {"account": "zoe", "role": "administers", "target": "page 1", "time": 0},
                {"account": "zoe", "role": "moderates", "target": "page 2", "time": 86_400_000},
                {"account": "zoe", "role": "administers", "target": "page 3", "time": 172_800_001},
                {"account": "yan", "role": "administers", "target": "page 4", "time": 0},
                {"account": "zoe", "role": "administers", "target": "page 5", "time": None},
                {"account": "zoe", "role": "member", "target": "page 6", "time": 0},
                {"account": None, "role": "administers", "target": "page 7", "time": 0},
                {"account": None, "role": "administers", "target": "page 8", "time": 0},
            ]
        },
        together=[("page 1", "page 2")],
        apart=[
            ("page 1", "page 3"),
            ("page 1", "page 4"),
            ("page 1", "page 5"),
            ("page 1", "page 6"),
            ("page 7", "page 8"),
        ],
    ),
)
