"""Accounts whose profiles name the same owner: openly declared, so nothing is hidden by it."""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="SELECT account, lower(trim(owner)) AS object FROM account",
    words="declared owners",
    family="administration",
    conceals=False,
    needs=("account",),
    example=Example(
        events={
            "account": [
                {"account": "ann", "owner": "Garden Press Ltd"},
                {"account": "bob", "owner": "garden press ltd "},
                {"account": "cat", "owner": "River Press Ltd"},
                {"account": "dan", "owner": " "},
                {"account": "eve", "owner": " "},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("dan", "eve")],
    ),
)
