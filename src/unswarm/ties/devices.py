"""Accounts that were used on the same device."""

from unswarm.ties._media import of_medium

tie = of_medium("device", "phone", words="devices", conceals=True)
