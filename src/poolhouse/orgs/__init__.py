"""Organizations, their departments, and who is in which.

Owns the trees (`service.py`, `postgres.py`: a closure table answers every question of descent) and their members
(`members.py`, `postgres_members.py`). Leaves trees that bring their own people to `accounts.org_trees`, and posts
to `posts`.
"""
