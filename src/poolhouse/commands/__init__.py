"""What a command does in its own process: one module a group of the functions that rows of `client/table.py` name.

Owns how a server is started, a database opened without one (`here.py`), and what is told of an error (`mendable.py`).
What is printed is `client/output.py`'s. Leaves every rule to the domains: a command does nothing that a service could
not.
"""
