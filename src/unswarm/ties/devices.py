"""Accounts that were used on the same device."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'device'",
    words="devices",
    family="infrastructure",
    conceals=True,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "device", "value": "a1"},
                {"account": "bob", "medium": "device", "value": "a1"},
                {"account": "cat", "medium": "device", "value": "b2"},
                {"account": "dan", "medium": "phone", "value": "b2"},
                {"account": "eve", "medium": "device", "value": ""},
                {"account": "fay", "medium": "device", "value": ""},
                {"account": "gus", "medium": "device", "value": None},
                {"account": "hal", "medium": "device", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
