"""`poolhouse scripts`: a folder of files on this side, what is saved of it on the other."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from poolhouse.client import folders, output
from poolhouse.client.exits import NOT_FOUND, USAGE, Stopped
from poolhouse.client.model import Call, Command, Values
from poolhouse.client.words import Words, say, title

LONGEST_ARGUMENTS = 200
LONGEST_SHOWN = 20_000
"""Characters of a value that is printed on a terminal."""
_ACTIONS: dict[str, Words] = {
    "SAVE": ("保存", "save"),
    "PUBLISH": ("保存并发布", "save and publish"),
    "SET": ("设置", "set"),
}


def new(_: Call, command: Command, values: Values) -> Any:
    return {"written": folders.begin(values["folder"], values["kind"])}


def pull(call: Call, command: Command, values: Values) -> Any:
    folder = values.pop("folder")
    found = call(command.operation, values)["files"]
    return {"written": folders.write(folder, [(one["names"], one["text"]) for one in found])}


def show_written(found: dict[str, Any]) -> None:
    for path in found["written"]:
        print(output.shown(path))
    if not found["written"]:
        _aside(("没有要写的内容：文件夹已是最新", "nothing to write: the folder is what is saved"))


def diff(call: Call, command: Command, values: Values) -> Any:
    folder, texts, environ = _read(call, values.pop("folder"))
    found = call(command.operation, {"files": texts, "environ": environ})
    _require_sound(folder, found)
    for one in found["scripts"]:
        one["path"] = one["file"] and os.path.join(folder, one["file"])
        one["text"] = texts.get(one["file"]) if one["file"] else None
    return {"same": not (found["scripts"] or found["settings"]), **found}


def show_diff(found: dict[str, Any]) -> None:
    from difflib import unified_diff

    for one in found["scripts"]:
        if one["path"] is None:
            continue
        before, after = ((text or "").splitlines() for text in (one["published"], one["text"]))
        names = (f"published/{one['name']}.js", one["path"])
        for line in unified_diff(before, after, *names, lineterm=""):
            print(output.painted_change(output.shown(line.replace("\t", "    "))))
        if (one["published"] or "").endswith("\n") != one["text"].endswith("\n"):
            print(say(("\\ 末尾换行不同", "\\ only one of them ends in a newline")))
    for name in (one["name"] for one in found["scripts"] if one["path"] is None):
        said = (
            f"已发布，但文件夹中没有：{name}.js（poolhouse scripts withdraw {name} 可撤下）",
            f"Only published: {name}.js (poolhouse scripts withdraw {name} takes it back)",
        )
        print(say(said))
    for name in found["settings"]:
        print(
            say(
                (
                    f"connection.toml 中的 {name} 与已保存的不同",
                    f"connection.toml: {name} is not as it is saved",
                )
            )
        )


def push(call: Call, command: Command, values: Values) -> Any:
    folder, texts, environ = _read(call, values.pop("folder"))
    found = call(command.operation, {**values, "files": texts, "environ": environ})
    _require_sound(folder, found)
    return found


def show_pushed(found: dict[str, Any]) -> None:
    steps, done = found["steps"], found["applied"]
    state = say(("已完成", "done") if done else ("待执行", "planned"))
    if steps:
        output.rows(
            [title(name) for name in ("thing", "action", "status")],
            [[output.shown(one["what"]), _action(one), state] for one in steps],
        )
    for one in found["warnings"]:
        print(output.shown(f"{', '.join(one['scripts'])}: {one['message']} ({one['code']})"), file=sys.stderr)
    if not steps:
        _aside(("没有改动：文件夹与已保存的一致", "Nothing to do: the folder is what is saved."))
    elif not done:
        _aside(("没有改动；加 --yes 执行", "Nothing was changed; add --yes to do it."))


def _action(step: dict[str, Any]) -> str:
    said = say(_ACTIONS[step["action"]])
    return f"{said} {step['setting']}" if step["setting"] else said


def run(call: Call, command: Command, values: Values) -> Any:
    folder, name = values["folder"], values["name"]
    given = [_argument(place, text) for place, text in enumerate(values.get("args", ()), 1)]
    folders.require_folder(folder)
    known = call("GET list-script-files", {})
    function = folders.file_of(name, known["functions"])
    texts = folders.read(folder, function["files"], known["largest"])
    if not texts:
        path = os.path.join(folder, function["files"][0])
        raise Stopped(
            say((f"{output.shown(path)}：没有这个文件", f"{output.shown(path)}: no such file")), NOT_FOUND
        )
    found = call(command.operation, {"files": texts, "name": function["name"], "args": given})
    _require_sound(folder, found)
    return found


def _argument(place: int, text: str) -> Any:
    """JSON, or else plain text; what begins as JSON and is none is a slip. Raises Stopped naming it."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] not in ("{", "[", '"'):
            return text
        short = output.shown(text if len(text) <= 200 else f"{text[:200]}…")
        said = (
            f"第 {place} 个参数不是合法的 JSON（第 {error.pos + 1} 个字符处）：{short}",
            f"ARGS {place} is not JSON, {error.msg} at character {error.pos + 1}: {short}",
        )
        raise Stopped(say(said), USAGE) from None
    except RecursionError:
        said = (f"第 {place} 个参数嵌套过深", f"ARGS {place} is nested too deeply")
        raise Stopped(say(said), USAGE) from None


def show_run(found: dict[str, Any]) -> None:
    error = found["error"]
    shown = [(say(("成功", "success")), output.cell(found["success"]))]
    if error is None:
        shown.append((say(("结果", "result")), _long(json.dumps(found["result"], ensure_ascii=False))))
    else:
        shown.append((say(("错误", "error")), _long(f"{error['name']}: {error['message']}")))
        if error["stack"]:
            shown.append((say(("调用栈", "stack")), _long(error["stack"])))
    for kind, lines in (
        (("控制台", "console"), [one["text"] for one in found["console"]]),
        (("提醒", "warning"), found["warnings"]),
    ):
        shown += [(f"{say(kind)} {n}", _long(text)) for n, text in enumerate(lines, 1)]
    shown.append((say(("毫秒", "milliseconds")), str(found["durationMs"])))
    output.facts(shown)


def replay(call: Call, command: Command, values: Values) -> Any:
    found = call(command.operation, values)
    return {"same": all(one["verdict"] == "same" for one in found["replayed"]), **found}


_VERDICTS: dict[str, Words] = {
    "same": ("相同", "same"),
    "different": ("不同", "different"),
    "fixed": ("不再出错", "fixed"),
    "broken": ("现在出错", "broken"),
}


def show_replay(found: dict[str, Any]) -> None:
    rows = []
    for one in found["replayed"]:
        told = "; ".join(
            f"{each['path']} {each['before']} → {each['after']}".strip() for each in one["differences"]
        )
        if one["verdict"] == "broken":
            told = one["draft"]["message"] or one["draft"]["outcome"]
        arguments = json.dumps(one["arguments"], ensure_ascii=False)
        rows.append(
            [
                output.cell(one["time"], time=True),
                output.shown(arguments[:LONGEST_ARGUMENTS]),
                say(_VERDICTS[one["verdict"]]),
                output.shown(told),
            ]
        )
    if rows:
        output.rows([title(name) for name in ("time", "arguments", "status", "detail")], rows)
    else:
        _aside(("没有可重放的调用", "no recorded call can be replayed"))
    if found["publishedVersion"] is None:
        _aside(
            (
                "没有已发布的版本，与记录的结果比较",
                "No version is published: compared with the record.",
            )
        )
    if found["skipped"]:
        _aside(
            (
                f"跳过参数不完整的调用：{found['skipped']}",
                f"Calls without whole arguments: {found['skipped']}",
            )
        )
    if found["leftOut"]:
        _aside((f"时间已到，未运行：{found['leftOut']}", f"Not run for lack of time: {found['leftOut']}"))


def _long(text: str) -> str:
    """A script may print what it likes: nothing of it commands the terminal, and it does not run away."""
    if output.terminal() and len(text) > LONGEST_SHOWN:
        more = len(text) - LONGEST_SHOWN
        text = text[:LONGEST_SHOWN] + say(
            (f"……还有 {more} 个字符（--json 输出全部）", f"... {more} characters more (--json prints all)")
        )
    return output.shown(text, lines=True).replace("\n", "\n    ")


def show_withdrawn(found: dict[str, Any]) -> None:
    name = found["name"]
    if found["withdrawn"]:
        said = (f"已撤下 {name}", f"{name} is withdrawn")
    elif found["published"]:
        said = (f"{name} 已发布", f"{name} is published")
    else:
        said = (f"{name} 没有已发布的版本", f"no version of {name} is published")
    print(say(said))
    if found["dependents"] is not None:
        people = found["dependents"]
        print(say((f"没有它就无法登录的用户：{people}", f"users who cannot sign in without it: {people}")))
    if found["published"]:
        _aside(("没有改动；加 --yes 撤下", "Nothing was changed; add --yes to do it."))


def _read(call: Call, folder: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The folder, its texts by name, and the variables they name."""
    folders.require_folder(folder)
    known = call("GET list-script-files", {})
    names = [*(file for one in known["functions"] for file in one["files"]), known["connection"]]
    texts = folders.read(folder, names, known["largest"])
    return folder, texts, folders.variables(texts.get(known["connection"], ""))


def _require_sound(folder: str, found: dict[str, Any]) -> None:
    """Raises Stopped with every problem's file, line and column."""
    told = []
    for one in found.pop("problems"):
        place = ":".join(str(part) for part in (one["line"], one["column"]) if part)
        path = os.path.join(folder, one["file"])
        told.append(
            output.shown(f"{path}:{place}: {one['message']}" if place else f"{path}: {one['message']}")
        )
    if told:
        raise Stopped("\n".join(told))


def _aside(said: Words) -> None:
    print(say(said), file=sys.stderr)
