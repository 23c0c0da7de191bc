"""The v2 wire: GraphQL at /graphql/v2 and REST under /api/v2.

Owns the protocol (`endpoint.py`, `graphql.py`, `documents.py`, `plans.py`, `rest.py`), a module a family of
operations (`operations.py` lists them), how a domain's models are read as GraphQL fields (`shapes.py`), and the
codes of errors (`errors.py`).

Leaves every decision to the domains. The schema is `schema.graphql`, which the official clients' documents fit.
"""
