"""Which addresses may be called on somebody's word: the one list, for scripts' connections and for calls of our own."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:42::42/128",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fe80::/10",
        "ff00::/8",
    )
)
"""What a cloud tells its machines, addresses that are nobody's, and IPv6 addresses that hide an IPv4 one."""
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "::1/128",
        "fc00::/7",
        "fec0::/10",
    )
)
"""Only for who was allowed that very host."""

_TRANSLATED = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
"""Where a network or a machine without IPv4 reaches it (RFC 6052, RFC 2765), and how it was written once (RFC 4291
2.5.5.1): the last four bytes are the address."""


def may_call(address: Address, *, is_named: bool) -> bool:
    """`is_named`: whoever runs the server has allowed the host by name, so that it may be a private one."""
    meant = _meant(address)
    if any(meant in network for network in NEVER):
        return False
    return is_named or not any(meant in network for network in PRIVATE)


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine, by its spelling alone."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return _meant(ipaddress.ip_address(host)).is_loopback
    except ValueError:
        return False


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one is only another spelling of."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if int(address) > 1 and any(address in network for network in _TRANSLATED):  # not :: and ::1
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def split_host(entry: str) -> tuple[str, int]:
    """`db.example:5432`, `10.0.0.5:3306`, `[::1]:5432` -> host without brackets, port; else ValueError."""
    host, _, port = entry.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.IPv6Address(host[1:-1]))
    elif not host or ":" in host or any(c in host for c in ",/ *"):
        raise ValueError(f"{entry!r} is not host:port")
    number = int(port)
    if not 0 < number < 65536:
        raise ValueError(f"{entry!r} has no port between 1 and 65535")
    return host, number
