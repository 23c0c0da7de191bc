"""The built-in roles of pools that were there before them (roles/model.py). New pools get them when they are made."""

UP = """
insert into roles (pool_id, id, namespace, code, name, description, is_system)
select p.id, left(replace(gen_random_uuid()::text, '-', ''), 24), 'system', b.code, b.name, b.description, true
from pools p, (values
  ('super-admin', '超级管理员', '系统内置：可以管理一切的人'),
  ('app-admin', '应用管理员', '系统内置：管理应用的人'),
  ('org-admin', '组织机构管理员', '系统内置：管理组织机构的人')
) b (code, name, description)
on conflict (pool_id, namespace, code) do nothing;
"""

DOWN = "delete from roles where is_system;"
