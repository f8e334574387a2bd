"""Which addresses are bound, and which are named."""

from __future__ import annotations

import pytest

from media import addresses as module
from media.addresses import local_addresses, offered


class Ip:
    def __init__(self, ip: str) -> None:
        self.is_IPv4 = ":" not in ip
        self.ip = ip if self.is_IPv4 else (ip, 0, 0)


class Adapter:
    ips = tuple(map(Ip, ("192.0.2.1", "fe80::1", "2001:db8::5", "169.254.3.4", "::1", "127.0.0.1")))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.ifaddr, "get_adapters", lambda: [Adapter()])


def test_a_wildcard_means_every_address_that_can_be_named():
    assert local_addresses("0.0.0.0") == ("192.0.2.1", "127.0.0.1")
    assert local_addresses("::") == ("192.0.2.1", "2001:db8::5", "::1", "127.0.0.1")
    assert local_addresses("192.0.2.9") == ("192.0.2.9",)
    assert local_addresses("2001:db8::9") == ("2001:db8::9",)


def test_loopback_is_named_only_when_there_is_nothing_else():
    assert offered(["127.0.0.1", "::1"], ()) == ("127.0.0.1", "::1")
    assert offered(["127.0.0.1", "192.0.2.1"], ()) == ("192.0.2.1",)


def test_families_take_turns():
    bound = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8::3"]
    assert offered(bound, ()) == (
        "192.0.2.1",
        "2001:db8::1",
        "192.0.2.2",
        "2001:db8::2",
        "2001:db8::3",
    )


def test_an_external_address_stands_for_the_bound_ones_of_its_family():
    bound = ["10.0.0.1", "10.0.0.2", "2001:db8::1"]
    assert offered(bound, ("203.0.113.1",)) == ("203.0.113.1", "2001:db8::1")
    assert offered(bound, ("2001:db8::9",)) == ("10.0.0.1", "2001:db8::9", "10.0.0.2")
