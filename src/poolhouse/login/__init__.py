"""Proving who one is, and a person's use cases on their own account.

Owns signing in (`service.py`, `by_code.py`, `mfa_login.py`), signing up (`registration.py`), recovery, links and
codes by mail, a person's own account (`own_account.py`), and what protects all of them: failure counters
(`lockout.py`, `tally.py`), captchas, a limit an address (`address_limiter.py`), one-time tickets (`tickets.py`),
proofs of addresses (`address_proofs.py`).

Leaves sessions and tokens to `sessions`, second factors themselves to `mfa`, sending to `mail`, users to
`directory` and `accounts`, and the OpenID Connect protocol to `oidc`.
"""
