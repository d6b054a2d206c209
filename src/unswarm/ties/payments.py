"""Accounts that paid by the same means."""

from unswarm.ties._media import of_medium

tie = of_medium("payment", "phone", words="means of payment", conceals=True)
