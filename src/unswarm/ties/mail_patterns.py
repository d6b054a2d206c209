"""Accounts whose e-mail addresses are made after the same pattern.

People of one language and one age make their addresses alike, so this is a hint and no more.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'pattern'",
    words="patterns of e-mail addresses",
    family="infrastructure",
    conceals=False,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "pattern", "value": "a1"},
                {"account": "bob", "medium": "pattern", "value": "a1"},
                {"account": "cat", "medium": "pattern", "value": "b2"},
                {"account": "dan", "medium": "email", "value": "b2"},
                {"account": "eve", "medium": "pattern", "value": ""},
                {"account": "fay", "medium": "pattern", "value": ""},
                {"account": "gus", "medium": "pattern", "value": None},
                {"account": "hal", "medium": "pattern", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
