"""Where a server may listen: to this machine, or to others behind accounts and encryption."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from unswarm.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def networks(proxies: Sequence[str]) -> list[Network]:
    """Addresses and networks of proxies.

    Raises:
        SettingsError: one is none.
    """
    try:
        return [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
    except ValueError as error:
        raise SettingsError(f"--proxy: {error}. Hint: e.g. 10.0.0.5 or 10.0.0.0/24.") from None


def exposure(host: str, *, people: bool, tls: bool, proxies: Sequence[str]) -> None:
    """Refuse an address that would let anybody read the data, or act.

    Raises:
        SettingsError: others reach the address, and accounts or encryption are missing.
    """
    networks(proxies)
    if is_loopback(host) and not proxies:
        return
    if not people:
        raise SettingsError(
            f"Others reach {host}, and nobody has an account. "
            "Hint: unswarm people add NAME --role admin, first."
        )
    if not (tls or proxies):
        raise SettingsError(
            f"Others reach {host}, and passwords would travel in the clear. Hint: --tls-cert and "
            "--tls-key, or --proxy ADDRESS of one that speaks TLS."
        )
