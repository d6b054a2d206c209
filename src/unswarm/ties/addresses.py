"""Accounts that were used from the same internet address.

A carrier puts thousands behind one address, a university or a household dozens: an address is rare
only when hardly anybody outside has it.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'ip'",
    words="internet addresses",
    family="infrastructure",
    conceals=True,
    needs=("infrastructure",),
    common=0.0001,
    bundled=True,
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "ip", "value": "a1"},
                {"account": "bob", "medium": "ip", "value": "a1"},
                {"account": "cat", "medium": "ip", "value": "b2"},
                {"account": "dan", "medium": "device", "value": "b2"},
                {"account": "eve", "medium": "ip", "value": ""},
                {"account": "fay", "medium": "ip", "value": ""},
                {"account": "gus", "medium": "ip", "value": None},
                {"account": "hal", "medium": "ip", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
