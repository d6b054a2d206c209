"""Accounts that were used from the same network of internet addresses.

A network is a provider's, a school's or a firm's: whoever shares it need not know of one another.
"""

from unswarm.ties._media import of_medium

tie = of_medium("network", "ip", words="networks", conceals=False, common=0.0001, bundled=True)
