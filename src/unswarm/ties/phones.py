"""Accounts that were registered with the same phone number."""

from unswarm.ties._media import of_medium

tie = of_medium("phone", "device", words="phone numbers", conceals=True)
