"""Data resources, data policies, and the questions of v3: who may do what with which data.

Owns what can be protected as data (a text, a list or a tree of nodes; `resources.py`, `trees.py`), the statements
about it and whom they are given to (`policies.py`, `targets.py`), the decision, which asks no database
(`decision.py`), and the questions about one user or one resource (`questions.py`, `views.py`).

Leaves namespaces, and through whom somebody acts, to `resources`, whose policies and grants are another matter:
neither speaks about the other (docs/decisions/0036-data-permissions.md).
"""
