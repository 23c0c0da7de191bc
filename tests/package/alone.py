"""Runs a command where every address is this machine, and writes down what was sent to any other: no packet leaves.

    python alone.py REPORT COMMAND...

A network namespace whose loopback is the route to everywhere; whoever opens a connection or asks for a name, to
whatever address, is seen on it. The command runs as the user who called. REPORT is a JSON list of
`protocol address:port`. Exit status 77: this machine gives nobody a namespace, and standard error says why.
"""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

NEWUSER, NEWNET = 0x10000000, 0x40000000
TCP, UDP, SYN, ACK = 6, 17, 0x02, 0x10
EVERY_PROTOCOL = 3
LAST = "udp", ipaddress.IPv4Address("127.0.0.1"), 1
"""What is sent when the command has ended: packets come in order, so whoever sees this one has seen all."""


def unshare(flags: int) -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(flags):
        error = ctypes.get_errno()
        raise OSError(error, f"unshare: {os.strerror(error)}")


def become(inside: int, outside: int, group_inside: int, group_outside: int) -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{group_inside} {group_outside} 1")
    Path("/proc/self/uid_map").write_text(f"{inside} {outside} 1")


def enter() -> socket.socket:
    """Answers a socket that sees every packet. Raises OSError where there is no namespace to be had."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        unshare(NEWNET)
    else:
        unshare(NEWUSER | NEWNET)
        become(0, uid, 0, gid)
    for words in ("link set lo up", "route add local 0.0.0.0/0 dev lo"):
        subprocess.run(["ip", *words.split()], check=True, capture_output=True)
    if Path("/proc/net/if_inet6").exists():
        subprocess.run(
            ["ip", "-6", "route", "add", "local", "::/0", "dev", "lo"], check=True, capture_output=True
        )
    seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL))
    if uid != 0:
        unshare(NEWUSER)
        become(uid, 0, gid, 0)
    return seen


def meant_for(packet: bytes) -> tuple[str, ipaddress.IPv4Address | ipaddress.IPv6Address, int] | None:
    """Protocol, address and port of a datagram or of the first packet of a connection."""
    if packet[0] >> 4 == 4:
        protocol, rest = packet[9], packet[(packet[0] & 15) * 4 :]
        to: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(packet[16:20])
    else:
        protocol, rest, to = packet[6], packet[40:], ipaddress.IPv6Address(packet[24:40])
    (port,) = struct.unpack(">H", rest[2:4])
    if protocol == UDP:
        return "udp", to, port
    if protocol == TCP and rest[13] & (SYN | ACK) == SYN:
        return "tcp", to, port
    return None


def watch(seen: socket.socket, foreign: set[str]) -> None:
    while (found := meant_for(seen.recv(256))) != LAST:
        if found is None:
            continue
        protocol, to, port = found
        if not to.is_loopback or port == 53:  # a resolver on this machine asks others
            foreign.add(f"{protocol} {to}:{port}")


def main(report: str, *command: str) -> int:
    try:
        seen = enter()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no network namespace: {error}", file=sys.stderr)
        return 77
    foreign: set[str] = set()
    watcher = threading.Thread(target=watch, args=(seen, foreign), daemon=True)
    watcher.start()
    done = subprocess.run(command)
    with socket.socket(type=socket.SOCK_DGRAM) as last:
        last.sendto(b"", (str(LAST[1]), LAST[2]))
    watcher.join(timeout=10)
    Path(report).write_text(json.dumps(sorted(foreign)))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
