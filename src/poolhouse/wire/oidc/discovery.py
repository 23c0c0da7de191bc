"""What the provider says of itself: OpenID Connect Discovery 1.0 and RFC 8414, one table at several addresses.

A name stands here only where something reads it; lists are those the checks themselves use.
"""

from __future__ import annotations

from typing import Any, get_args

from poolhouse.apps.client_keys import CLIENT_ALGORITHMS
from poolhouse.apps.model import GRANT_TYPES, RESPONSE_MODES, RESPONSE_TYPES, SCOPES, IdTokenAlgorithm
from poolhouse.oidc.claims import CLAIMS
from poolhouse.oidc.requests import PROMPTS
from poolhouse.services import WireServices
from poolhouse.wire.oidc.clients import takes_assertions

PATHS = (
    "/oidc/.well-known/openid-configuration",
    "/oidc/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oidc",
    "/.well-known/oauth-authorization-server",
)
"""RFC 8414 3.1 puts its name between the host and the issuer's path; clients that append it, or know no path, are met
too."""
_BY_THE_BROWSER = ("implicit",) if any("code" not in one.split() for one in RESPONSE_TYPES) else ()
"""What RFC 7591 2.1 calls the grant of a response type without a code: an application chooses that, and no grant."""
AUTHENTICATED = ("token", "introspection", "revocation")
"""Endpoints where a client says who it is, each in the same ways."""


def metadata(services: WireServices, issuer: str) -> dict[str, Any]:
    """`issuer` without a slash at its end. RFC 8414's names and OpenID Connect's."""
    claims = sorted({claim for names in CLAIMS.values() for claim in names})
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/me",
        "jwks_uri": f"{issuer}/.well-known/jwks",
        "introspection_endpoint": f"{issuer}/token/introspection",
        "revocation_endpoint": f"{issuer}/token/revocation",
        "end_session_endpoint": f"{issuer}/session/end",
        "scopes_supported": list(SCOPES),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [*GRANT_TYPES, *_BY_THE_BROWSER],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(get_args(IdTokenAlgorithm)),
        **_authentication(services),
        "code_challenge_methods_supported": ["S256", "plain"],
        "claim_types_supported": ["normal"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", *claims],
        "ui_locales_supported": ["zh-CN", "en-US"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": True,
        "prompt_values_supported": list(PROMPTS),
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _authentication(services: WireServices) -> dict[str, list[str]]:
    methods = ["client_secret_post", "client_secret_basic", "none"]
    told: dict[str, list[str]] = {}
    for endpoint in AUTHENTICATED:
        told[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        if takes_assertions(services):
            told[f"{endpoint}_endpoint_auth_methods_supported"] = [*methods[:2], "private_key_jwt", "none"]
            told[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(CLIENT_ALGORITHMS)
    return told
