"""Administrators' use cases on users.

Owns creating, changing, deleting, resigning and listing users (`users.py`), a user with everything that belongs to
one in one transaction (`service.py`), and trees of departments with their people (`org_trees.py`). Checks who may,
writes the audit log, and tells the other domains when users change or go.

Leaves where users are to `directory`, what a field may hold to `users`, a person's own acts to
`login.own_account`, and many users at once to `migration`.
"""
