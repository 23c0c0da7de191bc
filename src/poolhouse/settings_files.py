"""Settings that are in files: a secret in a file of its own, and all of them in one file of TOML.

What goes wrong is a ValueError of an English and a Chinese sentence without subject. They repeat nothing of what was
given, which may be the secret itself where a name was meant.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection
from typing import Any, NamedTuple

LONGEST_SECRET = 64 << 10
LONGEST_FILE = 256 << 10

_PLACE = re.compile(r"\(at line (\d{1,9}), column (\d{1,9})\)", re.ASCII)
_WHY = {
    errno.ENOENT: ("names no file that is there", "所指的文件不存在"),
    errno.ENOTDIR: ("names no file that is there", "所指的文件不存在"),
    errno.EACCES: ("names a file that this account may not read", "所指的文件当前账号无权读取"),
    errno.EPERM: ("names a file that this account may not read", "所指的文件当前账号无权读取"),
    errno.EISDIR: ("names a folder", "所指的是文件夹"),
}


class SettingsFile(NamedTuple):
    """`lines`: the line of each name, from 1. `open_to_all`: every account of the machine may read it."""

    values: dict[str, Any]
    lines: dict[str, int]
    open_to_all: bool


def secret_in(path: str) -> str:
    """The file's one line, without its end. A link is followed, as Kubernetes has them; a pipe is refused: every worker
    reads the file anew."""
    text, _ = _text_of(path, LONGEST_SECRET)
    text = text.rstrip("\r\n")
    if not text:
        raise ValueError("names an empty file", "所指的文件是空的")
    if "\n" in text or "\r" in text:
        raise ValueError("names a file of more than one line", "所指的文件不止一行")
    return text


def settings_file(path: str) -> SettingsFile:
    import tomllib  # few have such a file

    text, mode = _text_of(path, LONGEST_FILE)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(*_no_toml(str(error))) from None
    return SettingsFile(values, _lines(text), bool(mode & stat.S_IROTH))


def data_folder_in(path: str) -> str | None:
    """`data` of a settings file, for commands that read no other setting of it."""
    found = settings_file(path).values.get("data")
    return found if isinstance(found, str) else None


def exposed(path: str, secrets: Collection[str]) -> bool:
    """Whether a settings file that every account may read has one of these names."""
    found = settings_file(path)
    return found.open_to_all and not found.values.keys().isdisjoint(secrets)


def _no_toml(said: str) -> tuple[str, str]:
    """Without the parser's words, which quote."""
    place = _PLACE.search(said)
    if place is None:
        return "names a file that is no TOML", "所指的文件不是 TOML"
    return (
        f"names a file that is no TOML: line {place[1]}, column {place[2]}",
        f"所指的文件不是 TOML：第 {place[1]} 行第 {place[2]} 列",
    )


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, mark, _ = line.partition("=")
        if mark:
            found.setdefault(name.strip().strip("\"'"), number)
    return found


def _text_of(path: str, longest: int) -> tuple[str, int]:
    """And the file's mode."""
    if not path:
        raise ValueError("is empty and names no file", "为空，没有指明文件")
    try:
        # Whoever opens a pipe to read would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if stat.S_ISDIR(about.st_mode):
                raise IsADirectoryError(errno.EISDIR, "")
            if not stat.S_ISREG(about.st_mode):
                raise ValueError("names no regular file", "所指的不是普通文件")
            given = file.read(longest + 1)
    except OSError as error:
        raise ValueError(*_WHY.get(error.errno or 0, _not_read(error))) from None
    if len(given) > longest:
        raise ValueError(f"names a file of more than {longest} bytes", f"所指的文件超过 {longest} 字节")
    try:
        text = given.decode()
    except UnicodeDecodeError:
        raise ValueError("names a file that is not UTF-8 text", "所指的文件不是 UTF-8 文本") from None
    if "\0" in text:
        raise ValueError("names a file with a NUL character in it", "所指的文件含有 NUL 字符")
    return text, about.st_mode


def _not_read(error: OSError) -> tuple[str, str]:
    said = os.strerror(error.errno or 0)
    return f"names a file that cannot be read: {said}", f"所指的文件无法读取：{said}"
