"""What a login leaves behind: session rows, tokens and the keys that sign them.

Owns issuing and reading tokens (`tokens.py`, `service.py`), ending sessions, and rotating keys (`keys.py`). Leaves
proving who somebody is to `login`, management tokens to `credentials`, and grants to `oidc`.
"""
