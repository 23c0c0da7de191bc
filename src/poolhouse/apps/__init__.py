"""Applications of a pool: what users sign in to.

Owns an application's settings, secret, redirect addresses (`redirect_uris.py`) and agreements (`agreements.py`).

Leaves who may use an application to `resources.app_access`, signing in to `login`, and the protocol to `oidc`.
"""
