"""Roles of administrators that are limited to applications. Decision: docs/decisions/0076-limited-roles.md."""

UP = """
alter table administrator_roles add column applications text[];
comment on column administrator_roles.applications is
  'Ids of those that the role is limited to: null where it is not limited.';
"""

DOWN = "alter table administrator_roles drop column applications;"
