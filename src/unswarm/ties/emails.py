"""Accounts that were registered with the same e-mail address."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'email'",
    words="e-mail addresses",
    family="infrastructure",
    conceals=True,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "email", "value": "a1"},
                {"account": "bob", "medium": "email", "value": "a1"},
                {"account": "cat", "medium": "email", "value": "b2"},
                {"account": "dan", "medium": "pattern", "value": "b2"},
                {"account": "eve", "medium": "email", "value": ""},
                {"account": "fay", "medium": "email", "value": ""},
                {"account": "gus", "medium": "email", "value": None},
                {"account": "hal", "medium": "email", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
