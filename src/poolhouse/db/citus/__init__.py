"""A database whose pools lie on several PostgreSQL servers, by the extension Citus (docs/operations/citus.md).

`pools` is distributed by its id and every other table of a pool by its pool_id, colocated: all rows of a pool are on
one node, and a statement that names its pool is that node's. What belongs to no pool stays a table of the coordinator.
`plan.py` reads from the catalog which table is which, `checks.py` what is missing, `steps.py` does it and takes it
back, `reach.py` tells which nodes are lost. Nothing here knows a table by name but `pools`.
"""
