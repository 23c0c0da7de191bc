"""Applications of a pool: what users sign in to.

Owns an application's settings, secret, redirect addresses (`redirect_uris.py`), agreements (`agreements.py`), and
how it may show that it is the one (`proofs.py`).

Leaves who may use an application to `resources.app_access`, signing in to `login`, and the protocol to `oidc`.
"""
