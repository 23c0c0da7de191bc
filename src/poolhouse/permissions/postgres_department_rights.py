"""What is given to a department, and by those above it to those below them too."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.db.database import Executor
from poolhouse.permissions.model import DepartmentRight

_GIVEN = """
select 'ROLE', a.target_id, r.namespace, r.code, coalesce(r.name, r.code), ''
from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id
where a.pool_id = $1 and a.target_type = 'NODE' and a.target_id = any($2) and r.enabled
  and coalesce(r.disable_at > now(), true) and coalesce(a.enabled_from <= now(), true)
  and coalesce(a.ends_at > now(), true)
union all
select 'POLICY', a.target_id, p.namespace, p.id, p.code, ''
from policy_assignments a join policies p on p.pool_id = a.pool_id and p.id = a.policy_id
where a.pool_id = $1 and a.target_type = 'ORG' and a.target_id = any($2) and a.enabled
  and (a.inherit_by_children or a.target_id = $4)
union all
select 'RESOURCE', g.target_id, g.namespace, g.resource, g.resource, array_to_string(g.actions, ', ')
from resource_grants g
where g.pool_id = $1 and g.target_type = 'ORG' and g.target_id = any($2)
  and (g.inherit_by_children or g.target_id = $4)
union all
select 'APPLICATION', a.target_id, '', a.app_id, app.name, a.effect
from app_access a join apps app on app.pool_id = a.pool_id and app.id = a.app_id
where a.pool_id = $1 and a.target_type = 'ORG' and a.target_id = any($2) and a.enabled
  and (a.inherit_by_children or a.target_id = $4)
union all
select 'DATA_POLICY', t.target_id, '', p.id, p.name, ''
from data_policy_targets t join data_policies p on p.pool_id = t.pool_id and p.id = t.policy_id
where t.pool_id = $1 and t.target_type = 'ORG' and t.target_id = any($2)
order by 1, 5, 4, 2 limit $3
"""


async def given(
    db: Executor, pool_id: str, node_ids: Sequence[str], most: int, *, own: str = ""
) -> list[DepartmentRight]:
    """At most `most`, by kind and name: what these departments give to those below, and `own`, one of them, to its
    members alone, too."""
    rows = await db.fetch(_GIVEN, pool_id, list(node_ids), most, own)
    return [DepartmentRight(*row) for row in map(tuple, rows)]
