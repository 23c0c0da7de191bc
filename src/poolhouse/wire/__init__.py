"""HTTP in and out: names, shapes, codes and paging of each protocol. No rules, no SQL.

Owns what all protocols share: reading a request (`request.py`), the client's address, cross-origin calls, admission
and its limits, the request's log line and numbers (`observed.py`), health and metrics. `v2`, `v3` and `oidc` are the
protocols, `console` the administrator's pages.

Leaves every decision to the domains: a handler takes a request apart, calls one service, and shapes its answer.
"""
