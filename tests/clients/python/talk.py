"""What drivers under Python share: the lines of tests/clients/runs.py. Imports nothing but the standard library."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

Ask = Callable[..., str]
"""(to, what="code")"""
Send = Callable[[dict[str, Any], Any], Any]

UNSUPPORTED = object()
"""The client has no such method."""

_counts = {"passed": 0, "failed": 0}


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message, ensure_ascii=True), flush=True)


def opened() -> tuple[dict[str, Any], Ask]:
    """What the driver was given, and a function that asks for the newest code sent to an address."""

    def ask(to: str, what: str = "code") -> str:
        _say({"ask": what, "to": to})
        return str(json.loads(sys.stdin.readline())["code"])

    return json.loads(sys.stdin.readline()), ask


def done(call: str, fault: str | None = None) -> None:
    """`fault`: what was wrong with the call."""
    _counts["failed" if fault else "passed"] += 1
    _say(
        {"call": call, "outcome": "failed", "detail": fault} if fault else {"call": call, "outcome": "passed"}
    )


def not_supported(call: str) -> None:
    _say({"call": call, "outcome": "not supported"})


def ended() -> None:
    _say(_counts)


def walk(given: dict[str, Any], ask: Ask, send: Send) -> None:
    """Walks `given["walk"]`; `send(step, params)` gives the client's answer or UNSUPPORTED."""
    answers: dict[str, Any] = {"given": given}
    for step in given["walk"]:
        try:
            params = _filled(step["params"], answers, ask)
            others = {name: _filled(step.get(name), answers, ask) for name in ("token", "args")}
            answer = send(step | others, params)
            if answer is UNSUPPORTED:
                not_supported(step["call"])
                continue
            answers[step["call"]] = answer
            done(step["call"], _fault(answer, step))
        except Exception as error:
            done(step["call"], f"{type(error).__name__}: {error}")
    ended()


def _filled(value: Any, answers: dict[str, Any], ask: Ask) -> Any:
    if isinstance(value, list):
        return [_filled(item, answers, ask) for item in value]
    if not isinstance(value, dict):
        return value
    if "$code" in value:
        return ask(value["$code"])
    if "$authorization" in value:
        return ask(value["$authorization"], "authorization")
    if "$" in value:
        call, path = re.fullmatch(r"(\w+(?: \(.*?\))?)\.(.+)", value["$"]).groups()  # type: ignore[union-attr]
        found = _at(answers.get(call), path)
        if found is None:
            raise LookupError(f"nothing at {value['$']}")
        return found
    return {key: _filled(item, answers, ask) for key, item in value.items()}


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def _fault(answer: Any, step: dict[str, Any]) -> str | None:
    if not step.get("plain") and (not isinstance(answer, dict) or answer.get("statusCode") != 200):
        return json.dumps(answer)
    for path, wanted in step["expect"].items():
        found = _at(answer, path)
        if found is None if wanted is None else found != wanted:
            return f"{path}: {json.dumps(found)}"
    return None


ABSENT = UNSUPPORTED
"""What a verb of `story` gives where the library has no such thing."""

Verb = Callable[[dict[str, Any], dict[str, Any]], Any]


def story(given: dict[str, Any], verbs: dict[str, Verb]) -> None:
    """Takes a library through `given["walk"]` (tests/clients/story.py); `verbs`: by name, (app, step) -> anything or
    ABSENT."""
    for step in given["walk"]:
        fault = _outcome(verbs.get(step["do"]), given["apps"][step["app"]], step)
        if fault is ABSENT:
            not_supported(step["call"])
        else:
            done(step["call"], fault)
    ended()


def _outcome(verb: Verb | None, app: dict[str, Any], step: dict[str, Any]) -> Any:
    try:
        if verb is None or verb(app, step) is ABSENT:
            return ABSENT
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        if any(word in said.lower() for word in step.get("refused", [])):
            return None
        return said
    return "was not refused" if "refused" in step else None


def forged(token: str) -> str:
    """The id token with another signature of the same length."""
    header, payload, signature = token.split(".")
    return ".".join([header, payload, ("B" if signature[0] == "A" else "A") + signature[1:]])


def must(right: object, what: object) -> None:
    if not right:
        raise AssertionError(f"wrong: {what}")
