from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolhouse.resources.decision import allowed_actions, authorized, candidates, covers, decide
from poolhouse.resources.model import Action, AuthorizedResource, Effect, Resource, ResourceType, Statement


def allow(resource: str, *actions: str, **more: object) -> Statement:
    return Statement(Effect.ALLOW, resource, actions, **more)  # type: ignore[arg-type]


def deny(resource: str, *actions: str) -> Statement:
    return Statement(Effect.DENY, resource, actions)


IF = ({"param": "SourceIp", "operator": "IpAddress", "value": "10.0.0.0/8"},)


@pytest.mark.parametrize(
    ("statements", "resource", "action", "expected"),
    [
        pytest.param([], "books:1", "books:read", False, id="nothing said"),
        pytest.param([allow("books:1", "books:read")], "books:1", "books:read", True, id="exactly"),
        pytest.param([allow("books:1", "books:read")], "books:1", "books:edit", False, id="another action"),
        pytest.param([allow("books:1", "books:read")], "books:2", "books:read", False, id="another book"),
        pytest.param([allow("books:*", "books:read")], "books:1", "books:read", True, id="all books"),
        pytest.param([allow("books:*", "books:read")], "books", "books:read", True, id="books as such"),
        pytest.param([allow("books:1", "books:read")], "books:*", "books:read", False, id="one is not all"),
        pytest.param([allow("ec2", "ec2:Start")], "ec2:1", "ec2:Start", True, id="bare name covers each"),
        pytest.param([allow("ec2:1", "ec2:Start")], "ec2", "ec2:Start", False, id="one does not cover all"),
        pytest.param(
            [allow("ec2", "ec2:Start")], "ec20:1", "ec2:Start", False, id="a prefix is not a segment"
        ),
        pytest.param([allow("*", "*")], "books:1", "books:read", True, id="everything"),
        pytest.param([allow("books:1", "books:*")], "books:1", "books:read", True, id="all actions"),
        pytest.param([allow("books:1", "books:*")], "books:1", "shelf:read", False, id="all of books alone"),
        pytest.param([allow("books:1")], "books:1", "anything", True, id="the resource as such"),
        pytest.param([allow("a:*:c", "x")], "a:b:c", "x", True, id="a star between"),
        pytest.param([allow("a:*:c", "x")], "a:b:d", "x", False, id="a star between, another end"),
        pytest.param([allow("b*k:1", "x")], "book:1", "x", True, id="a star inside a segment"),
        pytest.param([allow("a.c", "x")], "abc", "x", False, id="signs are themselves"),
        pytest.param([allow("books:*", "*"), deny("books:1", "*")], "books:1", "x", False, id="denied one"),
        pytest.param(
            [allow("books:*", "*"), deny("books:1", "*")], "books:2", "x", True, id="not the others"
        ),
        pytest.param([deny("*"), allow("books:1", "x")], "books:1", "x", False, id="denial in any order"),
        pytest.param([allow("b:1", "x"), deny("b:1", "y")], "b:1", "x", True, id="another action denied"),
        pytest.param([allow("b:1", "x", condition=IF)], "b:1", "x", False, id="a condition does not allow"),
        pytest.param(
            [allow("b:1", "x"), Statement(Effect.DENY, "b:1", ("x",), None, IF)],
            "b:1",
            "x",
            False,
            id="a condition does deny",
        ),
    ],
)
def test_decisions(statements: list[Statement], resource: str, action: str, expected: bool) -> None:
    assert decide(statements, resource, action) is expected


def resource(code: str, *actions: str, type_: ResourceType = ResourceType.DATA) -> Resource:
    now = datetime.now(UTC)
    declared = tuple(Action(name) for name in actions)
    return Resource("id", "default", code, type_, None, None, declared, f"/api/{code}", now, now)


def test_what_is_listed_has_type_and_api_path_from_its_definition() -> None:
    listed = authorized(
        [allow("books:1", "read"), allow("books:1", "edit"), allow("menu_a")],
        {"books": resource("books"), "menu_a": resource("menu_a", type_=ResourceType.MENU)},
    )
    assert listed == [
        AuthorizedResource("books:1", ResourceType.DATA, ("read", "edit"), "/api/books"),
        AuthorizedResource("menu_a", ResourceType.MENU, (), "/api/menu_a"),
    ]


def test_a_denial_spells_out_the_declared_actions_that_are_left() -> None:
    listed = authorized(
        [allow("books", "books:*"), deny("books:*", "books:delete")],
        {"books": resource("books", "books:read", "books:edit", "books:delete")},
    )
    assert [(one.code, one.actions) for one in listed] == [("books", ("books:read", "books:edit"))]


def test_what_is_denied_whole_is_not_listed_unless_asked_for() -> None:
    statements = [allow("books:1", "read"), deny("books", "*")]
    assert authorized(statements, {}) == []
    shown = authorized(statements, {}, with_denied=True)
    assert [(one.code, one.effect, one.actions) for one in shown] == [("books", Effect.DENY, ("*",))]


def test_a_conditional_allowance_is_listed_apart_with_its_condition() -> None:
    listed = authorized([allow("b", "x"), allow("b", "y", condition=IF)], {})
    assert sorted((one.actions, one.condition) for one in listed if not one.condition) == [(("x",), ())]
    assert [one.actions for one in listed if one.condition] == [("y",)]


def test_only_the_type_asked_for_is_listed() -> None:
    defined = {"m": resource("m", type_=ResourceType.MENU), "d": resource("d")}
    listed = authorized([allow("m"), allow("d", "x")], defined, resource_type=ResourceType.MENU)
    assert [one.code for one in listed] == ["m"]


def test_actions_of_one_resource_leave_out_what_is_denied() -> None:
    assert allowed_actions([allow("b:*", "x", "y"), deny("b:1", "y")], "b:1") == ("x",)
    assert allowed_actions([allow("b:*", "x"), deny("b")], "b:1") is None
    assert allowed_actions([], "b:1") is None


names = st.sampled_from(["a", "b", "*", "a*"])
paths = st.lists(names, min_size=1, max_size=3).map(":".join)
statements_of_any_kind = st.lists(
    st.builds(
        Statement,
        st.sampled_from(Effect),
        paths,
        st.lists(st.sampled_from(["r", "w", "*", "r*"]), max_size=2).map(tuple),
    ),
    max_size=5,
)


@given(statements_of_any_kind)
def test_what_is_listed_is_allowed(statements: list[Statement]) -> None:
    for one in authorized(statements, {}):
        for action in one.actions:
            if "*" not in one.code and "*" not in action:
                assert decide(statements, one.code, action)


@given(statements_of_any_kind, paths, st.sampled_from(["r", "w"]))
def test_what_is_allowed_is_covered_by_something_listed(
    statements: list[Statement], asked: str, action: str
) -> None:
    if decide(statements, asked, action):
        assert any(covers(one.code, asked) for one in authorized(statements, {}))


@given(paths, paths)
def test_candidates_miss_nothing_but_stars(granted: str, asked: str) -> None:
    if covers(granted, asked) and "*" not in granted:
        assert granted in candidates(asked)


@given(st.text("ab*", max_size=40), st.text("ab", max_size=2000))
def test_no_pattern_keeps_the_server_busy(pattern: str, text: str) -> None:
    covers(pattern, text)
