"""Accounts that were registered with the same e-mail address."""

from unswarm.ties._media import of_medium

tie = of_medium("email", "pattern", words="e-mail addresses", conceals=True)
