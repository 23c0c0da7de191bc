"""One call of the server that runs on a data folder, through the socket it has there.

The socket is the way in of whoever has the machine: the server takes calls of its own account and of root alone
(`wire/operator/socket.py`), and a command gives its question, which may hold a password, only to a server of its own
account, or as root to one of the folder's owner.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

from poolhouse.client.exits import REFUSED, UNREACHABLE, Stopped
from poolhouse.client.words import say

NAME = "poolhouse.sock"
ANSWER_WITHIN_S = 120
LONGEST_NAME = 107
"""Bytes of a socket's path that the system takes."""


class NoServer(Exception):
    """No server answers on the folder."""


def folder(given: str | None) -> str:
    """As the server's own settings find it. Raises Stopped."""
    if given is None:
        given = os.environ.get("POOLHOUSE_DATA")
    if given is None and "POOLHOUSE_CONFIG" in os.environ:
        from poolhouse.settings_files import data_folder_in  # few have one

        try:
            given = data_folder_in(os.environ["POOLHOUSE_CONFIG"])
        except ValueError as error:
            en, zh = error.args
            raise Stopped(say((f"config：{zh}", f"config: {en}")), REFUSED) from None
    return os.path.abspath("data" if given is None else given)


def call(data: str, question: dict[str, Any]) -> dict[str, Any]:
    """The envelope of the answer. Raises NoServer; Stopped where there is one that must not or does not answer."""
    parts = []
    with _connected(data) as conversation:
        try:
            conversation.sendall(json.dumps(question, ensure_ascii=True).encode() + b"\n")
            while part := conversation.recv(1 << 16):
                parts.append(part)
        except TimeoutError as error:
            raise Stopped(
                say(("服务没有及时回答", "the server did not answer in time")), UNREACHABLE
            ) from error
        except ConnectionError:
            pass  # it ended in the middle of the question, or of its answer: no line is whole then
    line = b"".join(parts)
    if not line.endswith(b"\n"):
        said = (
            "服务中断了连接",
            "the server ended the conversation: it is stopping, or the call was too large",
        )
        raise Stopped(say(said), UNREACHABLE)
    answer: dict[str, Any] = json.loads(line)
    return answer


def _connected(data: str) -> socket.socket:
    conversation = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    conversation.settimeout(ANSWER_WITHIN_S)
    held = -1
    try:
        path = os.path.join(data, NAME)
        if len(os.fsencode(path)) > LONGEST_NAME:
            held = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
            path = f"/proc/self/fd/{held}/{NAME}"
        conversation.connect(path)
        _require_own(conversation, data)
    except PermissionError as error:
        conversation.close()
        said = (
            f"无权访问 {data} 的服务：请用运行服务的账号或 root 执行",
            f"the server on {data} is another account's: run this as that account or as root",
        )
        raise Stopped(say(said), UNREACHABLE) from error
    except OSError as error:
        conversation.close()
        raise NoServer(str(error)) from error
    except BaseException:
        conversation.close()
        raise
    finally:
        if held >= 0:
            os.close(held)
    return conversation


def _require_own(conversation: socket.socket, data: str) -> None:
    credentials = conversation.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid = struct.unpack("3i", credentials)[1]
    own = os.geteuid()
    if uid != own and not (own == 0 and uid == os.stat(data).st_uid):
        said = (
            f"{data} 中的套接字属于另一账号，不予使用",
            f"the socket in {data} is served by another account: nothing was sent",
        )
        raise Stopped(say(said), UNREACHABLE)


def pool_of(data: str) -> str:
    """The pool of credentials.json; "" where there is none to read: the server then knows, or asks."""
    try:
        with open(os.path.join(data, "credentials.json"), "rb") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return ""
    pool = found.get("userPoolId") if isinstance(found, dict) else None
    return pool if isinstance(pool, str) else ""
