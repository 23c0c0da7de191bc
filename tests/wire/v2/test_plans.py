"""Compiled plans answer byte for byte what graphql-core answers, and far faster.

Source: docs/operations/performance.md#measured-before-it-was-built.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from graphql import GraphQLObjectType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wire.v2.fakes import FakeIdentity, ask, engine, fake_user, giving, official_documents, request

from poolhouse.paging import Page
from poolhouse.wire.v2 import graphql, plans
from poolhouse.wire.v2.graphql import GraphQL
from poolhouse.wire.v2.request import V2Request
from poolhouse.wire.v2.schema import SCHEMA

PEOPLE = [
    fake_user(1, nickname="张三", last_login=datetime(2022, 1, 1, tzinfo=UTC)),
    fake_user(2, username=None, email=None, status=None),
    fake_user(3, register_source=(), nickname='"quoted" \\ 😀', identities=[FakeIdentity("1", "x"), None]),
]
COMPUTED = {
    ("User", "openid"): lambda user, request, args: user.id.upper(),
    ("User", "arn"): lambda user, request, args: f"arn:{request.caller.pool_id}:{user.id}",
}


def graph() -> GraphQL:
    people = Page(3, PEOPLE)
    return engine(
        {"users": giving(people), "archivedUsers": giving(people), "user": giving(PEOPLE[0])},
        {"createUser": giving(PEOPLE[0])},
        COMPUTED,
    )


async def both(body: dict[str, Any], graph: GraphQL) -> tuple[bytes, bytes, bool]:
    """The plan's answer, graphql-core's, and whether a plan was used."""
    used: list[bool] = []
    real = plans.plan

    def spied(*args: Any) -> Any:
        found = real(*args)
        used.append(found is not None)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "plan", spied)
        planned = (await graph.answer(request(body))).body
        again = (await graph.answer(request(body))).body
        without_plans(patch)
        executed = (await graph.answer(request(body))).body
    assert again == planned
    return planned, executed, bool(used and used[0])


def without_plans(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "plan", lambda *args: None)
    patch.setattr(plans, "quick_plan", lambda *args: None)


# -- documents generated from the schema -----------------------------------------------------------------


def selections(kind: GraphQLObjectType, depth: int) -> st.SearchStrategy[str]:
    """Selection sets of an object type: fields, aliases, both fragment kinds, directives, repetitions."""

    def one(draw: Any) -> str:
        names = sorted(name for name, field in kind.fields.items() if not field.args)
        name = draw(st.sampled_from([*names, "__typename"]))
        inner = get_named_type(kind.fields[name].type) if name != "__typename" else None
        below = ""
        if isinstance(inner, GraphQLObjectType):
            if depth == 0:
                return "__typename"
            below = " " + draw(selections(inner, depth - 1))
        # A response key always means the same field, or the document would not be valid.
        alias = draw(st.sampled_from(["", f"a_{name}: ", f"class_{name}: "]))
        directive = draw(
            st.sampled_from(["", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)"])
        )
        return f"{alias}{name}{directive}{below}"

    @st.composite
    def some(draw: Any) -> str:
        parts = []
        for _ in range(draw(st.integers(1, 6))):
            part = one(draw)
            wrap = draw(st.sampled_from(["", "", f"... on {kind.name}", "... @skip(if: $no)", "..."]))
            parts.append(f"{wrap} {{ {part} }}" if wrap else part)
        return "{ " + " ".join(parts) + " }"

    return some()


def kind(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


@st.composite
def documents(draw: Any) -> str:
    root, returned = draw(st.sampled_from([("users", "PaginatedUsers"), ("user", "User")]))
    below = draw(selections(kind(returned), 3))
    fragment = draw(selections(kind("User"), 1))
    alias = draw(st.sampled_from(["", "x: ", "from: "]))
    tail = f" list {{ ...f {draw(selections(kind('User'), 1))} }}" if root == "users" else " ...f"
    document = f"query ($yes: Boolean!, $no: Boolean = false) {{ {alias}{root} {below[:-1]}{tail} }} }}"
    return f"{document} fragment f on User {fragment}"


@settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(source=documents(), yes=st.booleans(), no=st.booleans())
async def test_generated_documents_answer_the_same_on_both_paths(source: str, yes: bool, no: bool) -> None:
    # $no and $yes may both go unused, which validation would refuse.
    source = source.replace(
        "...f ", "...f a__t: __typename @skip(if: $yes) b__t: __typename @skip(if: $no) ", 1
    )
    body = {"query": source, "variables": {"yes": yes, "no": no}}
    planned, executed, used = await both(body, graph())
    assert planned == executed
    assert used or b"errors" in planned


async def test_the_official_hot_documents_are_planned() -> None:
    documents = official_documents()
    for name, variables in {
        "Users": {"page": 1, "limit": 3},
        "ArchivedUsers": {},
        "User": {"id": "1"},
        "CreateUser": {"userInfo": {"username": "x"}},
    }.items():
        planned, executed, used = await both({"query": documents[name], "variables": variables}, graph())
        assert used, name
        assert planned == executed
        assert b"user1" in planned


async def test_a_null_in_a_non_null_field_bubbles_as_graphql_core_says() -> None:
    broken = engine(
        {"users": giving(Page(1, [fake_user(1, id=None)])), "user": giving(fake_user(1, id=None))}
    )
    for query in ("{ users { list { id } } }", "{ user { id } }", "{ user { username } }"):
        planned, executed, _ = await both({"query": query}, broken)
        assert planned == executed
    answer, status = await ask(broken, "{ user { id } }")
    assert (status, answer["errors"][0]["message"]["code"]) == (500, 1000)


async def test_the_resolver_runs_once_when_a_plan_gives_up() -> None:
    calls: list[int] = []

    async def user(request: V2Request, args: dict[str, Any]) -> Any:
        calls.append(1)
        return fake_user(1, id=None)

    await ask(engine({"user": user}), "{ user { id } }")
    assert calls == [1]


async def test_a_field_that_needs_the_database_is_left_to_graphql_core() -> None:
    async def groups(user: Any, request: V2Request, args: dict[str, Any]) -> Any:
        return Page(1, [{"code": "a", "name": user.id}])

    graph = engine({"user": giving(fake_user(1))}, fields={("User", "groups"): groups})
    answer, _ = await ask(graph, "{ user { groups { totalCount list { code name } } } }")
    assert answer == {
        "data": {"user": {"groups": {"totalCount": 1, "list": [{"code": "a", "name": f"{1:024x}"}]}}}
    }


async def test_models_may_be_mappings() -> None:
    graph = engine(
        {"group": giving({"code": "a", "name": "b", "createdAt": datetime(2021, 1, 1, tzinfo=UTC)})}
    )
    body = {"query": '{ group(code: "a") { code name createdAt description } }'}
    planned, executed, used = await both(body, graph)
    assert used
    assert planned == executed
    assert msgspec.json.decode(planned)["data"]["group"]["createdAt"] == "2021-01-01T08:00:00+08:00"


async def test_a_page_of_50_users_is_far_faster_than_graphql_core() -> None:
    people = Page(50, [fake_user(number) for number in range(50)])
    graph = engine({"users": giving(people)})
    body = request({"query": official_documents()["Users"], "variables": {"page": 1, "limit": 50}})

    async def best(runs: int) -> float:
        took = []
        for _ in range(runs):
            started = time.process_time()
            await graph.answer(body)
            took.append(time.process_time() - started)
        return min(took)

    planned = await best(30)
    with pytest.MonkeyPatch.context() as patch:
        without_plans(patch)
        executed = await best(5)
    assert executed / planned > 25, f"{executed * 1000:.1f} ms against {planned * 1000:.2f} ms"
    print(f"plan {planned * 1000:.3f} ms, graphql-core {executed * 1000:.1f} ms")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"page": 1, "limit": 3, "sortBy": "CREATEDAT_ASC", "excludeUsersInOrg": True},
        {"page": None, "limit": None, "sortBy": None},
        {"sortBy": "SIDEWAYS"},
        {"sortBy": 1},
        {"page": True},
        {"page": 2**31},
        {"page": 1.5},
        {"page": "1"},
        {"limit": [1]},
        {"excludeUsersInOrg": 1},
        {"unknown": 1},
    ],
    ids=str,
)
async def test_plain_variables_are_read_as_graphql_core_reads_them(given: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []

    async def users(request: V2Request, args: dict[str, Any]) -> Any:
        seen.append(args)
        return Page(0, [])

    graph = engine({"users": users})
    body = {"query": official_documents()["Users"], "variables": given}
    await graph.answer(request({"query": body["query"], "variables": {}}))
    quick = (await graph.answer(request(body))).body
    with pytest.MonkeyPatch.context() as patch:
        without_plans(patch)
        executed = (await graph.answer(request(body))).body
    assert quick == executed
    assert len(seen) in (1, 3)
    assert seen[-1] == seen[(len(seen) - 1) // 2]


@pytest.mark.parametrize(
    ("given", "is_plain"),
    [
        ({"username": "li"}, True),
        ({"username": "li", "identity": None}, True),
        ({"identity": {"provider": "wechat", "userIdInIdp": "1"}}, False),
        ({"identity": {"provider": "wechat"}}, False),
        ({"identity": "wechat"}, False),
    ],
    ids=str,
)
async def test_a_variable_of_another_kind_is_graphql_cores_to_read_where_it_is_given(
    given: dict[str, Any], is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    async def find_user(request: V2Request, args: dict[str, Any]) -> Any:
        seen.append(args)

    graph = engine({"findUser": find_user})
    document = official_documents()["FindUser"]
    await graph.answer(request({"query": document, "variables": {}}))
    coerced: list[Any] = []
    variables = graphql._variables

    def noted(operation: Any, given: dict[str, Any]) -> Any:
        coerced.append(given)
        return variables(operation, given)

    monkeypatch.setattr(graphql, "_variables", noted)
    quick = (await graph.answer(request({"query": document, "variables": given}))).body
    assert bool(coerced) is not is_plain
    with pytest.MonkeyPatch.context() as patch:
        without_plans(patch)
        executed = (await graph.answer(request({"query": document, "variables": given}))).body
    assert quick == executed
    assert seen[1:2] == seen[2:3]
