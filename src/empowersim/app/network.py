"""Where other machines reach this one."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import Any

LOCAL = "127.0.0.1"
ANYWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737): what leads there leads out of the room."""


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine's network cards, those that phones likely reach first.

    That is the one that leads out of the room, unless it is a tunnel's to somewhere else.
    """
    import psutil  # type: ignore[import-untyped]

    works = {name for name, card in psutil.net_if_stats().items() if card.isup}
    found = [
        each
        for name, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if name in works and each.family is socket.AF_INET and _is_reachable(each.address)
    ]
    out = _leads_out()
    found.sort(key=lambda each: (_is_tunnel(each), each.address != out))
    return [each.address for each in found]


def is_local(address: str) -> bool:
    """Whether a connection from this address comes from this machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_reachable(address: str) -> bool:
    it = ipaddress.ip_address(address)
    return not (it.is_loopback or it.is_link_local)


def _is_tunnel(card: Any) -> bool:
    return card.ptp is not None or card.netmask == "255.255.255.255"


def _leads_out() -> str:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((ANYWHERE, 9))  # sends nothing: it only asks the machine for the way
        return str(probe.getsockname()[0])
    return ""
