"""Custom fields and their values, on users, roles, groups, departments, organizations and applications.

Owns definitions, types, encryption, uniqueness and conditions on them. Leaves whether a target exists to the
target's own domain, which hands in a check, and a user's built-in fields to `users`.
"""
