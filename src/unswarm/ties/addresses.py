"""Accounts that were used from the same internet address.

A carrier puts thousands behind one address, a university or a household dozens: an address is rare
only when hardly anybody outside has it.
"""

from unswarm.ties._media import of_medium

tie = of_medium(
    "ip", "device", words="internet addresses", conceals=True, common=0.0001, bundled=True
)
