"""Policy x node x action x expected: the decision on data, which asks no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolhouse.permissions.decision import allowed_actions, allows, by_path, candidates, reaches, that_reach
from poolhouse.permissions.model import Statement
from poolhouse.resources.model import Effect

DECLARED = ("read", "write", "share")


def allow(path: str, action: str = "read") -> Statement:
    return Statement(Effect.ALLOW, "r", path, action)


def deny(path: str, action: str = "read") -> Statement:
    return Statement(Effect.DENY, "r", path, action)


@pytest.mark.parametrize(
    ("statements", "path", "action", "expected"),
    [
        pytest.param([], "a", "read", False, id="nothing said"),
        pytest.param([allow("")], "", "read", True, id="a text or a list"),
        pytest.param([allow("", "*")], "", "write", True, id="any action"),
        pytest.param([allow("", "*")], "", "burn", False, id="any action is any that is declared"),
        pytest.param([allow("", "read")], "", "write", False, id="another action"),
        pytest.param([allow("a")], "a", "read", True, id="the node"),
        pytest.param([allow("a")], "b", "read", False, id="another node"),
        pytest.param([allow("a")], "a/b", "read", False, id="an allowed node says nothing of those below"),
        pytest.param([allow("a/b")], "a", "read", False, id="nor of those above"),
        pytest.param([allow("")], "a/b", "read", True, id="the whole tree is every node"),
        pytest.param([allow("a")], "", "read", False, id="a node is not the whole tree"),
        pytest.param([allow("a"), deny("a")], "a", "read", False, id="a denial wins"),
        pytest.param([deny("a"), allow("a")], "a", "read", False, id="in any order"),
        pytest.param([allow("a/b"), deny("a")], "a/b", "read", False, id="a denial reaches below"),
        pytest.param([allow("a/b/c"), deny("a")], "a/b/c", "read", False, id="however far"),
        pytest.param([allow("ab"), deny("a")], "ab", "read", True, id="a code that begins alike is no child"),
        pytest.param([allow("a"), deny("a/b")], "a", "read", True, id="a denial does not reach above"),
        pytest.param([allow(""), deny("a")], "b", "read", True, id="nor beside"),
        pytest.param([allow(""), deny("a", "*")], "a", "write", False, id="a denial of any action"),
        pytest.param([allow("a", "*"), deny("a", "write")], "a", "read", True, id="another action denied"),
        pytest.param([allow("a", "*"), deny("a", "write")], "a", "write", False, id="the denied one"),
        pytest.param([deny("", "*"), allow("a")], "a", "read", False, id="all of it denied"),
        pytest.param([deny("b")], "a", "read", False, id="what is not denied is not allowed for that"),
    ],
)
def test_decisions(statements: list[Statement], path: str, action: str, expected: bool) -> None:
    assert allows(statements, path, action, DECLARED) is expected


PATHS = st.sampled_from(["", "a", "a/b", "a/b/c", "ab", "b"])
STATEMENTS = st.lists(
    st.builds(
        Statement,
        st.sampled_from(list(Effect)),
        st.just("r"),
        PATHS,
        st.sampled_from(["*", *DECLARED, "undeclared"]),
    ),
    max_size=6,
)


@given(STATEMENTS, PATHS)
def test_the_allowed_actions_are_those_that_are_allowed_one_by_one(
    statements: list[Statement], path: str
) -> None:
    expected = tuple(one for one in DECLARED if allows(statements, path, one, DECLARED))
    assert allowed_actions(statements, path, DECLARED) == expected


@given(STATEMENTS, PATHS)
def test_only_statements_on_candidates_reach_a_node(statements: list[Statement], path: str) -> None:
    assert all(one.path in candidates(path) for one in statements if reaches(one, path))


@given(STATEMENTS, PATHS)
def test_statements_by_path_are_found_whole(statements: list[Statement], path: str) -> None:
    found = that_reach(by_path(statements), path)
    assert allowed_actions(found, path, DECLARED) == allowed_actions(statements, path, DECLARED)


def test_candidates_are_the_node_those_above_and_the_whole() -> None:
    assert candidates("a/b/c") == ["", "a", "a/b", "a/b/c"]
    assert candidates("") == [""]
