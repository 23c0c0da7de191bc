"""Walks `walk` with the client `authing` 5.

The protocol: tests/clients/runs.py; the steps: tests/clients/walk_v3.py."""

from __future__ import annotations

import inspect
import re
from typing import Any

from authing import AuthenticationClient, ManagementClient
from talk import UNSUPPORTED, opened, walk


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def main() -> None:
    given, ask = opened()
    clients = {
        "management": ManagementClient(given["accessKeyId"], given["accessKeySecret"], host=given["host"]),
        "authentication": AuthenticationClient(
            app_id=given["appId"],
            app_host=given["host"],
            app_secret=given["appSecret"],
            redirect_uri=given["redirectUri"],
        ),
    }

    def send(step: dict[str, Any], params: dict[str, Any] | None) -> Any:
        client = clients[step["client"]]
        method = getattr(client, step.get("spelled", {}).get("python") or snake(step["method"]), None)
        if method is None:
            return UNSUPPORTED
        if step.get("token"):
            client.set_access_token(step["token"])
        if step["args"]:
            return method(*step["args"])
        parameters = inspect.signature(method).parameters
        known = {name.replace("_", "").lower(): name for name in parameters}
        # Some optional parameters have no default; who has no value for one passes None.
        demanded = {name: None for name, own in parameters.items() if own.default is inspect.Parameter.empty}
        return method(
            **demanded
            | {known[name.replace("_", "").lower()]: value for name, value in (params or {}).items()}
        )

    walk(given, ask, send)


if __name__ == "__main__":
    main()
