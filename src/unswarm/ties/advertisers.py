"""Accounts whose advertisements the same payer paid for.

The disclaimer names the payer for everybody to read, so nothing is hidden by it.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, lower(trim(payer)) AS object FROM ad",
    words="payers of advertisements",
    family="advertising",
    conceals=False,
    needs=("ad",),
    example=Example(
        events={
            "ad": [
                {"ad": "1", "account": "page 1", "payer": "Garden Friends"},
                {"ad": "2", "account": "page 2", "payer": " garden friends"},
                {"ad": "3", "account": "page 3", "payer": "River Friends"},
                {"ad": "4", "account": "page 4", "payer": None},
                {"ad": "5", "account": "page 5", "payer": None},
            ]
        },
        tied=[("page 1", "page 2")],
        apart=[("page 1", "page 3"), ("page 4", "page 5")],
    ),
)
