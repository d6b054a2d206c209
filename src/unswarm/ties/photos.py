"""Accounts with the same profile photo: the same picture (PDQ hash), or the same file.

Pictures of celebrities and of flags are used by people who have nothing to do with one another.
Photos that are merely alike are the business of the measure `photos`.
"""

from unswarm.ties import Example, Tie

tie = Tie(
    rows="""
        SELECT account, CASE WHEN trim(coalesce(pdq, '')) <> '' THEN concat('picture ', pdq)
                             WHEN trim(coalesce(photo, '')) <> '' THEN concat('file ', photo)
                        END AS object
        FROM photo
    """,
    words="profile photos",
    family="photos",
    conceals=False,
    needs=("photo",),
    example=Example(
        events={
            "photo": [
                {"account": "ann", "photo": "a1", "pdq": "0f"},
                {"account": "bob", "photo": "b2", "pdq": "0f"},
                {"account": "cat", "photo": "c3", "pdq": None},
                {"account": "dan", "photo": "c3", "pdq": ""},
                {"account": "eve", "photo": "e5", "pdq": "f0"},
                {"account": "fay", "photo": None, "pdq": None},
                {"account": "gus", "photo": "", "pdq": " "},
                {"account": "hal", "photo": "", "pdq": " "},
            ]
        },
        tied=[("ann", "bob"), ("cat", "dan")],
        apart=[("ann", "eve"), ("ann", "cat"), ("fay", "gus"), ("gus", "hal")],
    ),
)
