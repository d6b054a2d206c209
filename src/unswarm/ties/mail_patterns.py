"""Accounts whose e-mail addresses are made after the same pattern.

People of one language and one age make their addresses alike, so this is a hint and no more.
"""

from unswarm.ties._media import of_medium

tie = of_medium("pattern", "email", words="patterns of e-mail addresses", conceals=False)
