"""Who asks: what a request presents becomes a `Caller` here and nowhere else, or is refused (`service.py`).

Owned here: access keys (issued, limited to scopes, disabled, their last use), their signatures and those already
spent, the tokens made for a key and those bought with a pool's or an application's secret; and which of them, or
of a person's tokens, a door takes.

Left to others: a person's sessions and their tokens are of `sessions`, the secrets of pools and applications of
`pools` and `apps`, grants and codes of `oidc`, passwords and mailed codes of `login`. Where in a request a
credential stands is the wire's to know, and what its caller may do the use case's.
"""
