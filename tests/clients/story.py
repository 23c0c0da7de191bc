"""What every OpenID Connect library is taken through: the steps of the rows in libraries.py.

A driver has a function a verb and is given the steps in order:

    {"call": name, "do": verb, "app": key of `apps`, ..., "refused": [words] or absent}

A step with `refused` has passed when the library refuses and its words hold one of these (in lower case), so that no
other mistake passes for the refusal that is meant. `apps` has for each key `clientId`, `clientSecret`, `method` (how it
says who it is), `algorithm` (of its id tokens), `privateKey` (JWK, of private_key_jwt); a driver keeps there what an
application got. Verbs:

* `discover`: reads the provider's metadata from `issuer` alone
* `signIn`: code with PKCE, state and nonce; exchanges the code; the library validates the id token. The browser's part
  is asked for, {"ask": `via`, "to": url}: the address the client is called back at. `verifies`: the step is there for
  the id token's signature
* `userInfo`, `introspect`, `revoke` (and the refresh token is good no more)
* `refresh`: another refresh token, another access token, and an id token the library validates
* `replay`: the refresh token that `refresh` used before
* `verify`: the library validates the id token of the first sign-in (`first`) or the last one, `as`: one that expects
  another `issuer` or `audience`; `forged`: its signature changed
* `rotate`: asks the harness for new signing keys: that of RS256 was published before the story began, as is usual, and
  signs now; that of ES256 is new
* `logOut`: RP-initiated, by the library's URL; the browser comes back to `afterLogout` with the state
"""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]

ALGORITHMS = ("RS256", "ES256", "HS256")
METHODS = ("client_secret_post", "private_key_jwt", "none")
"""Beside client_secret_basic, by which the applications of `ALGORITHMS` say who they are."""
BROWSER = "browser"
NOT_ANNOUNCED = "verifies an ES256 id token of a key that was not announced"


def step(call: str, do: str, app: str = "RS256", **more: Any) -> Step:
    return {"call": call, "do": do, "app": app, **more}


def sign_in(call: str, app: str, via: str = BROWSER, **more: Any) -> Step:
    return step(call, "signIn", app, via=via, **more)


def signature(app: str) -> Step:
    words = ["signature", "verif", "mac check", "hmac"]
    return step(f"refuses a forged signature, {app}", "verify", app, forged=True, refused=words)


STORY = [
    step("discovery", "discover"),
    *(sign_in(f"code and PKCE, {algorithm} id token", algorithm) for algorithm in ALGORITHMS),
    *(sign_in(f"code and PKCE, {method}", method) for method in METHODS),
    step("userinfo", "userInfo"),
    step("introspection", "introspect"),
    *(step(f"refresh, {app}", "refresh", app) for app in (*ALGORITHMS, *METHODS)),
    step("refuses a used refresh token", "replay", "ES256", refused=["invalid_grant", "used before"]),
    step("revocation", "revoke", "client_secret_post"),
    step("keys rotate", "rotate"),
    *(
        step(f"verifies an {app} id token of before the rotation", "verify", app, first=True)
        for app in ("RS256", "ES256")
    ),
    sign_in("verifies an RS256 id token of a key that was announced", "RS256", verifies=True),
    sign_in(NOT_ANNOUNCED, "ES256", verifies=True),
    *(signature(app) for app in ALGORITHMS),
    step("refuses an id token of another issuer", "verify", expects="issuer", refused=["iss"]),
    step("refuses an id token for another client", "verify", expects="audience", refused=["aud", "azp"]),
    sign_in("refuses another nonce", "RS256", f"{BROWSER} that changes nonce", refused=["nonce"]),
    sign_in(
        "refuses another state",
        "RS256",
        f"{BROWSER} that changes state",
        refused=["state", "authorization_request_not_found"],
    ),
    sign_in("refuses another iss beside the code", "RS256", f"{BROWSER} that changes iss", refused=["iss"]),
    step("logout", "logOut"),
]
