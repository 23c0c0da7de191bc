"""Which addresses a worker may and may not reach. Deno checks the refused ranges after resolving a name, and
they win over the allowed hosts; so an allowed private address has to be cut out of them.

Deno takes no IPv6 ranges, only single addresses. So a worker whose database has an IPv4 address gets no IPv6
socket at all (seccomp); only a database that has nothing but IPv6 opens that family.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from poolhouse.networks import NEVER, PRIVATE, Address, Network, split_host

_PRIVATE = tuple(one for one in PRIVATE if one.version == 4 or one.prefixlen == 128)
_NEVER = tuple(one for one in NEVER if one.version == 4 or one.prefixlen == 128)
"""What Deno takes of them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`allow` as Deno writes it (`host:port`), `deny` in CIDR, `ports` for Landlock, `ipv6` for seccomp."""

    allow: tuple[str, ...]
    deny: tuple[str, ...]
    ports: tuple[int, ...]
    ipv6: bool


def ranges_without(networks: Iterable[Network], addresses: Iterable[Address]) -> list[Network]:
    """The networks with single addresses cut out."""
    left = list(networks)
    for address in addresses:
        left = [part for network in left for part in _without(network, address)]
    return left


def _without(network: Network, address: Address) -> Iterable[Network]:
    if address not in network:
        return [network]
    if isinstance(network, ipaddress.IPv4Network):
        return network.address_exclude(ipaddress.IPv4Network(int(address)))
    return network.address_exclude(ipaddress.IPv6Network(int(address)))


async def reach(allow_hosts: Iterable[str]) -> Reach:
    """Resolves the names once, here; a name that turns to another private address later is refused."""
    entries = [split_host(entry) for entry in allow_hosts]
    addresses: set[Address] = set()
    ipv6 = False
    for host, port in entries:
        found = await _resolve(host, port)
        ipv6 = ipv6 or (bool(found) and all(address.version == 6 for address in found))
        addresses |= found
    holes = sorted((a for a in addresses if not any(a in network for network in NEVER)), key=str)
    deny = ranges_without(_PRIVATE, holes) + list(_NEVER)
    return Reach(
        allow=tuple(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in entries),
        deny=tuple(_as_deno(network) for network in deny),
        ports=tuple(sorted({port for _, port in entries})),
        ipv6=ipv6,
    )


async def _resolve(host: str, port: int) -> set[Address]:
    try:
        return {ipaddress.ip_address(host)}
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter: a part of the name is longer than names may be
        return set()  # the script will be told so by its own attempt
    return {ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found}


def _as_deno(network: Network) -> str:
    if network.prefixlen < network.max_prefixlen:
        return str(network)
    return f"[{network.network_address}]" if network.version == 6 else str(network.network_address)
