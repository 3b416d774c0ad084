"""Which of a machine's addresses phones in the room are sent to."""

import socket
from typing import NamedTuple

import psutil
import pytest

from empowersim.app import network


class Card(NamedTuple):
    """What psutil tells of an address."""

    address: str
    family: int = socket.AF_INET
    netmask: str = "255.255.255.0"
    ptp: str | None = None


class Stats(NamedTuple):
    """What psutil tells of a card."""

    isup: bool = True


@pytest.fixture
def cards(monkeypatch):
    """Gives this machine other network cards, and another way out."""

    def given(out="", **found):
        monkeypatch.setattr(psutil, "net_if_addrs", lambda: {k: [v] for k, v in found.items()})
        monkeypatch.setattr(psutil, "net_if_stats", lambda: {k: Stats(k != "off") for k in found})
        monkeypatch.setattr(network, "_leads_out", lambda: out)

    return given


def test_without_a_network_there_is_no_address(cards):
    cards(lo=Card("127.0.0.1"), none=Card("169.254.3.4"), off=Card("192.168.1.9"))
    assert network.own_addresses() == []


def test_of_two_cards_the_one_that_leads_out_comes_first(cards):
    cards("192.168.1.5", box=Card("172.17.0.1"), wifi=Card("192.168.1.5"))
    assert network.own_addresses() == ["192.168.1.5", "172.17.0.1"]


@pytest.mark.parametrize(
    "tunnel", [Card("10.8.0.6", ptp="10.8.0.5"), Card("10.8.0.6", netmask="255.255.255.255")]
)
def test_a_tunnel_that_leads_out_comes_last(cards, tunnel):
    cards("10.8.0.6", vpn=tunnel, wifi=Card("192.168.1.5"))
    assert network.own_addresses() == ["192.168.1.5", "10.8.0.6"]
