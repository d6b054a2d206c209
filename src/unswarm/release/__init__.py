"""A pack of data for researchers, in the shape of the Twitter/X archives of information operations.

It holds the accounts and posts of the networks that may be handed on, see `Findings.accused`.
Accounts with few followers stand under keyed pseudonyms, in columns and wherever else they are
named. `leaks` and `verify` check a finished pack; `read_opinions` reads what researchers say of its
accounts.
"""

from __future__ import annotations

from unswarm.release.leaks import Leak, leaks
from unswarm.release.opinions import Opinions, Rejected, read_opinions
from unswarm.release.pack import Options, write_pack
from unswarm.release.people import Person, people, protected, pseudonyms
from unswarm.release.signing import signed_by, verify

__all__ = [
    "Leak",
    "Opinions",
    "Options",
    "Person",
    "Rejected",
    "leaks",
    "people",
    "protected",
    "pseudonyms",
    "read_opinions",
    "signed_by",
    "verify",
    "write_pack",
]
