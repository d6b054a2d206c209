"""IP addresses → networks; mail addresses → patterns."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.readers._parts.infrastructure import (
    ip_and_network,
    is_shared,
    mail,
    mail_pattern,
    media_of_ip,
    media_of_mail,
)


@pytest.mark.parametrize(
    ("text", "address", "network"),
    [
        ("203.0.113.9", "203.0.113.9", "203.0.113.0/24"),
        (" 203.0.113.255\n", "203.0.113.255", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24"),
        ("2001:0DB8:1:2:0:0:0:3", "2001:db8:1:2::3", "2001:db8:1::/48"),
    ],
)
def test_an_address_and_its_network(text, address, network):
    assert ip_and_network(text) == (address, network)
    assert list(media_of_ip(text)) == [("ip", address), ("network", network)]


@pytest.mark.parametrize(
    "text",
    [
        *("10.0.0.5", "127.0.0.1", "172.16.4.4", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
        *("169.254.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fd00::1"),
        *("fe80::1%eth0", "ff02::1", "::ffff:10.0.0.5"),
    ],
)
def test_addresses_inside_own_networks_are_nobodys(text):
    assert ip_and_network(text) is None
    assert list(media_of_ip(text)) == []


@given(st.ip_addresses())
def test_a_network_holds_its_address_and_no_other_network_s(address):
    if found := ip_and_network(str(address)):
        network = ipaddress.ip_network(found[1])
        assert ipaddress.ip_address(found[0]) in network
        assert network.prefixlen == (24 if network.version == 4 else 48)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Ann.Smith82@Mail.example", "a.a0@mail.example"),
        ("bob7@mail.example", "a0@mail.example"),
        ("bobby1234@mail.example", "a0@mail.example"),
        ("7bob@mail.example", "0a@mail.example"),
        ("анна٣@mail.example", "a0@mail.example"),
        ("a_b-c+d@mail.example", "a_a-a+a@mail.example"),
        ("ann.smith82@gmail.com", None),
        ("ann@yahoo.co.uk", None),
        ("ann@m.mail.ru", None),
        ("ann@gmail.example", "a@gmail.example"),
    ],
)
def test_patterns_of_mail_addresses(text, pattern):
    assert mail_pattern(mail(text)) == pattern
    media = dict(media_of_mail(text))
    assert media["email"] == text.casefold()
    assert media.get("pattern") == pattern


def test_domains_at_which_anybody_has_an_address():
    assert all(map(is_shared, ("gmail.com", "hotmail.fr", "outlook.com", "yahoo.co.jp", "qq.com")))
    assert not any(map(is_shared, ("mail.example", "gmail.example", "notyahoo.com", "x")))


@pytest.mark.parametrize(
    "text", ["", "ann", "ann@", "@mail.example", "a b@mail.example", "a@b@c.d"]
)
def test_what_is_no_mail_address_is_not_shown(text):
    with pytest.raises(ValueError, match=r"^not a mail address$"):
        mail(text)


@pytest.mark.parametrize("text", ["", "203.0.113", "203.0.113.9:80", "203.0.113.0/24", "host", "%"])
def test_what_is_no_ip_address_is_not_shown(text):
    with pytest.raises(ValueError, match=r"^not an IP address$") as caught:
        ip_and_network(text)
    assert caught.value.__cause__ is None
