"""GraphQL documents of strangers: refused by what there is too much of, before they are validated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.wire.v2.conftest import V2Client
from tests.wire.v2.fakes import official_documents

from poolhouse.errors import InvalidInput
from poolhouse.wire.v2 import documents
from poolhouse.wire.v2.documents import OTHERS, Documents, compile_document

N = range(5000)
HEAVY = {
    "variables": (
        "query(" + ",".join(f"$v{i}:String" for i in N[:60]) + "){user{id}}",
        "variable definition",
    ),
    "directives": ("{user{id " + "@skip(if:true)" * 30 + "}}", "directive"),
    "fragments": (
        "{user{" + " ".join(f"...f{i}" for i in N[:20]) + "}}"
        "" + " ".join(f"fragment f{i} on User{{id}}" for i in N[:20]),
        "fragment definition",
    ),
    "spreads": ("{user{" + "...f " * 60 + "}} fragment f on User{id}", "fragment spread"),
    "type conditions": ("{user{" + " ".join(f"...on Use{i}{{id}}" for i in N[:60]) + "}}", "inline fragment"),
    "arguments": ("{user(" + ",".join(f"a{i}:1" for i in N[:120]) + "){id}}", "argument"),
    "values": ("{user(id:[" + "1," * 200 + "]){id}}", "int value"),
    "members": ("{user(id:{" + ",".join(f"a{i}:1" for i in N[:150]) + "}){id}}", "object field"),
    "one field again and again": ("{user{" + "id " * 50 + "}}", "repeated"),
    "one field in fragments": ("{user{" + "...on User{id}" * 30 + "}}", "repeated"),
    "a long name": ("{user{" + "a" * 4000 + "}}", "128 characters"),
    "tokens": ("{user{" + " ".join(f"a{i}:id" for i in N[:400]) + "}}", "1000 tokens"),
    "comments": ("#\n" * 2000 + "{user{id}}", "comments"),
    "bytes": ("{user{id}}" + " " * 10_000, "8192 bytes"),
    "lists": ("{user(id:" + "[" * 3000, "1000 tokens"),
    "an open string": ('{user(id:"' + '\\"' * 3000, "syntax error at line 1"),
}


@pytest.mark.parametrize("name", HEAVY)
async def test_a_stranger_is_told_what_there_is_too_much_of(v2: V2Client, name: str) -> None:
    source, what = HEAVY[name]
    stranger = v2.with_token(None, **{"x-authing-lang": "en-US"})
    response = await stranger.send(source, {})
    message = response.json()["errors"][0]["message"]
    assert what in message["message"].lower(), message


@pytest.mark.parametrize("name", ["arguments", "tokens", "bytes"])
async def test_an_administrator_may_send_more(v2: V2Client, name: str) -> None:
    source, what = HEAVY[name]
    v2.headers["x-authing-lang"] = "en-US"
    said = str((await v2.send(source, {})).json())
    assert not any(refused in said for refused in ("at most 100 of", "at most 1000 tokens", "8192 bytes")), (
        what
    )


def test_the_clients_documents_are_far_within_what_strangers_may_send() -> None:
    for source in official_documents().values():
        compile_document(source + " #" + "x" * len(source) * 3, OTHERS)


async def test_what_was_refused_is_refused_again_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    real = documents.compile_document

    def counted(*given: Any) -> Any:
        nonlocal looked
        looked += 1
        return real(*given)

    monkeypatch.setattr(documents, "compile_document", counted)
    known = Documents()
    said = set()
    for _ in range(3):
        with pytest.raises(InvalidInput) as refused:
            await known.read("{ nobody }", "somebody", OTHERS)
        said.add((refused.value.message("en-US"), refused.value.message("zh-CN")))
    assert (looked, len(said)) == (1, 1)


async def test_a_document_too_large_for_a_stranger_is_still_read_for_an_administrator() -> None:
    known = Documents()
    source = "{users{list{" + " ".join(f"a{i}:id" for i in N[:400]) + "}}}"
    with pytest.raises(InvalidInput):
        await known.read(source, "somebody", OTHERS)
    await known.read(source, "a pool")


async def test_a_strangers_body_is_limited(v2: V2Client) -> None:
    response = await v2.with_token(None).send("{user{id}}", {"x": "y" * 200_000})
    assert response.json()["errors"][0]["message"]["code"] == 413


SET_UDV = 'mutation ($v: String!) { setUdv(targetType: USER, targetId: "x", key: "k", value: $v) { key } }'


@pytest.mark.parametrize(("text", "what"), [("[" * 100, "not valid"), ("[[],", "not valid")])
async def test_a_json_text_within_the_body_is_measured_like_the_body(
    v2: V2Client, text: str, what: str
) -> None:
    await check_refused(v2, text, what)


async def test_brackets_that_were_spelled_otherwise_count_too(v2: V2Client) -> None:
    await check_refused(v2, "[" + "[]," * 100_000 + "1]", "at most 100000 values")
    await check_refused(v2, "[" * 70 + "]" * 70, "nested too deeply")


async def check_refused(v2: V2Client, text: str, what: str) -> None:
    spelled = text.replace("[", "\\u005b").replace(",", "\\u002c")
    body = f'{{"query": {json.dumps(SET_UDV)}, "variables": {{"v": "{spelled}"}}}}'
    headers = {**v2.headers, "x-authing-lang": "en-US", "content-type": "application/json"}
    answer = (await v2.http.post("/graphql/v2", content=body, headers=headers)).json()
    said = answer["errors"][0]["message"]["message"]
    assert what in said
    assert "Parameter k " in said
