"""What programs prove themselves with: access keys and their signatures, and the tokens of the management API.

Owned here: the keys (issued, limited to scopes, disabled, their last use), the signatures already spent, the
tokens made for a key and those bought with a pool's or an application's secret.

Left to others: a person's sessions and tokens are of `sessions`, the secrets of pools and applications of `pools`
and `apps`, and where in a request a credential stands is the wire's to know.
"""
