"""Locks this process, then becomes Deno.

Run as `python -I -S launcher.py <order as JSON>`: a small program of its own, because locking between fork
and exec inside a server with threads is not safe. Imports nothing but the standard library. A layer the
order asks for and the kernel refuses ends the launch; `protection.py` says beforehand what there is.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from typing import Any

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SIGKILL = 9
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
AF_INET, AF_INET6 = 2, 10
CLONE_THREAD = 0x00010000

# -- landlock: files and TCP ports ------------------------------------------------------------------------

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NET_BIND_TCP, NET_CONNECT_TCP = 1 << 0, 1 << 1
SCOPE_ABSTRACT_UNIX, SCOPE_SIGNAL = 1 << 0, 1 << 1


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def landlock_abi() -> int:
    """0 where the kernel has none."""
    try:
        found: int = _libc().syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0
    return max(0, found)


def restrict_files_and_ports(
    abi: int, *, read: Iterable[str], execute: Iterable[str], write: Iterable[str], ports: Iterable[int]
) -> None:
    libc = _libc()
    handled_fs = (1 << FS_RIGHTS_BY_ABI[min(abi, 5)]) - 1
    attributes = struct.pack(
        "=QQQ",
        handled_fs,
        NET_BIND_TCP | NET_CONNECT_TCP if abi >= 4 else 0,
        SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL if abi >= 6 else 0,
    )[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = _checked(
        libc.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0),
        "landlock_create_ruleset",
    )

    def allow_path(path: str, rights: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # nothing there, nothing to allow
        if not os.path.isdir(path):
            rights &= ~FS_READ_DIR
        rule = struct.pack("=Qi", rights & handled_fs, fd)
        _checked(libc.syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0), f"landlock_add_rule {path}")
        os.close(fd)

    for path in read:
        allow_path(path, FS_READ_FILE | FS_READ_DIR)
    for path in execute:
        allow_path(path, FS_READ_FILE | FS_READ_DIR | FS_EXECUTE)
    for path in write:
        allow_path(path, FS_READ_FILE | FS_WRITE_FILE)
    if abi >= 4:
        for port in ports:
            rule = struct.pack("=QQ", NET_CONNECT_TCP, port)
            _checked(libc.syscall(LANDLOCK_ADD_RULE, ruleset, 2, rule, 0), f"landlock_add_rule port {port}")
    _checked(libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


# -- seccomp: system calls --------------------------------------------------------------------------------

# fmt: off
# Numbers from the kernel's asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64).
SYSTEM_CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41, "clone": 56, "clone3": 435, "fork": 57, "vfork": 58, "ptrace": 101, "syslog": 103,
        "mknod": 133, "personality": 135, "modify_ldt": 154, "pivot_root": 155, "adjtimex": 159,
        "chroot": 161,
        "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168,
        "reboot": 169, "iopl": 172, "ioperm": 173, "init_module": 175, "delete_module": 176, "quotactl": 179,
        "clock_settime": 227, "mq_open": 240, "kexec_load": 246, "add_key": 248, "request_key": 249,
        "keyctl": 250, "mknodat": 259, "unshare": 272, "perf_event_open": 298, "fanotify_init": 300,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313,
        "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323, "shmget": 29, "semget": 64, "msgget": 68,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
    },
    "aarch64": {
        "socket": 198, "clone": 220, "clone3": 435, "ptrace": 117, "syslog": 116, "mknodat": 33,
        "personality": 92,
        "pivot_root": 41, "adjtimex": 171, "chroot": 51, "acct": 89, "settimeofday": 170, "mount": 40,
        "umount2": 39, "swapon": 224, "swapoff": 225, "reboot": 142, "init_module": 105, "delete_module": 106,
        "quotactl": 60, "clock_settime": 112, "mq_open": 180, "kexec_load": 104, "add_key": 217,
        "request_key": 218, "keyctl": 219, "unshare": 97, "perf_event_open": 241, "fanotify_init": 262,
        "name_to_handle_at": 264, "open_by_handle_at": 265, "clock_adjtime": 266, "setns": 268,
        "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273,
        "kexec_file_load": 294, "bpf": 280, "userfaultfd": 282, "shmget": 194, "semget": 190, "msgget": 186,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
    },
}
# fmt: on
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
AT_NUMBER, AT_ARCH, AT_FIRST_ARGUMENT = 0, 4, 16


def filter_program(machine: str, *, ipv6: bool) -> bytes:
    """Refuses new processes, foreign socket families and the calls that look into others; allows the rest."""
    calls = SYSTEM_CALLS[machine]

    def step(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, k)

    steps = [
        step(LOAD, AT_ARCH),
        step(JUMP_EQUAL, AUDIT_ARCH[machine], 1, 0),
        step(RETURN, KILL_PROCESS),
        step(LOAD, AT_NUMBER),
    ]
    if machine == "x86_64":
        steps += [step(JUMP_AT_LEAST, X32_BIT, 0, 1), step(RETURN, ERRNO | EPERM)]
    # glibc falls back to clone, whose flags a filter can read, when clone3 does not exist.
    steps += [step(JUMP_EQUAL, calls["clone3"], 0, 1), step(RETURN, ERRNO | ENOSYS)]
    steps += [
        step(JUMP_EQUAL, calls["clone"], 0, 4),
        step(LOAD, AT_FIRST_ARGUMENT),
        step(JUMP_ANY_BIT, CLONE_THREAD, 1, 0),
        step(RETURN, ERRNO | EPERM),
        step(RETURN, ALLOW),
    ]
    steps += [
        step(JUMP_EQUAL, calls["socket"], 0, 5),
        step(LOAD, AT_FIRST_ARGUMENT),
        step(JUMP_EQUAL, AF_INET, 2, 0),
        step(JUMP_EQUAL, AF_INET6 if ipv6 else AF_INET, 1, 0),
        step(RETURN, ERRNO | EAFNOSUPPORT),
        step(RETURN, ALLOW),
    ]
    for name, number in calls.items():
        if name not in ("clone3", "clone", "socket"):
            steps += [step(JUMP_EQUAL, number, 0, 1), step(RETURN, ERRNO | EPERM)]
    steps.append(step(RETURN, ALLOW))
    return b"".join(steps)


def restrict_system_calls(machine: str, *, ipv6: bool) -> None:
    code = ctypes.create_string_buffer(filter_program(machine, ipv6=ipv6))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program((len(code) - 1) // 8, ctypes.addressof(code))
    _checked(_libc().prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0), "prctl(PR_SET_SECCOMP)")


# -- the rest ---------------------------------------------------------------------------------------------


def limit_resources(data_mb: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_DATA, data_mb * 1024 * 1024),
    ):
        resource.setrlimit(what, (most, most))


def become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def main(order: dict[str, Any]) -> None:
    libc = _libc()
    os.chdir("/")
    os.umask(0o077)
    limit_resources(order["data_mb"])
    if order["uid"] is not None:
        become(order["uid"])
    if sys.platform == "linux":
        # After the change of uid, which clears it. A busy worker would not notice that its stdin closed.
        libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        if os.getppid() != order["parent"]:
            return
        _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")
    if order["landlock_abi"]:
        restrict_files_and_ports(
            order["landlock_abi"],
            read=order["read"],
            execute=order["execute"],
            write=order["write"],
            ports=order["ports"],
        )
    if order["seccomp"]:
        restrict_system_calls(platform.machine(), ipv6=order["ipv6"])
    os.execve(order["argv"][0], order["argv"], order["env"])  # noqa: S606 - no shell, and that is the point


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
