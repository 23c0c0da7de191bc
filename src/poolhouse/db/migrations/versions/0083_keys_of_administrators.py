"""Access keys that belong to an administrator. Decision: docs/decisions/0073-keys-of-administrators.md."""

UP = """
alter table access_keys add column administrator_id text;
comment on column access_keys.administrator_id is
  'Whose key it is, who can do what the key can: null for the pool''s.';
"""

DOWN = "alter table access_keys drop column administrator_id;"
