"""The files of a folder of scripts, read and written. What they mean is the server's to say (`customdb/folder.py`)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from typing import Any

from poolhouse.client.exits import NOT_FOUND, USAGE, Stopped
from poolhouse.client.output import shown
from poolhouse.client.words import Words, of_a_file, say

TEMPLATES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "customdb", "templates")
OF_EVERY_KIND = ("poolhouse.d.ts", "jsconfig.json")
NOT_OF_A_FOLDER = ("schema.sql",)
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def require_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise _stopped(folder, ("不是文件夹", "not a folder"))


def read(folder: str, names: Iterable[str], largest: int) -> dict[str, str]:
    """Those of the files that are there. Raises Stopped naming the file, for what is no text or too large."""
    require_folder(folder)
    found = {}
    for name in names:
        path = os.path.join(folder, name)
        try:
            about = os.stat(path)
            if not stat.S_ISREG(about.st_mode):
                raise _stopped(path, ("不是文件", "not a file"))
            if about.st_size > largest:
                size = f"{about.st_size:,}"
                raise _stopped(
                    path,
                    (f"{size} 字节，最多 {largest:,} 字节", f"{size} bytes; at most {largest:,}"),
                )
            with open(path, "rb") as file:
                found[name] = _text(path, file.read(largest + 1))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _of(error, path) from None
    return found


def _text(path: str, given: bytes) -> str:
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = given.count(b"\n", 0, error.start) + 1
        raise _stopped(f"{path}:{line}", ("不是 UTF-8 文本", "not UTF-8 text")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _stopped(f"{path}:{line}", ("含有 NUL 字符", "holds a NUL character"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def variables(text: str) -> dict[str, str]:
    """Of the environment, those that a connection file names."""
    return {name: os.environ[name] for name in _PLACEHOLDER.findall(text) if name in os.environ}


def write(folder: str, files: Sequence[tuple[Sequence[str], str]]) -> list[str]:
    """Each under the first of its names that is there, else under the first; what is the same already stays. A file is
    the old one or the new one, never half of it. Answers the paths written. Raises Stopped naming the file."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise _of(error, folder) from None
    written = []
    for names, text in files:
        path = next(
            (path for name in names if os.path.lexists(path := os.path.join(folder, name))),
            os.path.join(folder, names[0]),
        )
        try:
            if _write(path, text):
                written.append(path)
        except OSError as error:
            raise _of(error, path) from None
    return written


def _write(path: str, text: str) -> bool:
    given = text.encode()
    try:
        about = os.lstat(path)
        if stat.S_ISREG(about.st_mode) and about.st_size == len(given):
            with open(path, "rb") as file:
                if file.read() == given:
                    return False
        mode = stat.S_IMODE(about.st_mode) if stat.S_ISREG(about.st_mode) else None
    except FileNotFoundError:
        mode = None
    draft = f"{path}.{os.getpid()}.part"
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(given)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return True


def begin(folder: str, kind: str) -> list[str]:
    """A new folder with the example scripts of a kind of database. Raises Stopped for one with something in it."""
    known = sorted(
        one.name for one in os.scandir(TEMPLATES) if os.path.isdir(one) and one.name[0] not in "._"
    )
    if kind not in known:
        listed = ", ".join(known)
        said = (f"--kind 应为 {listed} 之一", f"--kind must be one of {listed}")
        if kind == "sqlserver":
            said = (
                f"暂不支持 sqlserver（脚本没有可用的驱动）；{said[0]}",
                f"sqlserver is not supported yet, as scripts have no driver for it; {said[1]}",
            )
        raise Stopped(say(said), USAGE)
    if os.path.lexists(folder) and not (os.path.isdir(folder) and not os.listdir(folder)):
        raise _stopped(folder, ("已存在，且不是空文件夹", "is there already, and no empty folder"))
    of_kind = os.path.join(TEMPLATES, kind)
    names = [(of_kind, name) for name in sorted(os.listdir(of_kind)) if name not in NOT_OF_A_FOLDER]
    names += [(TEMPLATES, name) for name in OF_EVERY_KIND]
    files = []
    for place, name in names:
        with open(os.path.join(place, name), encoding="utf-8") as file:
            files.append(((name,), file.read()))
    return write(folder, files)


def file_of(name: str, functions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A function by its name, or that of its file. Raises Stopped with those there are."""
    for one in functions:
        if name == one["name"] or name in one["files"] or f"{name}.js" in one["files"]:
            return one
    known = ", ".join(one["name"] for one in functions)
    said = (f"没有函数 {shown(name)}，应为 {known} 之一", f"no function {shown(name)}: one of {known}")
    raise Stopped(say(said), NOT_FOUND)


def _stopped(path: str, why: Words) -> Stopped:
    return Stopped(say((f"{shown(path)}：{why[0]}", f"{shown(path)}: {why[1]}")))


def _of(error: OSError, path: str) -> Stopped:
    """Not of the draft that stands for the file."""
    return Stopped(shown(of_a_file(OSError(error.errno, error.strerror, path))))
