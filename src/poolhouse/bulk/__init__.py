"""One act upon many users: asked for once, done piece by piece by any node, with a result for each.

Owns the acts that are under way (`postgres.py`), what may be asked for (`acts.py`), asking and looking (`service.py`)
and the work itself (`work.py`). What is done to one user is done by the services that do it to one.

Decision: docs/decisions/0070-bulk-acts.md.
"""
