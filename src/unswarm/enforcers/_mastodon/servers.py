"""What servers that speak Mastodon's API can do, and what a token may do there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from unswarm.enforcers._mastodon.calls import Calls
from unswarm.record.orders import Action

SEVERITIES = ("noop", "silence", "suspend")  # the softest first
ACCOUNTS = frozenset({Action.DISABLE_ACCOUNT, Action.REDUCE})
DOMAINS = frozenset({Action.BLOCK_DOMAIN, Action.BLOCK_EMAIL_DOMAIN})
READ_REPORTS = "admin:read:reports"


@dataclass(frozen=True)
class Server:
    """What one server software can do.

    Args:
        actions: what can be ordered there.
        reversible: what of it can be taken back.
        severities: how it can block a domain.
        since: action → the first version that can do it, where not all can.
        roles: whether its roles have the permissions that Mastodon's have.
    """

    actions: frozenset[Action]
    reversible: frozenset[Action]
    severities: tuple[str, ...] = SEVERITIES
    since: Mapping[Action, tuple[int, int]] = field(default_factory=dict)
    roles: bool = False


MASTODON = Server(
    actions=ACCOUNTS | DOMAINS | {Action.REPORT},
    reversible=ACCOUNTS | DOMAINS,
    since={Action.BLOCK_DOMAIN: (4, 0), Action.BLOCK_EMAIL_DOMAIN: (4, 0)},
    roles=True,
)
GOTOSOCIAL = Server(
    actions=frozenset({Action.DISABLE_ACCOUNT, Action.REPORT, Action.BLOCK_DOMAIN}),
    reversible=frozenset({Action.BLOCK_DOMAIN}),  # it has no unsuspend
    severities=("suspend",),
)
REPORTS = Server(actions=frozenset({Action.REPORT}), reversible=frozenset())

SERVERS = {
    "mastodon": MASTODON,
    "hometown": MASTODON,
    "glitch-soc": MASTODON,
    "gotosocial": GOTOSOCIAL,
    "pleroma": REPORTS,  # moderated by APIs of their own
    "akkoma": REPORTS,
    "pixelfed": REPORTS,
}
"""`software.name` of /nodeinfo/2.0 → what it can do; all others take reports only."""

SCOPES = {
    Action.DISABLE_ACCOUNT: ("admin:read:accounts", "admin:write:accounts"),
    Action.REDUCE: ("admin:read:accounts", "admin:write:accounts"),
    Action.REPORT: ("write:reports",),
    Action.BLOCK_DOMAIN: ("admin:read:domain_blocks", "admin:write:domain_blocks"),
    Action.BLOCK_EMAIL_DOMAIN: (
        "admin:read:email_domain_blocks",
        "admin:write:email_domain_blocks",
    ),
}
"""Action → the scopes that its calls take."""

PERMISSIONS = {
    Action.DISABLE_ACCOUNT: ("Manage Users", 1 << 10),
    Action.REDUCE: ("Manage Users", 1 << 10),
    Action.BLOCK_DOMAIN: ("Manage Federation", 1 << 5),
    Action.BLOCK_EMAIL_DOMAIN: ("Manage Blocks", 1 << 7),
}
"""Action → the permission of the role that it takes: its name, its bit."""

ADMINISTRATOR = 1 << 0
MANAGE_REPORTS = 1 << 4


@dataclass(frozen=True)
class Powers:
    """What may be done at one server under one token.

    Args:
        software: its name and version.
        server: what the software can do.
        actions: what of it is allowed.
        reads_reports: whether reports that were sent can be looked up.
        lacks: what is missing for the other actions.
    """

    software: str
    server: Server
    actions: frozenset[Action]
    reads_reports: bool
    lacks: tuple[str, ...]

    @property
    def reversible(self) -> frozenset[Action]:
        return self.server.reversible & self.actions


def powers(calls: Calls) -> Powers:
    """Ask a server what it is, and what the token may do there.

    Raises:
        CaseError: it does not answer.
        SettingsError: it does not know the token.
    """
    name, version = software(calls)
    server = SERVERS.get(name, REPORTS)
    scopes = _scopes(calls)
    role = _role(calls) if server.roles else None
    lacks: list[str] = []
    allowed = set()
    for action in sorted(server.actions):
        if _old(version, server.since.get(action)):
            lacks.append(f"a server of version {'.'.join(map(str, server.since[action]))}")
        elif missing := _missing(action, scopes, role):
            lacks += missing
        else:
            allowed.add(action)
    return Powers(
        software=f"{name} {version}".strip() or "software that does not say its name",
        server=server,
        actions=frozenset(allowed),
        reads_reports=covers(scopes, READ_REPORTS) and _may(role, MANAGE_REPORTS),
        lacks=tuple(dict.fromkeys(lacks)),
    )


def takes(action: Action) -> str:
    """What an action takes, in words."""
    scopes = " and ".join(SCOPES[action])
    permission = PERMISSIONS.get(action)
    return f"the scope {scopes}" + (f", and the permission {permission[0]}" if permission else "")


def software(calls: Calls) -> tuple[str, str]:
    """`software.name` and its version, as nodeinfo says; empty where it says none."""
    said = _record(calls.ask(_nodeinfo(calls)).json).get("software")
    found = _record(said)
    return str(found.get("name") or "").casefold(), str(found.get("version") or "")


def _nodeinfo(calls: Calls) -> str:
    """Where nodeinfo lies; only on this server."""
    links = _record(calls.ask("/.well-known/nodeinfo").json).get("links")
    for link in links if isinstance(links, list) else []:
        try:
            parts = urlsplit(str(_record(link).get("href")))
        except ValueError:
            continue
        if parts.netloc.casefold() == calls.host and parts.path.startswith("/"):
            return parts.path
    return "/nodeinfo/2.0"


def _scopes(calls: Calls) -> frozenset[str] | None:
    """The scopes of the application that the token belongs to; None: it is not told."""
    said = _record(calls.ask("/api/v1/apps/verify_credentials").json).get("scopes")
    return frozenset(map(str, said)) if isinstance(said, list) and said else None


def _role(calls: Calls) -> int | None:
    """The permissions of the role of whom the token belongs to; None: it is not told."""
    role = _record(calls.ask("/api/v1/accounts/verify_credentials").json).get("role")
    said = str(_record(role).get("permissions"))
    return int(said) if said.isdecimal() else None


def covers(scopes: Collection[str] | None, wanted: str) -> bool:
    """Whether scopes hold one, by itself or within a wider one; they do where nobody knows."""
    return scopes is None or any(
        wanted == given or wanted.startswith(f"{given}:") for given in scopes
    )


def _missing(action: Action, scopes: Collection[str] | None, role: int | None) -> list[str]:
    missing = [f"the scope {scope}" for scope in SCOPES[action] if not covers(scopes, scope)]
    if action in PERMISSIONS:
        name, bit = PERMISSIONS[action]
        missing += [] if _may(role, bit) else [f"a role with the permission {name}"]
    return missing


def _may(role: int | None, bit: int) -> bool:
    return role is None or bool(role & (bit | ADMINISTRATOR))


def _old(version: str, since: tuple[int, int] | None) -> bool:
    found = re.match(r"(\d+)\.(\d+)", version)
    return bool(since and found and (int(found[1]), int(found[2])) < since)


def _record(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
