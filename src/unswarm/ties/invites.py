"""Accounts that came by the same invitation.

Friends invite friends, so this is a hint and no more.
"""

from unswarm.ties._media import of_medium

tie = of_medium("invite", "email", words="invitations", conceals=False)
