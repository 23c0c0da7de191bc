"""Many people moved in at once.

Owns reading import files (`import_rows.py`, `import_tables.py`, `import_columns.py`), importing them beside whatever
else brings users in (`importing.py`, `postgres.py`), and the progress and the end of a migration by login
(`service.py`).

Leaves moving one user at a login to `directory.migrating`, and what a field may hold to `users`.
"""
