"""The error contract and the limits of POST /graphql/v2, with no domain behind it.

Source: docs/contract/v2.md#refusals.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from tests.wire.v2.fakes import ask, engine, fake_user, giving, official_documents, request

from poolhouse.caller import Caller
from poolhouse.errors import DatabaseLost, TokenExpired, TooManyRequests, UserNotFound
from poolhouse.paging import Page
from poolhouse.wire.v2.documents import Documents, compile_document
from poolhouse.wire.v2.request import V2Request


def test_all_142_official_documents_are_accepted() -> None:
    documents = official_documents()
    assert len(documents) == 142
    for source in documents.values():
        compile_document(source)


async def test_an_answer_is_data() -> None:
    graph = engine({"isUserExists": giving(True)})
    assert await ask(graph, "query ($email: String) { isUserExists(email: $email) }") == (
        {"data": {"isUserExists": True}},
        200,
    )


async def test_a_business_error_is_http_200_with_an_object_as_message() -> None:
    graph = engine({"findUser": giving(UserNotFound())})
    answer, status = await ask(graph, "{ findUser { id } }", lang="en-US")
    assert status == 200
    assert answer["data"] is None
    assert answer["errors"][0]["message"] == {
        "code": 2004,
        "message": "The user does not exist",
        "data": None,
    }
    assert answer["errors"][0]["extensions"] == {"requestId": "r1"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("secret detail"), 500, 1000),
        (DatabaseLost("secret detail"), 503, 1000),
        (TooManyRequests(), 429, 429),
    ],
)
async def test_our_own_faults_have_a_status_and_no_detail(error: Exception, status: int, code: int) -> None:
    for query in ("{ findUser { id } }", "{ a: findUser { id } b: findUser { id } }"):
        answer, got = await ask(engine({"findUser": giving(error)}), query)
        assert (got, answer["errors"][0]["message"]["code"]) == (status, code)
        assert answer["data"] is None
        assert "secret" not in str(answer)


async def test_an_operation_without_resolver_names_itself() -> None:
    answer, status = await ask(engine(), "{ qiniuUptoken }", lang="en-US")
    assert status == 200
    assert answer["errors"][0]["message"] == {
        "code": 501,
        "message": "Not supported: qiniuUptoken",
        "data": None,
    }


async def test_a_refused_token_tells_its_reason_where_a_login_is_needed() -> None:
    async def guarded(request: V2Request, args: dict[str, Any]) -> Any:
        request.caller.require_administrator()

    asked = request({"query": "{ user { id } }"}, caller=Caller("p"))
    asked.refusal = TokenExpired()
    reply = await engine({"user": guarded}).answer(asked)
    assert msgspec.json.decode(reply.body)["errors"][0]["message"]["code"] == 2206


async def test_the_pool_is_injected_for_a_client_that_knows_only_its_app() -> None:
    async def token(request: V2Request, args: dict[str, Any]) -> Any:
        return {"accessToken": args["userPoolId"], "exp": 1, "iat": 1}

    graph = engine({"accessToken": token})
    asked = request(
        {"query": official_documents()["AccessToken"], "variables": {"secret": "s"}}, caller=Caller("p1")
    )
    assert msgspec.json.decode((await graph.answer(asked)).body) == {
        "data": {"accessToken": {"accessToken": "p1", "exp": 1, "iat": 1}}
    }


async def test_absent_variables_are_absent_and_nulls_are_null() -> None:
    seen: list[dict[str, Any]] = []

    async def users(request: V2Request, args: dict[str, Any]) -> Any:
        seen.append(args)
        return Page(0, [])

    query = "query ($page: Int, $limit: Int) { users(page: $page, limit: $limit) { totalCount } }"
    await ask(engine({"users": users}), query, page=None)
    assert seen == [{"page": None}]


DEEP = "{ " + "user { departments { list { department { users { list { groups { list { users { list {"
BAD = {
    "no query": {"variables": {}},
    "query is a number": {"query": 7},
    "empty query": {"query": "  "},
    "syntax": {"query": "{ users { "},
    "unknown operation": {"query": "{ nothing }"},
    "unknown field": {"query": "{ users { nothing } }"},
    "an input of a wrong type": {
        "query": "mutation ($u: CreateUserInput!) { createUser(userInfo: $u) { id } }",
        "variables": {"u": {"city": 1}},
    },
    "missing variable": {"query": "query ($id: String!) { nodeById(id: $id) { id } }"},
    "null for non-null": {
        "query": "query ($id: String!) { nodeById(id: $id) { id } }",
        "variables": {"id": None},
    },
    "wrong type": {
        "query": "query ($page: Int) { users(page: $page) { totalCount } }",
        "variables": {"page": "one"},
    },
    "int out of range": {
        "query": "query ($page: Int) { users(page: $page) { totalCount } }",
        "variables": {"page": 2**31},
    },
    "bad enum": {"query": "{ udf(targetType: CAT) { key } }"},
    "variables is a list": {"query": "{ users { totalCount } }", "variables": []},
    "two operations": {"query": "query a { users { totalCount } } query b { users { totalCount } }"},
    "unknown operationName": {"query": "query a { users { totalCount } }", "operationName": "b"},
    "operationName is a list": {"query": "query a { users { totalCount } }", "operationName": ["a"]},
    "only a fragment": {"query": "fragment f on User { id }"},
    "fragment of itself": {"query": "{ user { ...f } } fragment f on User { ...f }"},
    "fragments of each other": {"query": "{user{...f}} fragment f on User{...g} fragment g on User{...f}"},
    "unknown fragment": {"query": "{ user { ...f } }"},
    "subscription": {"query": "subscription { users { totalCount } }"},
    "NUL in a literal": {"query": '{ nodeById(id: "a\\u0000") { id } }'},
    "NUL in braces in a literal": {"query": '{ nodeById(id: "a\\u{0}") { id } }'},
    "NUL in a variable": {
        "query": "query ($id: String!) { nodeById(id: $id) { id } }",
        "variables": {"id": "a\0"},
    },
    "too many levels of braces": {"query": "{a" * 20_000},
    "too many levels of lists": {"query": "{ udfValueBatch(targetType: USER, targetIds: " + "[" * 30_000},
    "deep variable": {
        "query": "query ($a: Int) { users { totalCount } }",
        "variables": {"a": [[[[[[[[1]]]]]]]]},
    },
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_document_or_variable_gets_the_same_shape(name: str) -> None:
    graph = engine({"users": giving(Page(0, [])), "nodeById": giving(None)})
    reply = await graph.answer(request(BAD[name]))
    answer = msgspec.json.decode(reply.body)
    assert reply.status == 200
    assert answer["data"] is None
    assert answer["errors"][0]["message"]["code"] in (400, 413)
    assert answer["errors"][0]["message"]["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b'"x"', b"\xff\xfe", b'{"query": "\\ud800"}', b"[" * 100_000, b"NaN"],
)
async def test_a_body_that_is_no_request_gets_the_same_shape(body: bytes) -> None:
    reply = await engine().answer(request(body))
    answer = msgspec.json.decode(reply.body)
    assert reply.status == 200
    assert answer["errors"][0]["message"]["code"] == 400


async def refused(query: str, **variables: Any) -> int:
    answer, status = await ask(engine({"users": giving(Page(0, []))}), query, **variables)
    assert status == 200
    code: int = answer["errors"][0]["message"]["code"]
    return code


async def test_documents_have_limits() -> None:
    assert await refused("{ users { totalCount } } #" + "x" * 64 * 1024) == 413
    assert await refused(DEEP + " departments { list { joinedAt } }" + "}" * 11) == 413
    assert await refused("{ " + " ".join(f"a{i}: users {{ totalCount }}" for i in range(1_001)) + " }") == 413
    assert await refused("{ users { " + "totalCount " * 101 + " } }") == 413
    assert await refused("{ " + " ".join(f"a{i}: users {{ totalCount }}" for i in range(11)) + " }") == 413
    two = "fragment two on Query { ...f ... on Query { b: user { id } } } fragment f on Query { a: user { id } }"
    assert (
        await refused("{ ...two " + " ".join(f"a{i}: users {{ totalCount }}" for i in range(9)) + " } " + two)
        == 413
    )
    assert (
        await refused(
            "query ($ids: [String]!) { udfValueBatch(targetType: USER, targetIds: $ids) { targetId } }",
            ids=["x"] * 5_001,
        )
        == 413
    )


async def test_fragments_are_counted_without_being_expanded() -> None:
    doubling = "".join(f"fragment f{i} on User {{ ...f{i + 1} b: id ...f{i + 1} }} " for i in range(90))
    started = time.monotonic()
    assert await refused("{ user { ...f0 } } " + doubling + "fragment f90 on User { id }") in (400, 413)
    assert time.monotonic() - started < 2


async def test_the_worst_documents_within_the_limits_are_cheap() -> None:
    one = " ".join(["id"] * 99)
    inline = "{ user { " + " ".join(f"... on User {{ {one} }}" for _ in range(19)) + " } }"
    spread = "{ user { " + " ".join(f"...f{i}" for i in range(19)) + " } }"
    spread += " ".join(f"fragment f{i} on User {{ {one} }}" for i in range(19))
    for source in (inline, spread):
        started = time.monotonic()
        await ask(engine({"user": giving(None)}), source)
        assert time.monotonic() - started < 3


async def test_the_cache_is_bounded_by_documents_and_by_bytes() -> None:
    documents = Documents(documents=3, source_bytes=200)
    for index in range(10):
        await documents.read(f"{{ a{index}: users {{ totalCount }} }}")
    assert len(documents) == 3
    await documents.read("{ users { totalCount } } #" + "x" * 150)
    assert len(documents) == 1
    await documents.read("{ users { totalCount } } #" + "x" * 500)
    assert len(documents) == 0


async def test_several_roots_answer_what_they_can() -> None:
    graph = engine({"users": giving(Page(1, [fake_user(1)])), "user": giving(UserNotFound())})
    answer, status = await ask(graph, "{ users { list { id } } user { id } }")
    assert status == 200
    assert answer["data"] == {"users": {"list": [{"id": f"{1:024x}"}]}, "user": None}
    assert answer["errors"][0]["message"]["code"] == 2004
