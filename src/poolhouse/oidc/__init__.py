"""The OpenID Connect and OAuth 2.0 provider, without HTTP.

Owns authorization requests, codes, grants, consent, refresh tokens, claims and discovery. Leaves HTTP and the
hosted pages to `wire.oidc`, proving who somebody is to `login`, and signing tokens to `sessions`.
"""
