"""Paths of the clients that no self-hosted server of this kind answers yet, outside `/api/v2`: 501 in the envelope.

Below `/api/v2` the router says so of whatever it does not know. Which clients call what is in
docs/reference/v2-rest.md.
"""

from __future__ import annotations

from poolhouse.wire.v2.request import Route, unsupported

ROUTES = [
    Route(method, path, unsupported(f"{method} {path}"))
    for method, path in (
        ("GET", "/cas-idp/{appId}"),
        ("GET", "/cas-idp/{appId}/validate"),
        ("GET", "/cas-idp/{appId}/serviceValidate"),
        ("GET", "/cas-idp/logout"),
        ("GET", "/cas/logout"),
        ("POST", "/connections/enterprise/{provider}/start-sync"),
        ("GET", "/events/v1/authentication/sub"),
        ("GET", "/events/v1/management/sub"),
    )
]
