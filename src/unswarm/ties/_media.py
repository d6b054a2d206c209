"""Ties of one medium of `model.INFRASTRUCTURE`: they differ in what it is, not in how it ties."""

from __future__ import annotations

from typing import Any

from unswarm.ties import Example, Tie


def of_medium(medium: str, other: str, *, words: str, conceals: bool, **more: Any) -> Tie:
    """The tie of accounts that used the same value of a medium.

    Args:
        medium: which, see `model.INFRASTRUCTURE`.
        other: another medium, whose equal values tie nobody; for the example.
        words, conceals, more: see `Tie`.
    """
    return Tie(
        rows=f"SELECT account, value AS object FROM infrastructure WHERE medium = '{medium}'",
        words=words,
        family="infrastructure",
        conceals=conceals,
        needs=("infrastructure",),
        example=_example(medium, other),
        **more,
    )


def _example(medium: str, other: str) -> Example:
    return Example(
        events={
            "infrastructure": [
                {"account": "ann", "medium": medium, "value": "a1"},
                {"account": "bob", "medium": medium, "value": "a1"},
                {"account": "cat", "medium": medium, "value": "b2"},
                {"account": "dan", "medium": other, "value": "b2"},
                {"account": "eve", "medium": medium, "value": ""},
                {"account": "fay", "medium": medium, "value": ""},
                {"account": "gus", "medium": medium, "value": None},
                {"account": "hal", "medium": medium, "value": None},
            ]
        },
        tied=[("ann", "bob")],
        apart=[("ann", "cat"), ("cat", "dan"), ("eve", "fay"), ("gus", "hal")],
    )
