"""The order for one worker: which connection it serves, its limits, and its command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from poolhouse.sandbox.network import Reach
from poolhouse.sandbox.protection import Protection, uid_for

Dialect = Literal["poolhouse", "auth0"]
"""How scripts are written: in our form, or in Auth0's, which answers by a callback."""

PACKAGES = (
    "pg",
    "mysql2",
    "mysql2/promise",
    "mysql",
    "mongodb",
    "bcrypt",
    "bcryptjs",
    "jsonwebtoken",
    "lodash",
    "axios",
    "node-fetch",
    "request",
    "request-promise",
    "request-promise-native",
    "qs",
    "uuid",
    "uuid/v1",
    "uuid/v4",
    "uuid/v5",
)
BUILT_IN = (
    "assert",
    "assert/strict",
    "buffer",
    "crypto",
    "events",
    "http",
    "https",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "querystring",
    "stream",
    "stream/promises",
    "string_decoder",
    "timers",
    "timers/promises",
    "url",
    "util",
    "util/types",
)
"""Of Node's own, with or without `node:`."""
MODULES = PACKAGES + BUILT_IN
"""What a script may `require`."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What one worker is for. `key` names the connection; a changed spec under it replaces its workers.

    `env` is what the scripts see as `env`; nothing of it is in the process's environment. `allow_hosts` are
    `host:port`, written as the scripts write them. `memory_mb` is V8's heap. `timezone`, an IANA name or `+08:00`,
    is what the database's times without a zone mean. `preload`: of `modules`, those loaded before the first call.
    """

    key: str
    env: Mapping[str, str] = field(repr=False)
    allow_hosts: tuple[str, ...] = ()
    memory_mb: int = 96
    pooled: bool = False
    dialect: Dialect = "poolhouse"
    timezone: str = "UTC"
    modules: tuple[str, ...] = MODULES
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """Where Deno and the JavaScript side are, and what the machine can put around them."""

    deno: Path
    js: Path
    protection: Protection


def order(spec: WorkerSpec, installation: Installation, reach: Reach) -> dict[str, Any]:
    """What the launcher is told, which locks itself in accordingly and becomes Deno."""
    deno, js, protection = installation.deno, installation.js, installation.protection
    net = [f"--allow-net={','.join(reach.allow)}"] if reach.allow else []
    return {
        "argv": [
            str(deno),
            "run",
            "--quiet",
            "--no-prompt",
            "--no-config",
            "--no-lock",
            "--node-modules-dir=manual",
            "--cached-only",
            "--no-remote",
            "--deny-import",
            "--ignore-env",
            *(["--allow-sys=osRelease,hostname"] if "mongodb" in spec.modules else []),
            *net,
            f"--deny-net={','.join(reach.deny)}",
            f"--v8-flags=--max-old-space-size={spec.memory_mb}",
            str(js / "worker.mjs"),
        ],
        # A DENO_DIR that cannot exist: a writable one would be a place two tenants share (localStorage).
        # UTC wherever the machine is: a driver makes a `date` midnight of the process's zone.
        "env": {"TZ": "UTC", "DENO_DIR": "/proc/nope", "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
        "parent": os.getpid(),
        "uid": uid_for(spec.key) if protection.own_uid else None,
        "landlock_abi": protection.landlock_abi,
        "seccomp": protection.seccomp,
        "ipv6": reach.ipv6,
        # Deno reserves about 555 MB of writable mappings before it uses any.
        "data_mb": 672 + spec.memory_mb,
        "ports": reach.ports,
        "read": [
            str(js.resolve()),
            "/etc/ssl",
            "/etc/pki",
            "/etc/resolv.conf",
            "/etc/hosts",
            "/etc/host.conf",
            "/etc/nsswitch.conf",
            "/etc/gai.conf",
            "/etc/ld.so.cache",
            "/etc/localtime",
            "/usr/share/zoneinfo",
            "/dev/urandom",
        ],
        "execute": [str(deno.resolve()), "/lib", "/lib64", "/usr/lib", "/usr/lib64"],
        "write": ["/dev/null"],
    }


def hidden_paths(installation: Installation) -> list[tuple[bytes, bytes]]:
    """The folders whose names a worker can learn, as they are and as a URL spells them, longest first."""
    shown = {
        installation.js: "/poolhouse",
        installation.js.resolve(): "/poolhouse",
        installation.deno: "/deno",
        installation.deno.resolve(): "/deno",
    }
    spelled = {
        text.encode(): instead for path, instead in shown.items() for text in (str(path), quote(str(path)))
    }
    return sorted(
        ((path, instead.encode()) for path, instead in spelled.items()), key=lambda pair: -len(pair[0])
    )
