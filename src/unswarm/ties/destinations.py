"""Accounts that link again and again to the same site, to which hardly anybody else does.

Staff, fans and single-issue users push one site, too: it is a hint, and says something only beside
other ties. Shorteners and platforms are nobody's site.
"""

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.ties import Example, Tie

FEWEST_LINKS = 3

_NOWHERE = ", ".join(f"'{domain}'" for domain in sorted({*PLATFORMS, *SHORTENERS}))

tie = Tie(
    rows=f"""
        SELECT account, domain AS object FROM link
        WHERE trim(domain) <> '' AND domain NOT IN ({_NOWHERE})
        GROUP BY account, domain HAVING count(*) >= {FEWEST_LINKS}
    """,
    words="sites linked to again and again",
    family="traffic",
    conceals=False,
    needs=("link",),
    example=Example(
        events={
            "link": [
                {"account": who, "domain": domain, "post": f"{who} {number}"}
                for who, domain in (
                    ("ann", "a.example"),
                    ("bob", "a.example"),
                    ("cat", "c.example"),
                    ("dan", "bit.ly"),
                    ("eve", "bit.ly"),
                    ("fay", ""),
                    ("gus", ""),
                )
                for number in range(FEWEST_LINKS)
            ]
            + [{"account": "cat", "domain": "a.example", "post": "cat once"}]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("dan", "eve"), ("fay", "gus")],
    ),
)
