"""How an application shows that it is the one, and what each way buys. Every door that asks one asks here.

An application authenticates in one way (`token_endpoint_auth`). One that chose a key of its own, or that has nothing
to show, has a secret in its row all the same: it signs HS256 login tokens, and proves nothing. A disabled one proves
nothing. Decision: docs/decisions/0040-what-an-application-proves.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from poolhouse.apps.model import App, TokenEndpointAuth

Proof = Literal["secret", "client_secret_post", "client_secret_basic", "private_key_jwt", "none"]
"""`client_secret_post` and `client_secret_basic` are the secret in a form and in a Basic header, `secret` is it at a
door that has one place for it. `none` is the bare id."""
Purchase = Literal["tokens", "own token", "management token", "sign-in", "check"]
"""`tokens`: being the client at the protocol's endpoints; `own token`: client_credentials there; `management token`:
the whole pool (v2); `sign-in`: that one of v3 is at this application; `check`: being told that the secret is right."""

GIVES: Mapping[TokenEndpointAuth, frozenset[Proof]] = {
    "client_secret": frozenset({"secret", "client_secret_post", "client_secret_basic"}),
    "client_secret_post": frozenset({"secret", "client_secret_post"}),
    "client_secret_basic": frozenset({"secret", "client_secret_basic"}),
    "private_key_jwt": frozenset({"private_key_jwt"}),
    "none": frozenset({"none"}),
}
BUYS: Mapping[Proof, frozenset[Purchase]] = {
    "secret": frozenset({"management token", "check"}),
    "client_secret_post": frozenset({"tokens", "own token", "sign-in"}),
    "client_secret_basic": frozenset({"tokens", "own token", "sign-in"}),
    "private_key_jwt": frozenset({"tokens", "own token"}),
    "none": frozenset({"tokens"}),
}


def refusal(app: App, proof: Proof, purchase: Purchase) -> str | None:
    """Why this proof buys the application nothing of the kind, for the developer of its client; None where it does.

    Says what the settings allow. That the secret or the signature is the application's is for the caller to find out.
    """
    if not app.settings.enabled:
        return "the application is disabled"
    method = app.settings.token_endpoint_auth
    if proof not in GIVES[method]:
        return (
            "the client must authenticate"
            if proof == "none"
            else f"the application authenticates by {method}"
        )
    if purchase == "own token" and "client_credentials" not in app.settings.grant_types:
        return "the application does not use client_credentials"
    if purchase not in BUYS[proof]:
        return f"{proof} buys no {purchase}"
    return None


def can_buy(app: App, purchase: Purchase) -> bool:
    """Whether any proof the application may give would."""
    given = GIVES[app.settings.token_endpoint_auth]
    return any(refusal(app, proof, purchase) is None for proof in given)
