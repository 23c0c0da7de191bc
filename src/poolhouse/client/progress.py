"""How far long work has come, on standard error: a bar on a terminal, a line now and then in a pipe, nothing for a
program. And its end by Ctrl-C, between two steps."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from poolhouse.client.output import width
from poolhouse.client.words import say

BAR = 24
PLAIN_EVERY_S = 5.0
CLEARED = "\r\x1b[K"


class Progress:
    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._terminal = quiet, sys.stderr.isatty()
        self._began = self._told = time.monotonic()
        self._first: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal and not self._quiet:
            print(CLEARED, end="", file=sys.stderr, flush=True)

    def at(self, done: int, total: int, words: str = "") -> None:
        """`done` of `total`, and what more there is to say."""
        if self._quiet:
            return
        pace = self._pace(done, total)
        said = " ".join(filter(None, (_share(done, total), words, pace)))
        if self._terminal:
            full = BAR * min(done, total) // total if total else 0
            line = _cut(f"[{'#' * full}{'.' * (BAR - full)}] {said}")
            print(f"{CLEARED}{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told >= PLAIN_EVERY_S:
            self._told = time.monotonic()
            print(said, file=sys.stderr, flush=True)

    def _pace(self, done: int, total: int) -> str:
        """Since this run began, so that what an earlier one did makes nothing look faster."""
        if self._first is None:
            self._first, self._began = done, time.monotonic()
            return ""
        taken, came = time.monotonic() - self._began, done - self._first
        if came <= 0 or taken <= 0:
            return ""
        left = round(max(0, total - done) * taken / came)
        clock = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
        return say((f"{came / taken:,.0f}/秒，还需 {clock}", f"{came / taken:,.0f}/s, {clock} left"))


def _share(done: int, total: int) -> str:
    return f"{100 * min(done, total) // total}%" if total else ""


def _cut(line: str) -> str:
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        columns = 80
    while line and width(line) >= columns:
        line = line[:-1]
    return line


class Interrupted:
    """Whether somebody pressed Ctrl-C."""

    def __init__(self) -> None:
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


@contextmanager
def interruptible() -> Iterator[Interrupted]:
    """Within the block Ctrl-C is only noted, so that a step is finished and its answer read; a second one ends it at
    once."""
    noted = Interrupted()

    def note(_: int, __: FrameType | None) -> None:
        if noted.asked:
            raise KeyboardInterrupt
        noted.asked = True

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread, which signals go to
        yield noted
        return
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
