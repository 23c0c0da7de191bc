"""What is open of a resource, node by node; what one user or many are told of it is in tests/wire/v3."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolhouse.permissions import decision, questions
from poolhouse.permissions.model import DataResource, Kind, NodeRow, Statement
from poolhouse.resources.model import Effect

ACTIONS = ("read", "write")
NOW = datetime(2024, 1, 1)
RESOURCE = DataResource("r", "n", "r", "R", Kind.TREE, None, None, ACTIONS, NOW, NOW)
PATHS = ["a", "a/a", "a/b", "a/b/a", "a/b/b", "b", "b/a", "b/b"]
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(Effect),
    st.just("r"),
    st.sampled_from(["", *PATHS]),
    st.sampled_from(["*", *ACTIONS]),
)


@given(st.lists(STATEMENTS, max_size=6))
def test_every_node_is_judged_as_if_it_were_asked_about_alone(statements: list[Statement]) -> None:
    nodes = [NodeRow(path, at, path) for at, path in enumerate(["", *PATHS])]
    told = {one.node.path: one.actions for one in questions._actions_of(RESOURCE, nodes, statements).nodes}
    alone = {path: decision.allowed_actions(statements, path, ACTIONS) for path in PATHS}
    assert told == {path: actions for path, actions in alone.items() if actions}


def test_nodes_with_nothing_said_of_them_alone_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = list[str]()
    real = decision.that_reach
    monkeypatch.setattr(decision, "that_reach", lambda said, path: judged.append(path) or real(said, path))
    nodes = [NodeRow(f"n{at}", at, "") for at in range(1000)]
    said = [Statement(Effect.ALLOW, "r", "", "*"), Statement(Effect.DENY, "r", "n7", "write")]
    assert len(questions._actions_of(RESOURCE, nodes, said).nodes) == 1000
    assert judged == ["n0", "n7"]
