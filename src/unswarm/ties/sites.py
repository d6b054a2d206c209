"""Accounts whose own sites are one owner's: the same id for statistics, advertising or proof.

A certificate of a host and the id of an agency stand on many sites; what many outside have is no
tie.
"""

from unswarm.ties import Example, Tie
from unswarm.ties._websites import own_sites

tie = Tie(
    rows="""
        SELECT o.account AS account, concat(s.trait, ' ', s.value) AS object
        FROM own_site o JOIN site s ON o.domain = s.domain
        WHERE s.trait IN ('analytics', 'ads', 'verification', 'certificate')
            AND trim(s.value) <> ''
    """,
    words="ids on their sites",
    family="infrastructure",
    conceals=True,
    needs=("account", "site"),
    bundled=True,
    prepare=own_sites,
    example=Example(
        events={
            "account": [
                {"account": "ann", "website": "https://www.garden.example/about"},
                {"account": "bob", "website": "https://river.example"},
                {"account": "cat", "website": "https://hill.example"},
                {"account": "dan", "website": "https://lake.example"},
                {"account": "eve", "website": "https://sea.example"},
            ],
            "site": [
                {"domain": "garden.example", "trait": "analytics", "value": "UA-1"},
                {"domain": "river.example", "trait": "analytics", "value": "UA-1"},
                {"domain": "hill.example", "trait": "ads", "value": "UA-1"},
                {"domain": "hill.example", "trait": "address", "value": "192.0.2.1"},
                {"domain": "garden.example", "trait": "address", "value": "192.0.2.1"},
                {"domain": "lake.example", "trait": "ads", "value": ""},
                {"domain": "sea.example", "trait": "ads", "value": ""},
            ],
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("dan", "eve")],
    ),
)
