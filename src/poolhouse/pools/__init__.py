"""User pools: the tenants of a server, and their settings.

Owns a pool's settings and secret (`service.py`), whitelists for sign-up (`whitelist.py`), environment variables for
scripts (`environment.py`), and the server's own keys. Leaves everything in a pool to the other domains: each of
their queries carries the pool's id.
"""
