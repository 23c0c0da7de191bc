"""`poolhouse migration`: how far the people of an old database have moved in, and the end of it, page by page."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO

from poolhouse.client import output
from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.model import Call, Command, Values
from poolhouse.client.progress import Progress, interruptible
from poolhouse.client.words import Words, of_a_file, say

PAGE = 100
ERRORS_PAGE = 50
REASONS: dict[str, Words] = {
    "script error": ("脚本拒绝", "refused by the script"),
    "unavailable": ("脚本出错，或旧库没有回答", "script failed, or the old database did not answer"),
    "deleted here": (
        "已在此删除（poolhouse migration readmit ID）",
        "deleted here (poolhouse migration readmit ID)",
    ),
}
"""What is counted, in words: a script that throws an Error of its own says no, as for a wrong password; what it did not
mean to throw is a failure."""
COUNTS = ("imported", "skipped", "failed")


def show_status(found: dict[str, Any]) -> None:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:g}"

    remaining = found["remaining"]
    unknown = say(("未知：没有能回答的 listUsers", "unknown: no listUsers that answers"))
    shown = [
        (say(("尝试", "attempted")), number(found["attempted"])),
        (say(("已迁入", "migrated")), number(found["migrated"])),
    ]
    for reason, count in found["failed"].items():
        told = say(REASONS[reason]) if reason in REASONS else output.shown(reason)
        shown.append((f"{say(('失败：', 'failed: '))}{told}", number(count)))
    shown += [
        (say(("首次", "first")), output.cell(found["firstAt"], time=True)),
        (say(("最近", "last")), output.cell(found["lastAt"], time=True)),
        (say(("已在此", "accounted for")), number(found["accounted"])),
        (say(("尚未迁入", "not yet here")), unknown if remaining is None else number(remaining)),
        (say(("每小时", "an hour")), number(found["perHour"])),
        (say(("最近一小时", "last hour")), number(found["lastHour"])),
        (say(("预计结束", "estimated end")), output.cell(found["estimatedEnd"], time=True)),
    ]
    output.facts([(name, value) for name, value in shown if value])


def waiting(call: Call, command: Command, values: Values) -> Any:
    """The first of them; a page of the old database may have nobody who is still to come."""
    limit = values["limit"]
    if limit < 1:
        raise Stopped(say(("--limit 应不小于 1", "--limit must be at least 1")), USAGE)
    found: list[Any] = []
    page = 0
    with Progress(quiet=call.as_json or not sys.stderr.isatty()) as progress:
        while len(found) < limit:
            page += 1
            listed = call(command.operation, {"page": page, "limit": PAGE})
            found += listed["list"]
            if page * PAGE >= listed["totalCount"]:
                break
            progress.at(page * PAGE, listed["totalCount"])
    return {"list": found[:limit]}


def finish(call: Call, command: Command, values: Values) -> Any:
    dry_run = bool(values.get("dry_run"))
    with ErrorFile(values["errors"]) as errors, interruptible() as interrupted:
        begun: dict[str, Any] = {"position": 0, **dict.fromkeys(COUNTS, 0)}
        if not dry_run:
            begun = call("POST begin-migration-finish", {"resume": bool(values.get("resume"))})
        errors.cut()
        if begun["failed"]:
            errors.add(_earlier(call))
        done = {name: begun[name] for name in COUNTS}
        position, finished = begun["position"], False
        with Progress(quiet=call.as_json) as progress:
            while not finished and not interrupted:
                try:
                    moved = call(command.operation, {"position": position, "dryRun": dry_run})
                except Stopped as stopped:
                    raise Stopped(f"{stopped.said}{_how_on(position, dry_run)}", stopped.status) from None
                for name in COUNTS:
                    done[name] += moved[name]
                errors.add(moved["errors"])
                position, finished = moved["position"], moved["finished"]
                progress.at(moved["seen"], moved["total"], _standing(done, dry_run))
    if not finished:
        print(f"{_standing(done, dry_run)}{_how_on(position, dry_run)}", file=sys.stderr)
        raise KeyboardInterrupt
    return {
        "dryRun": dry_run,
        **done,
        "complete": not done["failed"],
        "errors": errors.path if done["failed"] else None,
    }


def show_finished(found: dict[str, Any]) -> None:
    came = ("将迁入", "would be imported") if found["dryRun"] else ("已迁入", "imported")
    shown = [
        (say(came), str(found["imported"])),
        (say(("已在此", "already here")), str(found["skipped"])),
        (say(("拒绝", "refused")), str(found["failed"])),
    ]
    if found["errors"]:
        shown.append((say(("被拒绝者写入", "errors")), output.shown(found["errors"])))
    output.facts(shown)


def _standing(done: dict[str, int], dry_run: bool) -> str:
    came, refused = done["imported"], done["failed"]
    if dry_run:
        return say((f"将迁入 {came}，将拒绝 {refused}", f"{came} would come in, {refused} would not"))
    return say((f"已迁入 {came}，拒绝 {refused}", f"{came} in, {refused} refused"))


def _how_on(position: int, dry_run: bool) -> str:
    if dry_run or not position:
        return ""
    return say(
        (
            f"；停在第 {position} 页之后，poolhouse migration finish --resume 从那里继续",
            f"; stopped after page {position}: poolhouse migration finish --resume goes on there",
        )
    )


def _earlier(call: Call) -> list[Any]:
    """Whom the runs before refused, as the server kept them: the first ten thousand."""
    found: list[Any] = []
    while True:
        page = len(found) // ERRORS_PAGE + 1
        listed = call("GET list-migration-errors", {"page": page, "limit": ERRORS_PAGE})
        found += listed["list"]
        if not listed["list"] or len(found) >= listed["totalCount"]:
            return found


class ErrorFile:
    """Who was refused, an object a line. It is made when the first one is; no link is followed, and a new file is its
    owner's alone to read. Raises Stopped naming it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> ErrorFile:
        if os.path.islink(self.path):
            path = output.shown(self.path)
            raise Stopped(say((f"{path}：不能是符号链接", f"{path}: must not be a symbolic link")), USAGE)
        return self

    def cut(self) -> None:
        """What another run wrote there is gone."""
        if os.path.exists(self.path):
            self._open()

    def _open(self) -> BinaryIO:
        if self._file is None:
            how = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_TRUNC
            try:
                self._file = os.fdopen(os.open(self.path, how, 0o600), "wb")
            except OSError as error:
                raise Stopped(output.shown(of_a_file(error))) from None
        return self._file

    def add(self, errors: list[dict[str, Any]]) -> None:
        if not errors:
            return
        file = self._open()
        try:
            for one in errors:
                told = {name: value for name, value in one.items() if value is not None}
                file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
            file.flush()
        except OSError as error:
            raise Stopped(output.shown(of_a_file(OSError(error.errno, error.strerror, self.path)))) from None

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
