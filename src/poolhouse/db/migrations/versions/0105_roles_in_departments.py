"""Roles of administrators that are limited to departments. Decision: docs/decisions/0087-roles-in-departments.md."""

UP = """
alter table administrator_roles add column departments text[];
comment on column administrator_roles.departments is
  'Ids of those that the role is limited to, with all below them: null where it is not limited.';
"""

DOWN = "alter table administrator_roles drop column departments;"
