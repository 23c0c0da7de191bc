"""The warnings of a script's run are said in the language asked for: from the run itself and from the log."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_customdb_logs import CALL, ok, put

from poolhouse.sandbox.client import Killed, Outcome, Returned, Threw
from poolhouse.sandbox.limits import KillReason
from poolhouse.sandbox.warnings import Sentence, Warned, kind_of
from poolhouse.wire.v3.customdb import run_result

LANGS = ("zh-CN", "en-US")
RUN: dict[str, Any] = {"console": (), "duration_ms": 1.0}
MISTAKES = (
    # function, its text, arguments, the sentences that are expected
    ("login", "return null", [], {"LOGIN_NULL"}),
    (
        "login",
        "return { username: 'b', password: 'x', firstName: 'y' }",
        [],
        {"NO_ID", "PASSWORD", "UNKNOWN"},
    ),
    ("login", "return { id: 1, gone: NaN, map: new Map() }", [], {"LOST", "UNKNOWN"}),
    ("getUser", "throw new Error('User not exists!')", [], {"NULL_FOR_UNKNOWN"}),
    ("getUser", "return { id: Math.random() }", [], {"MOVING_ID"}),
    ("getUser", "return 'x'", [], {"NO_PROFILE"}),
    (
        "listUsers",
        "return { totalCount: 80, list: [{ id: 1 }, { id: 1 }] }",
        [1, 1],
        {"LIMIT_EXCEEDED", "TWICE", "SAME_PAGE"},
    ),
    ("searchUser", "return []", ["x"], {"NO_PAGE"}),
    ("searchUser", "return { list: [{ id: 1 }] }", ["x"], {"COUNT_MISSING"}),
    ("validatePassword", "return 1", ["1", "x"], {"NO_BOOLEAN"}),
)


def of(sentence: Sentence) -> Warned:
    """With facts that are of no language."""
    names = {name for _, name, _, _ in Formatter().parse(sentence.value[0]) if name}
    return sentence(**{name: kind_of({}) if name == "kind" else "7" for name in names})


def pattern(text: str) -> re.Pattern[str]:
    """What a sentence looks like with any facts."""
    return re.compile(
        "".join(re.escape(words) + (".+" if name else "") for words, name, _, _ in Formatter().parse(text))
    )


EVERY = tuple(of(sentence) for sentence in Sentence)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "outcome",
    [
        Returned(value=None, warnings=EVERY, **RUN),
        Threw(name="Error", message="m", code=None, stack="", private=False, warnings=EVERY, **RUN),
        Killed(reason=KillReason.SOFT_TIMEOUT, detail="d", warnings=EVERY, **RUN),
    ],
    ids=("returned", "threw", "killed"),
)
def test_a_run_says_every_warning_in_the_language_asked_for(outcome: Outcome, lang: Any) -> None:
    said = run_result(outcome, lang)["warnings"]
    assert said == [one.message(lang) for one in EVERY]
    assert not set(said) & {one.message(other) for one in EVERY for other in LANGS if other != lang}


async def test_the_log_says_every_warning_in_the_language_asked_for(v3: V3Client) -> None:
    (one,) = await put(v3, replace(CALL, warnings=EVERY))
    for lang in LANGS:
        asked = {"x-authing-lang": lang}
        expected = [each.message(lang) for each in EVERY]
        assert ok(await v3.get("get-custom-database-log", asked, id=one))["warnings"] == expected
        (row,) = ok(await v3.post("list-custom-database-logs", {}, asked))["list"]
        assert row["warnings"] == expected


async def test_a_row_of_before_the_chinese_sentences_is_said_as_it_is(v3: V3Client) -> None:
    (one,) = await put(v3, CALL)
    await v3.services.db.execute(
        "update custom_script_logs set warnings = $3 where pool_id = $1 and id = $2", v3.pool_id, one, ["old"]
    )
    assert ok(await v3.get("get-custom-database-log", id=one))["warnings"] == ["old"]


@pytest.mark.parametrize(("name", "text", "args", "expected"), MISTAKES)
async def test_a_mistake_is_told_in_the_language_asked_for(
    v3: V3Client, name: str, text: str, args: list[Any], expected: set[str]
) -> None:
    body = {"name": name, "args": args, "source": f"async function {name}() {{ {text}; }}"}
    for place, lang in enumerate(LANGS):
        said = ok(await v3.post("run-custom-database-script", body, {"x-authing-lang": lang}))["warnings"]
        patterns = {sentence.name: pattern(sentence.value[place]) for sentence in Sentence}
        found = [{each for each, known in patterns.items() if known.fullmatch(one)} for one in said]
        assert (all(found), set().union(*found)) == (True, expected), said
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one) == (lang == "zh-CN") for one in said)
