"""Accounts that came by the same invitation.

Friends invite friends, so this is a hint and no more.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, value AS object FROM infrastructure WHERE medium = 'invite'",
    words="invitations",
    family="infrastructure",
    conceals=False,
    needs=("infrastructure",),
    example=Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": "invite", "value": "a1"},
                {"account": "bob", "medium": "invite", "value": "a1"},
                {"account": "cat", "medium": "invite", "value": "b2"},
                {"account": "dan", "medium": "email", "value": "b2"},
                {"account": "eve", "medium": "invite", "value": ""},
                {"account": "fay", "medium": "invite", "value": ""},
                {"account": "gus", "medium": "invite", "value": None},
                {"account": "hal", "medium": "invite", "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    ),
)
