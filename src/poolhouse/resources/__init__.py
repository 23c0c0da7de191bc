"""Namespaces, resources, policies, and the one decision: may this user do this to that.

Owns what can be protected (`service.py`, `namespaces.py`), what is granted to whom (`authorization.py`,
`policies.py`, `principals.py`), the decision itself, which asks no database (`decision.py`), and who may use which
application (`app_access.py`).

Leaves who holds a role to `roles`, and who is in a group or a department to `groups` and `orgs`.
"""
