"""Which layers around a worker this machine can give, found out once, for the log and `poolhouse doctor`."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import stat
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from poolhouse.sandbox import launcher

PR_GET_SECCOMP = 21
# systemd's range for dynamic users: no account of a distribution lives there.
FIRST_UID, UIDS = 61_184, 4_000


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    in_force: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Protection:
    """`layers` from the innermost to the outermost."""

    layers: tuple[Layer, ...]
    landlock_abi: int
    seccomp: bool
    own_uid: bool

    @property
    def missing(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in self.layers if not layer.in_force)


def uid_for(key: str) -> int:
    """One uid a connection, so that a worker cannot even signal another's."""
    return FIRST_UID + zlib.crc32(key.encode()) % UIDS


def reachable_by_others(paths: Iterable[Path]) -> bool:
    """Whether a uid without rights of its own could read these and pass every folder above them."""
    for path in paths:
        real = path.resolve()
        try:
            mode = real.stat().st_mode
            if not mode & stat.S_IROTH or (stat.S_ISDIR(mode) and not mode & stat.S_IXOTH):
                return False
            if not all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents):
                return False
            for folder, _, files in os.walk(real):
                modes = [os.stat(os.path.join(folder, name)).st_mode for name in (".", *files)]
                if not all(mode & stat.S_IROTH for mode in modes):
                    return False
        except OSError:
            return False
    return True


@functools.cache
def protection(deno: Path, js: Path) -> Protection:
    linux = sys.platform == "linux"
    machine = platform.machine()
    abi = launcher.landlock_abi() if linux else 0
    seccomp = (
        linux
        and machine in launcher.SYSTEM_CALLS
        and ctypes.CDLL(None).prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0
    )
    root = os.geteuid() == 0
    own_uid = linux and root and reachable_by_others([deno, js])
    kernel = platform.release()
    return Protection(
        landlock_abi=abi,
        seccomp=seccomp,
        own_uid=own_uid,
        layers=(
            Layer("permissions", True, "Deno: no files, no environment, no processes, listed hosts only"),
            Layer("resource limits", linux, "RLIMIT_DATA, NOFILE, FSIZE, CORE" if linux else "needs Linux"),
            Layer(
                "landlock files",
                abi >= 1,
                f"ABI {abi}" if abi else f"kernel {kernel} has no Landlock (needs 5.13, switched on)",
            ),
            Layer(
                "landlock ports",
                abi >= 4,
                f"ABI {abi}" if abi >= 4 else f"kernel {kernel}: Landlock ABI {abi}, TCP ports need 4 (6.7)",
            ),
            Layer(
                "landlock signals",
                abi >= 6,
                f"ABI {abi}" if abi >= 6 else f"kernel {kernel}: Landlock ABI {abi}, signals need 6 (6.12)",
            ),
            Layer(
                "seccomp",
                seccomp,
                machine if seccomp else f"no filter for {machine}, or the kernel has no seccomp",
            ),
            Layer(
                "separate uid",
                own_uid or not root,
                "one uid a connection"
                if own_uid
                else "the server's own uid is unprivileged"
                if not root
                else f"started as root, but other users cannot read {deno} or {js}",
            ),
        ),
    )
