"""What a peer is: installed from its registry, filled by its database, asked over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg

PASSWORD = "correct horse battery 1"
UP_WITHIN_S = 600


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the middle of the crowd, whom the acts look for."""

    username: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`holds`: whether an answer is of what was asked. A `body` goes as a form where `form` is set."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: bool = False
    holds: Callable[[Any], bool] = bool


@dataclass(frozen=True, slots=True)
class Missing:
    """The peer has no such act, and why."""

    why: str


Act = Callable[[int], "Call"] | Missing
"""Told how many times it was asked before: no two creations are of the same user."""


class Peer(ABC):
    """`folder` is its own, kept between runs."""

    name: str
    version: str
    settings: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    @abstractmethod
    def install(self) -> None:
        """Does nothing where it was done before."""

    @abstractmethod
    def run(self, url: str) -> Any:
        """A context that holds its server on the database `url`; makes its schema where there is none."""

    @abstractmethod
    async def fill(self, connection: asyncpg.Connection) -> None:
        """Brings in everybody of the table `people (id uuid, username, email, name, at)` beside its own tables."""

    @abstractmethod
    async def acts(self, connection: asyncpg.Connection, person: Person) -> dict[str, Act]:
        """Name (bench/peers/__main__.py ACTS) -> what is asked. The server runs; one who signs in is made here."""


class Asker:
    """One connection kept open, as a client keeps it."""

    def __init__(self, base: str) -> None:
        self._where = urlsplit(base)
        self._connection = HTTPConnection(self._where.hostname or "", self._where.port, timeout=300)

    def ask(self, call: Call) -> tuple[float, Any]:
        """Milliseconds and the answer. Raises RuntimeError where it is not of what was asked."""
        headers = {"accept": "application/json", **call.headers}
        content = None
        if call.form:
            content, headers["content-type"] = urlencode(call.body), "application/x-www-form-urlencoded"
        elif call.body is not None:
            content, headers["content-type"] = json.dumps(call.body), "application/json"
        began = time.perf_counter()
        self._connection.request(call.method, call.path, content, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        took_ms = (time.perf_counter() - began) * 1000
        found = json.loads(text) if text and "json" in (answer.getheader("content-type") or "") else None
        if answer.status >= 400 or not call.holds(found if found is not None else answer.status):
            raise RuntimeError(f"{call.method} {call.path}: {answer.status} {text[:300]!r}")
        return took_ms, found


@contextmanager
def process(
    command: list[str], log: Path, environment: Mapping[str, str], up: str, cwd: Path
) -> Iterator[None]:
    """`up`: an address that answers once it serves. Raises RuntimeError with what it said where it ends before."""
    with (
        log.open("w") as said,
        subprocess.Popen(command, cwd=cwd, env=dict(environment), stdout=said, stderr=said) as one,
    ):
        try:
            began = time.monotonic()
            while not _answers(up):
                if one.poll() is not None or time.monotonic() - began > UP_WITHIN_S:
                    raise RuntimeError(log.read_text()[-2000:])
                time.sleep(0.5)
            yield
        finally:
            one.terminate()
            one.wait(60)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def tool(*words: str, cwd: Path, **environment: str) -> str:
    """What it printed. Raises RuntimeError with what it said where it fails."""
    done = subprocess.run(words, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout
