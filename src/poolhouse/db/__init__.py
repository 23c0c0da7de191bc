"""PostgreSQL: the embedded server, connections, transactions, migrations.

Owns starting and watching a server of our own (`embedded.py`, `cluster.py`, `binaries.py`, `os_account.py`), the
connections (`connection_pool.py`) and transactions (`database.py`), driver errors as errors of ours (`faults.py`),
the schema's versions (`migrations/`), backup, and facts for `poolhouse doctor`.

Leaves the statements to each domain's `postgres.py`.
"""
