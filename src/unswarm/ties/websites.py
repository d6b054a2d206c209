"""Accounts whose profiles name the same site.

The sites of platforms, of hosts and of shorteners are nobody's own and tie nobody.
"""

from unswarm.ties import Example, Tie
from unswarm.ties._websites import own_sites

tie = Tie(
    rows="SELECT account, domain AS object FROM own_site",
    words="sites named in profiles",
    family="infrastructure",
    conceals=False,
    needs=("account",),
    prepare=own_sites,
    example=Example(
        events={
            "account": [
                {"account": "ann", "website": "https://www.garden.example/about"},
                {"account": "bob", "website": "shop.garden.example"},
                {"account": "cat", "website": "https://river.example"},
                {"account": "dan", "website": "https://facebook.com/dan"},
                {"account": "eve", "website": "https://facebook.com/eve"},
                {"account": "fay", "website": "https://bit.ly/1"},
                {"account": "gus", "website": "https://bit.ly/1"},
                {"account": "hal", "website": "no address"},
                {"account": "ida", "website": "no address"},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("dan", "eve"), ("fay", "gus"), ("hal", "ida")],
    ),
)
