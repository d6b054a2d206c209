"""Accounts that were registered with the same phone number."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'phone'",
    words="phone numbers",
    family="infrastructure",
    conceals=True,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "phone", "value": "a1"},
                {"account": "bob", "medium": "phone", "value": "a1"},
                {"account": "cat", "medium": "phone", "value": "b2"},
                {"account": "dan", "medium": "device", "value": "b2"},
                {"account": "eve", "medium": "phone", "value": ""},
                {"account": "fay", "medium": "phone", "value": ""},
                {"account": "gus", "medium": "phone", "value": None},
                {"account": "hal", "medium": "phone", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
