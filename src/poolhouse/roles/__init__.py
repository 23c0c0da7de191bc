"""Roles in permission namespaces, and who holds them: users, groups and departments.

Leaves what a role may do to `resources`, and whether a target exists to the checks it is given.
"""
