"""The ledger in docs/reference/v2.md is what the code says, of the methods the client has."""

from __future__ import annotations

import asyncio
import os

import msgspec
from tests.docs.v2_ledger import PAGE, Served, methods, page
from tests.sdk import JS, node

from poolhouse.services import Services

INSIDE = {"org": {"buildTree"}, "event": {"initWebSocket", "reconnect"}, "(client)": {"uploadPhoto"}}
SAME = {"wxqrcode": "qrcode", "wechatmpqrcode": "qrcode"}
STATIC = {("acl", "randomString")}


async def test_the_ledger_is_current(services: Services) -> None:
    text = page(Served(services))
    if os.environ.get("POOLHOUSE_RECORD_LEDGER"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


async def test_the_ledger_names_every_method_of_the_client() -> None:
    process = await asyncio.create_subprocess_exec(
        str(node()), str(JS / "methods.js"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    real = msgspec.json.decode(out)
    for kind, clients in methods().items():
        for client, calls in clients.items():
            public = set(real[kind][client]) - INSIDE.get(client, set())
            if client == "enterprise":
                public &= {"authorize"}
            listed = {name for name in calls if (client, name) not in STATIC}
            assert listed == public, f"{kind} {client}"
        for client, names in real[kind].items():
            if names and not client.lower().endswith("client"):
                assert SAME.get(client, client) in clients
