"""What an application may ask the authorization endpoint for, and how its answer comes back to it.

Sources: OAuth 2.0 (RFC 6749) 3.1 and 4.1, PKCE (RFC 7636), OpenID Connect Core 3.1.2.1, 3.2.2.1, 3.3.2.1, 5.5 and 6,
OAuth 2.0 Multiple Response Types, Form Post Response Mode; draft-sakimura-oauth-wmrm for `web_message`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from poolhouse.apps.model import RESPONSE_MODES, RESPONSE_TYPES, SCOPES, App
from poolhouse.apps.oidc_settings import allowed_scope
from poolhouse.oidc.claims import ALL_CLAIMS
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.sessions.tokens import encode_payload
from poolhouse.web_origins import web_origin

PROMPTS = ("none", "login", "consent", "select_account")
LONGEST = 2048
"""Characters of `state`, `nonce` and the like: they come back in an address, or are kept in a row."""
LONGEST_NONCE = LONGEST + 2
"""Bytes, with its quotes and escapes."""
LONGEST_CLAIMS = 4096

_NOT_SUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}

_SUPPORTED = frozenset(
    (
        *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "claims"),
        *(
            "code_challenge",
            "code_challenge_method",
            "prompt",
            "max_age",
            "display",
            "login_hint",
            "ui_locales",
        ),
        *("acr_values", "id_token_hint"),
    )
)


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an answer goes, good or bad: a registered address, and the way to it."""

    redirect_uri: str
    response_mode: str
    state: str | None


def is_registered(app: App, redirect_uri: str) -> bool:
    """Exact matching, character by character: a prefix or a pattern is an open redirect waiting to happen."""
    return redirect_uri in app.redirect_uris


def single(given: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """The parameters, without those that are empty (RFC 6749 3.1), and the names of those given twice."""
    pairs = [(name, value) for name, value in given if value]
    counted = Counter(name for name, _ in pairs)
    return dict(pairs), sorted(name for name, count in counted.items() if count > 1)


def given_twice(names: Sequence[str]) -> OAuthError:
    listed = ", ".join(names)[:200]
    return OAuthError("invalid_request", f"{listed} may be given once", f"参数只能出现一次：{listed}")


def not_registered() -> OAuthError:
    return OAuthError(
        "invalid_request",
        "redirect_uri is not registered for this application",
        "redirect_uri 未在此应用登记",
    )


def sent_on(given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of a request, what may stand in an address: what it may say, and of what is not supported that it was given."""
    return [
        (name, "given" if name in _NOT_SUPPORTED else value)
        for name, value in given
        if name in _SUPPORTED or name in _NOT_SUPPORTED
    ]


def return_address(app: App, given: Mapping[str, str], twice: Sequence[str]) -> ReturnAddress:
    """Raises OAuthError where there is none: that error is for the person's eyes and goes nowhere."""
    if "redirect_uri" in twice or "client_id" in twice:
        raise OAuthError(
            "invalid_request",
            "client_id and redirect_uri may be given once",
            "client_id、redirect_uri 只能出现一次",
        )
    redirect_uri = given.get("redirect_uri", "")
    if not redirect_uri:
        raise OAuthError("invalid_request", "redirect_uri is missing", "缺少参数 redirect_uri")
    if not is_registered(app, redirect_uri):
        raise not_registered()
    usual = usual_mode(given.get("response_type", ""))
    mode = given.get("response_mode", usual)
    if "response_mode" in twice or mode not in app.settings.response_modes:
        mode = usual
    if not _is_possible(mode, usual, redirect_uri):
        mode = usual
    state = None if "state" in twice else given.get("state")
    return ReturnAddress(redirect_uri, mode, state if state and len(state) <= LONGEST else None)


def usual_mode(response_type: str) -> str:
    return "query" if set(response_type.split()) <= {"code"} else "fragment"


def read_request(
    app: App,
    given: Mapping[str, str],
    twice: Sequence[str],
    hinted: str | None = None,
) -> AuthorizationRequest:
    """A request whose return address is known to be good. Raises OAuthError, which goes back to it.

    What is not known (a scope, a claim, a parameter) is ignored, as the specifications want it. `hinted`: the
    user of `id_token_hint`.
    """
    if twice:
        raise given_twice(twice)
    for name, error in _NOT_SUPPORTED.items():
        if name in given:
            raise OAuthError(error, f"{name} is not supported")  # type: ignore[arg-type]
    for name in ("state", "nonce", "login_hint", "ui_locales", "acr_values"):
        if len(given.get(name, "")) > LONGEST:
            raise OAuthError("invalid_request", f"{name} is longer than {LONGEST} characters")
    if len(encode_payload(given.get("nonce", ""))) > LONGEST_NONCE:
        raise OAuthError(
            "invalid_request", f"nonce is longer than {LONGEST_NONCE} bytes as a token carries it"
        )
    wanted = _Claims.of(given.get("claims"))
    asked = AuthorizationRequest(
        app_id=app.id,
        redirect_uri=given["redirect_uri"],
        scope=allowed_scope(app, " ".join(known_scopes(given.get("scope", "openid")))),
        response_type=_response_type(given.get("response_type", "")),
        state=given.get("state"),
        nonce=given.get("nonce"),
        code_challenge=given.get("code_challenge"),
        code_challenge_method=given.get("code_challenge_method", "plain")
        if "code_challenge" in given
        else None,
        prompt=tuple(dict.fromkeys(given.get("prompt", "").split())),
        max_age=_seconds("max_age", given.get("max_age")),
        login_hint=given.get("login_hint"),
        response_mode=given.get("response_mode") or usual_mode(given.get("response_type", "")),
        ui_locales=given.get("ui_locales"),
        id_token_claims=wanted.id_token,
        userinfo_claims=wanted.userinfo,
        subject=_one_subject(wanted.subject, hinted),
    )
    _check_types(app, asked)
    _check_pkce(app, asked)
    _check_prompt(asked)
    return asked


def check_again(app: App, asked: AuthorizationRequest) -> None:
    """That a request read a while ago is one the application would still be answered. Raises OAuthError, which is for
    the person's eyes: the address may be what was taken back."""
    if asked.link is not None:  # which ends at a page of ours
        return
    if not is_registered(app, asked.redirect_uri):
        raise not_registered()
    if asked.popup is not None:
        if not all(app.is_own_page(origin) for origin in asked.popup.origins):
            raise not_registered()
        if asked.popup.target and not is_registered(app, asked.popup.target):
            raise not_registered()
        return
    _check_types(app, asked)
    _check_pkce(app, asked)


def known_scopes(scope: str) -> list[str]:
    """Those we know, each once, in the order asked for; the others are ignored (OpenID Connect Core 3.1.2.1)."""
    return [one for one in dict.fromkeys(scope.split()) if one in SCOPES]


def _response_type(given: str) -> str:
    """The order of its words means nothing."""
    words = given.split()
    for known in RESPONSE_TYPES:
        if sorted(words) == sorted(known.split()):
            return known
    if not words:
        raise OAuthError("invalid_request", "response_type is missing", "缺少参数 response_type")
    raise OAuthError("unsupported_response_type", f"response_type must be one of {', '.join(RESPONSE_TYPES)}")


def _check_types(app: App, asked: AuthorizationRequest) -> None:
    settings, words = app.settings, asked.response_type.split()
    if asked.response_type not in settings.response_types:
        raise OAuthError(
            "unauthorized_client",
            f"the application does not use response_type {asked.response_type}",
            f"此应用不使用 response_type {asked.response_type}",
        )
    if "code" in words and "authorization_code" not in settings.grant_types:
        raise OAuthError(
            "unauthorized_client",
            "the application does not use authorization_code",
            "此应用不使用 authorization_code",
        )
    usual = usual_mode(asked.response_type)
    if asked.response_mode not in settings.response_modes:
        allowed = ", ".join(settings.response_modes)
        raise OAuthError(
            "invalid_request", f"response_mode must be one of {allowed}", f"response_mode 应为 {allowed} 之一"
        )
    if not _is_possible(asked.response_mode, usual, asked.redirect_uri):
        raise OAuthError(
            "invalid_request",
            f"no response_mode {asked.response_mode} with this request",
            f"此请求不能使用 response_mode {asked.response_mode}",
        )
    if "id_token" in words:
        if asked.nonce is None:
            raise OAuthError(
                "invalid_request",
                "nonce is missing: an id_token of this endpoint needs one",
                "缺少参数 nonce：请求 id_token 时必须提供",
            )
        if "openid" not in asked.scopes:
            raise OAuthError(
                "invalid_request",
                "scope openid is required with an id_token",
                "请求 id_token 时 scope 必须包含 openid",
            )


def _check_pkce(app: App, asked: AuthorizationRequest) -> None:
    only_pkce = app.settings.only_pkce
    if "code" not in asked.response_type.split():
        return
    if asked.code_challenge is None:
        if only_pkce:
            raise OAuthError("invalid_request", "code_challenge is missing", "缺少参数 code_challenge")
    elif asked.code_challenge_method not in ("S256", "plain"):
        raise OAuthError(
            "invalid_request",
            "code_challenge_method must be S256 or plain",
            "code_challenge_method 应为 S256 或 plain",
        )
    elif only_pkce and asked.code_challenge_method != "S256":
        # plain is its own verifier to whoever reads the request; the vendor's clients offer it, beside a secret.
        raise OAuthError(
            "invalid_request",
            "code_challenge_method must be S256 for this application",
            "此应用的 code_challenge_method 应为 S256",
        )
    elif not 43 <= len(asked.code_challenge) <= 128:
        raise OAuthError(
            "invalid_request",
            "code_challenge must be 43 to 128 characters",
            "code_challenge 应为 43 至 128 个字符",
        )


def _check_prompt(asked: AuthorizationRequest) -> None:
    if unknown := set(asked.prompt) - set(PROMPTS):
        raise OAuthError("invalid_request", f"prompt {min(unknown)[:50]} is none of {', '.join(PROMPTS)}")
    if "none" in asked.prompt and len(asked.prompt) > 1:
        raise OAuthError("invalid_request", "prompt=none excludes every other prompt")


def _is_possible(mode: str, usual: str, redirect_uri: str) -> bool:
    """What stands in a query is sent to servers and kept in their logs: no token is put there. A message goes
    to an origin, which only an address of the web has."""
    if mode == "query":
        return usual == "query"
    if mode == "web_message":
        return web_origin(redirect_uri) is not None
    return mode in RESPONSE_MODES


def _seconds(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise OAuthError("invalid_request", f"{name} must be seconds")
    return int(text)


def _one_subject(*named: str | None) -> str | None:
    """Who must be the one to answer, if the application knows already."""
    subjects = {one for one in named if one is not None}
    if len(subjects) > 1:
        raise OAuthError("invalid_request", "claims and id_token_hint name two users")
    return subjects.pop() if subjects else None


@dataclass(frozen=True, slots=True)
class _Claims:
    """The parameter `claims`: of what it names, what we have."""

    id_token: tuple[str, ...] = ()
    userinfo: tuple[str, ...] = ()
    subject: str | None = None

    @classmethod
    def of(cls, text: str | None) -> _Claims:
        if text is None:
            return cls()
        if len(text) > LONGEST_CLAIMS:
            raise OAuthError("invalid_request", f"claims is longer than {LONGEST_CLAIMS} characters")
        try:
            wanted = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise OAuthError("invalid_request", "claims must be a JSON object") from error
        members = [wanted.get(name) or {} for name in ("id_token", "userinfo")]
        if not all(isinstance(member, dict) for member in members):
            raise OAuthError("invalid_request", "claims.id_token and claims.userinfo must be JSON objects")
        id_token, userinfo = members
        _refuse_essential_acr(id_token)
        subject = _one_subject(*(_value(member.get("sub")) for member in members))
        return cls(_known(id_token), _known(userinfo), subject)


def _known(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in wanted if name in ALL_CLAIMS)


def _value(how: Any) -> str | None:
    value = how.get("value") if isinstance(how, dict) else None
    return value if isinstance(value, str) else None


def _refuse_essential_acr(wanted: Mapping[str, Any]) -> None:
    """A login that must be of a class is one we cannot promise (Core 5.5.1.1); one that may be is any login."""
    how = wanted.get("acr")
    if isinstance(how, dict) and how.get("essential") is True and ("value" in how or "values" in how):
        raise OAuthError("unmet_authentication_requirements", "no login here is of a class (acr)")
