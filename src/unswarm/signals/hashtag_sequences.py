"""Accounts that put the same five or more hashtags in the same order into one post."""

from datetime import timedelta

from unswarm.signals import PUT_OUT, Example, Signal

SHORTEST = 5
LONGEST = 30
"""Hashtags compared; what comes after them is not looked at."""

# Ordered aggregates are written differently on every engine; one column per place is not.
_PLACES = ", ".join(
    f"coalesce(max(CASE WHEN position = {place} THEN concat(' #', hashtag) END), '')"
    for place in range(LONGEST)
)

signal = Signal(
    traces=f"""
        SELECT account, trim(concat({_PLACES})) AS object, time, post,
               max(kind) IS NULL AS reaction, CAST(NULL AS BIGINT) AS born,
               CAST(NULL AS STRING) AS source, max(precision) AS precision
        FROM hashtag WHERE trim(hashtag) <> '' AND {PUT_OUT}
        GROUP BY account, post, time HAVING count(DISTINCT position) >= {SHORTEST}
    """,
    window=timedelta(seconds=300),
    specificity=60,
    needs=("hashtag",),
    example=Example(
        events={
            "hashtag": [
                {"account": who, "hashtag": tag, "position": place, "time": time, "post": who}
                for who, tags, time in [
                    ("ann", "abcde", 0),
                    ("bob", "abcde", 300_000),
                    ("cat", "abcd", 0),
                    ("dan", "abcd", 0),
                    ("eve", "edcba", 0),
                    ("fay", "abcdef", 0),
                ]
                for place, tag in enumerate(tags)
            ]
        },
        together=[("ann", "bob")],
        apart=[("cat", "dan"), ("ann", "eve"), ("ann", "fay")],
    ),
)
