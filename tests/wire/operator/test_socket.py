"""The socket in the data folder: whose it is, who may call, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.client import connection
from poolhouse.client.connection import NoServer
from poolhouse.client.exits import Stopped
from poolhouse.services import Services
from poolhouse.wire.operator import socket as operator_socket
from poolhouse.wire.operator.door import Door
from poolhouse.wire.operator.socket import LOCK, NAME, served
from poolhouse.wire.request import MAX_BODY_BYTES

NOBODY = 65534


@asynccontextmanager
async def server(services: Services, folder: Path) -> AsyncIterator[Path]:
    settings = replace(services.settings, data=folder)
    async with served(replace(services, settings=settings)):
        yield folder / NAME


async def call(folder: Path, **question: Any) -> dict[str, Any]:
    return await asyncio.to_thread(connection.call, str(folder), {"values": {}, "pool": "", **question})


async def test_it_is_the_owners_alone_and_goes_with_the_server(services: Services, tmp_path: Path) -> None:
    async with server(services, tmp_path) as path:
        found = path.lstat()
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o600
    assert not path.exists()


async def test_a_call_is_answered_in_the_envelope_of_v3(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    async with server(services, tmp_path):
        made = await call(tmp_path, call="POST create-user", pool=pool.id, values={"username": "ada"})
        found = await call(tmp_path, call="GET find-user", pool=pool.id, values={"value": "ada"})
        missing = await call(
            tmp_path, call="GET find-user", pool=pool.id, values={"value": "bob"}, lang="zh-CN"
        )
    assert made["statusCode"] == 200
    assert found["data"]["userId"] == made["data"]["userId"]
    assert (missing["statusCode"], missing["message"]) == (404, "用户不存在")


async def test_another_account_is_not_answered(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if somebody opened the file's mode: the kernel says who asks."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    program = (
        "import os, socket, sys\n"
        f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "try:\n    s.connect(sys.argv[1])\n"
        "    s.sendall(b'{\"call\": \"GET list-pools\"}\\n')\n    print('said', s.recv(100))\n"
        "except OSError as error: print(type(error).__name__)\n"
    )

    async def as_nobody(path: Path) -> str:
        ran = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program, str(path)], capture_output=True, text=True
        )
        return ran.stdout.strip()

    for folder in [tmp_path, *tmp_path.parents]:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    async with server(services, tmp_path) as path:
        assert await as_nobody(path) == "PermissionError"
        path.chmod(0o666)
        assert await as_nobody(path) in ("said b''", "ConnectionResetError", "BrokenPipeError")


async def test_a_command_tells_nothing_to_another_accounts_socket(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    program = (
        "import os, socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])\n"
        f"os.setgid({NOBODY}); os.setuid({NOBODY}); s.listen(); print('up', flush=True)\n"
        "c, _ = s.accept(); print('heard', c.recv(100), flush=True)\n"
    )
    other = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", program, str(tmp_path / NAME)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
        with pytest.raises(Stopped, match="another account"):
            await call(tmp_path, call="GET list-pools")
        assert other.stdout.readline() == "heard b''\n"
    finally:
        other.kill()
        other.wait()


async def test_what_a_killed_server_left_is_replaced(services: Services, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / NAME))
    left.close()
    with pytest.raises(NoServer):
        await call(tmp_path, call="GET list-pools")
    async with server(services, tmp_path):
        assert (await call(tmp_path, call="GET list-pools"))["statusCode"] == 200


@pytest.mark.parametrize("kind", ["file", "link"])
async def test_what_is_no_socket_stays(services: Services, tmp_path: Path, kind: str) -> None:
    kept = tmp_path / "kept"
    kept.write_text("precious")
    (tmp_path / NAME).symlink_to(kept) if kind == "link" else (tmp_path / NAME).write_text("precious")
    async with server(services, tmp_path):
        with pytest.raises(NoServer):
            await call(tmp_path, call="GET list-pools")
    assert ((tmp_path / NAME).read_text(), kept.read_text()) == ("precious", "precious")


async def test_a_lock_that_leads_elsewhere_is_not_followed(services: Services, tmp_path: Path) -> None:
    (tmp_path / LOCK).symlink_to(tmp_path / "made")
    async with server(services, tmp_path):
        pass
    assert not (tmp_path / "made").exists()


async def test_a_folder_everybody_may_write_in_has_none(services: Services, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    async with server(services, tmp_path) as path:
        assert not path.exists()


async def test_a_path_too_long_for_the_system_works_all_the_same(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / ("f" * 120)
    folder.mkdir()
    async with server(services, folder):
        assert (await call(folder, call="GET list-pools"))["statusCode"] == 200


async def test_one_of_several_serves_it_and_another_takes_over(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_socket, "FREE_LOOKED_S", 0.01)
    async with server(services, tmp_path) as path:
        first = path.lstat().st_ino
        async with asyncio.timeout(20):
            second = server(services, tmp_path)
            await second.__aenter__()
            assert path.lstat().st_ino == first
    async with asyncio.timeout(20):
        while not path.exists():  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.01)
    assert (await call(tmp_path, call="GET list-pools"))["statusCode"] == 200
    await second.__aexit__(None, None, None)
    assert not path.exists()


async def test_whoever_does_not_read_its_answer_keeps_no_place(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def much(*_: object) -> bytes:
        return b"0" * (8 << 20)

    monkeypatch.setattr(operator_socket, "AT_ONCE", 1)
    monkeypatch.setattr(operator_socket, "READ_WITHIN_S", 0.1)
    async with server(services, tmp_path) as path:
        with monkeypatch.context() as large, socket.socket(socket.AF_UNIX) as stopped:
            large.setattr(Door, "answer", much)
            stopped.connect(str(path))
            stopped.sendall(b"{}\n")
            while not await asyncio.to_thread(select.select, [stopped], [], [], 0.01):
                pass
            large.undo()
            assert (await call(tmp_path, call="GET list-pools"))["statusCode"] == 200


async def test_a_call_that_the_server_broke_off_was_not_done(services: Services, tmp_path: Path) -> None:
    """Too large, or to a server that is stopping: the connection ends while the question is sent."""
    async with server(services, tmp_path):
        with pytest.raises(Stopped, match="ended the conversation"):
            await call(tmp_path, call="GET find-user", values={"value": "x" * (3 * MAX_BODY_BYTES)})


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"[]\n", b"{\n", b'{"call": 7}\n', b'{"call": "GET ../x"}\n', b"\xff\n"]
)
async def test_what_is_no_call_is_refused(services: Services, tmp_path: Path, line: bytes) -> None:
    async with server(services, tmp_path) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(line)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
    assert answer == b"" if not line else json.loads(answer)["statusCode"] in (400, 404)
