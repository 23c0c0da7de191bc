"""Whatever is created, moved and deleted, the closure says what walking up the parents says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PoolForTests

from poolhouse.db.database import Database
from poolhouse.errors import InvalidOperation
from poolhouse.orgs.model import NodeDraft
from poolhouse.orgs.service import OrgService

STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "move", "move", "delete"]), st.integers(0, 30), st.integers(0, 30)),
    min_size=3,
    max_size=25,
)


def ancestors(parents: dict[str, str | None], node: str) -> list[str]:
    """The naive tree: up by parents, the node itself first."""
    path: list[str] = []
    step: str | None = node
    while step is not None:
        path.append(step)
        step = parents[step]
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_closure_is_what_walking_up_the_parents_says(
    database: Database, orgs: OrgService, pool: PoolForTests, steps: list[tuple[str, int, int]]
) -> None:
    caller = pool.administrator
    org = await orgs.create_org(caller, NodeDraft({"name": "root"}))
    parents: dict[str, str | None] = {org.root.id: None}
    for verb, first, second in steps:
        nodes = list(parents)
        node, target = nodes[first % len(nodes)], nodes[second % len(nodes)]
        if verb == "create":
            made = await orgs.create_node(caller, org.id, target, NodeDraft({"name": "n"}))
            parents[made.id] = target
        elif verb == "move":
            circular = node in ancestors(parents, target)
            try:
                await orgs.move_node(caller, org.id, node, target)
            except InvalidOperation:
                assert circular or parents[node] is None
            else:
                assert not circular
                parents[node] = target
        elif parents[node] is not None:
            await orgs.delete_node(caller, org.id, node)
            parents = {one: up for one, up in parents.items() if node not in ancestors(parents, one)}
    rows = await database.fetch(
        "select c.ancestor_id, c.descendant_id, c.depth, n.depth as level, n.parent_id from node_closure c "
        "join nodes n on n.pool_id = c.pool_id and n.id = c.descendant_id "
        "where c.pool_id = $1 and n.org_id = $2",
        pool.id,
        org.id,
    )
    stored = {(row["descendant_id"], row["ancestor_id"]): row["depth"] for row in rows}
    naive = {(node, above): depth for node in parents for depth, above in enumerate(ancestors(parents, node))}
    assert stored == naive
    for row in rows:
        assert row["parent_id"] == parents[row["descendant_id"]]
        assert row["level"] == len(ancestors(parents, row["descendant_id"])) - 1
