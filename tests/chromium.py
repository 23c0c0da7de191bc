"""Chromium as the tests start it: it reaches this machine and nothing else. The standard library alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

MISSING = "no Chromium: apt-get install chromium, or set CHROMIUM to its path"

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def binary() -> str | None:
    """Its path, None where it is not installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def flags(sites: Mapping[str, str] | None = None) -> list[str]:
    """`sites`: `host:port` as pages name it -> `127.0.0.1:port` where it listens. No other name is looked up."""
    rules = [f"MAP {named} {there}" for named, there in (sites or {}).items()]
    return [
        *_FLAGS,
        f"--host-resolver-rules={', '.join([*rules, 'MAP 127.0.0.1 127.0.0.1', 'MAP * ~NOTFOUND'])}",
    ]
