"""Accounts that paid by the same means."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'payment'",
    words="means of payment",
    family="infrastructure",
    conceals=True,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "payment", "value": "a1"},
                {"account": "bob", "medium": "payment", "value": "a1"},
                {"account": "cat", "medium": "payment", "value": "b2"},
                {"account": "dan", "medium": "phone", "value": "b2"},
                {"account": "eve", "medium": "payment", "value": ""},
                {"account": "fay", "medium": "payment", "value": ""},
                {"account": "gus", "medium": "payment", "value": None},
                {"account": "hal", "medium": "payment", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
