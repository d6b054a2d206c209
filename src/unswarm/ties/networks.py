"""Accounts that were used from the same network of internet addresses.

A network is a provider's, a school's or a firm's: whoever shares it need not know of one another.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'network'",
    words="networks",
    family="infrastructure",
    conceals=False,
    needs=("infrastructure",),
    common=0.0001,
    bundled=True,
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "network", "value": "a1"},
                {"account": "bob", "medium": "network", "value": "a1"},
                {"account": "cat", "medium": "network", "value": "b2"},
                {"account": "dan", "medium": "ip", "value": "b2"},
                {"account": "eve", "medium": "network", "value": ""},
                {"account": "fay", "medium": "network", "value": ""},
                {"account": "gus", "medium": "network", "value": None},
                {"account": "hal", "medium": "network", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
