"""What machines and mailboxes have in common: networks of addresses, patterns of mail addresses.

The values are given to the table `infrastructure` as they are, and the case keeps only keyed hashes
of them. Nothing here puts a value into an error: whoever reads one must not show it either.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from unswarm.canonical import clean_url

NETWORK = {4: 24, 6: 48}  # bits that addresses of one network share, by version of IP

_OWN = [  # addresses of no one: the server's own network, or nothing that leads anywhere
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
        *("::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
]

_SHARED = frozenset(  # domains at which anybody has an address
    (
        *("gmail.com", "googlemail.com", "icloud.com", "me.com", "mac.com", "aol.com", "qq.com"),
        *("web.de", "t-online.de", "freenet.de", "posteo.de", "mailbox.org", "bluewin.ch"),
        *("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "rambler.ru", "ya.ru"),
        *("ukr.net", "i.ua", "meta.ua", "seznam.cz", "email.cz", "wp.pl", "o2.pl", "onet.pl"),
        *("op.pl", "interia.pl", "abv.bg", "freemail.hu", "citromail.hu", "centrum.cz"),
        *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "neuf.fr", "libero.it"),
        *("virgilio.it", "tiscali.it", "alice.it", "tin.it", "telenet.be", "skynet.be", "ziggo.nl"),
        *("kpnmail.nl", "xs4all.nl", "btinternet.com", "sky.com", "virginmedia.com"),
        *("talktalk.net", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "cox.net"),
        *(
            "charter.net",
            "bellsouth.net",
            "shaw.ca",
            "rogers.com",
            "bigpond.com",
            "optusnet.com.au",
        ),
        *("uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "163.com", "126.com"),
        *("yeah.net", "139.com", "sina.com", "sina.cn", "sohu.com", "foxmail.com", "aliyun.com"),
        *("naver.com", "daum.net", "hanmail.net", "nate.com", "docomo.ne.jp", "ezweb.ne.jp"),
        *("softbank.ne.jp", "rediffmail.com", "proton.me", "protonmail.com", "pm.me"),
        *("tutanota.com", "tutanota.de", "tuta.io", "tuta.com", "keemail.me", "hey.com"),
        *("fastmail.com", "fastmail.fm", "mail.com", "email.com", "usa.com", "inbox.com"),
        *("inbox.lv", "duck.com", "mozmail.com", "appleid.com", "riseup.net", "disroot.org"),
    )
)
_NATIONAL = frozenset(  # the same, under the suffix of every country
    ("yahoo", "ymail", "hotmail", "outlook", "live", "msn", "gmx", "yandex", "zoho")
)

_MAIL = re.compile(r"([^@\s]+)@([^@\s]+\.[^@\s]+)")
_RUNS = re.compile(r"[^\W\d_]+|\d+")


def ip_and_network(text: str) -> tuple[str, str] | None:
    """An address of IP → (the address, its network), each in the one way to write it.

    The network of 203.0.113.9 is `203.0.113.0/24`, that of an IPv6 address the first 48 bits. An
    IPv4 address written as IPv6 is an IPv4 address. None: the address lies inside somebody's own
    network (private, loopback, carrier-grade NAT, multicast), so that it tells no two users apart.

    Raises:
        ValueError: it is no address; the message does not show it.
    """
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        raise ValueError("not an IP address") from None
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in _OWN):
        return None
    network = ipaddress.ip_network((address, NETWORK[address.version]), strict=False)
    return str(address), str(network)


def mail(text: str) -> str:
    """A mail address in the one way to write it: without blanks, case-folded.

    Raises:
        ValueError: it is none; the message does not show it.
    """
    folded = text.strip().casefold()
    if not _MAIL.fullmatch(folded):
        raise ValueError("not a mail address")
    return folded


def mail_pattern(address: str) -> str | None:
    """The shape of a mail address and its domain: `ann.smith82@mail.example` → `a.a0@mail.example`.

    Runs of letters become `a`, runs of digits `0`, other signs stay. At domains where anybody has
    an address the shape says nothing, so there it is None; such a domain alone is no pattern.

    Args:
        address: what `mail` gave.
    """
    name, _, domain = address.rpartition("@")
    if is_shared(domain):
        return None
    shape = _RUNS.sub(lambda run: "0" if run[0][0].isdigit() else "a", name)
    return f"{shape}@{domain}"


def is_shared(domain: str) -> bool:
    """Whether anybody can have an address at a mail domain: a provider's, a relay's."""
    found = clean_url(f"https://{domain}")
    registered = found[1] if found else domain
    return registered in _SHARED or registered.partition(".")[0] in _NATIONAL


def media_of_ip(text: str) -> Iterator[tuple[str, str]]:
    """(medium, value) of an IP address, for the table `infrastructure`; nothing of own networks.

    Raises:
        ValueError: it is no address; the message does not show it.
    """
    if found := ip_and_network(text):
        yield "ip", found[0]
        yield "network", found[1]


def media_of_mail(text: str) -> Iterator[tuple[str, str]]:
    """(medium, value) of a mail address, for the table `infrastructure`.

    Raises:
        ValueError: it is none; the message does not show it.
    """
    address = mail(text)
    yield "email", address
    if pattern := mail_pattern(address):
        yield "pattern", pattern
