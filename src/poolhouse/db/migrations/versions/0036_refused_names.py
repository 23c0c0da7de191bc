"""Refused sign-ins of names nobody has are found by the name."""

UP = """
create index audit_records_named on audit_records (pool_id, user_name, at desc)
  where user_id is null and user_name is not null;
"""

DOWN = "drop index audit_records_named;"
