"""The departments that whoever began an act upon many was limited to: it goes on within these, or not at all.

A version that knows no such limits stops the act of an administrator who has them. Decision:
docs/decisions/0087-roles-in-departments.md.
"""

UP = """
alter table bulk_acts add column departments text[];
comment on column bulk_acts.departments is 'To which whoever began it was limited, sorted; null for no limits.';
"""

DOWN = """
alter table bulk_acts drop column departments;
"""
