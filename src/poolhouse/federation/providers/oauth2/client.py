"""The client: where the browser goes, what the code is good for, and who comes back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec

from poolhouse.errors import ProviderFailed
from poolhouse.federation import pkce
from poolhouse.federation.answers import MOST_JSON, code_of, json_of
from poolhouse.federation.model import Begun, Callback, ExternalUser, Here, Manifest, Runner, Script, Settled
from poolhouse.federation.providers.oauth2.people import from_script, from_userinfo
from poolhouse.federation.providers.oauth2.settings import FIELDS, MACRO, Settings, without_secret
from poolhouse.federation.settings import is_address

T = TypeVar("T")
LONGEST_CODE = 4096
LONGEST_TOKEN = 64 * 1024
"""Bytes of JSON, of what the first script hands to the second."""


class OAuth2Client:
    async def check(self, connection: Settled, here: Here) -> tuple[str, ...]:
        """That the address people are sent to can be made, and that the scripts compile."""
        settings: Settings = connection.fields
        _meant(settings)
        written = (
            ("codeToToken", settings.code_to_token_script),
            ("tokenToUserInfo", settings.token_to_user_info_script),
        )
        names = [name for name, code in written if code]
        for name in names:
            script = _script(settings, name, ())
            await _runner(here, script).check(connection, script)
        return ("settings", *(["script"] if names else []))

    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        settings: Settings = connection.fields
        address, query = _meant(settings)
        own = (here.callback, f"{here.origin}/connections/{CALLBACK_PATH}/{connection.id}/callback")
        redirect = query.get("redirect_uri", "")
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            **({"scope": settings.scope} if settings.scope else {}),
            **query,
            "redirect_uri": redirect if redirect in own else here.callback,
            "state": state,
        }
        remembered = {"redirect": asked["redirect_uri"]}
        if settings.pkce:
            remembered["verifier"], challenge = pkce.made()
            asked |= challenge
        return Begun(f"{address}?{urlencode(asked, quote_via=quote)}", remembered)

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        settings: Settings = connection.fields
        given = callback.given()
        if "error" in given:
            code = code_of(given)
            raise ProviderFailed("redirect", f"身份源拒绝了登录：{code}", f"the provider refused: {code}")
        code = given.get("code", "")
        if not 1 <= len(code) <= LONGEST_CODE:
            raise ProviderFailed("redirect", "身份源没有返回 code", "the provider sent no code")
        told = _of_scripts(connection, remembered)
        known = (settings.client_secret, code, remembered.get("verifier", ""))
        if settings.code_to_token_script:
            script = _script(settings, "codeToToken", known)
            token = await _run(here, connection, script, [code, told], _token)
        else:
            token = await _exchanged(settings, here, code, remembered)
        access = token if isinstance(token, str) else token.get("access_token")
        access = access if isinstance(access, str) else None
        if settings.token_to_user_info_script:
            script = _script(settings, "tokenToUserInfo", (*known, *_texts(token)))
            handed = token if settings.code_to_token_script else access
            return await _run(
                here, connection, script, [handed, told], lambda said: from_script(settings, said, access)
            )
        if access is None:
            raise ProviderFailed(
                "token",
                "codeToTokenScript 返回的对象没有 access_token",
                "what codeToTokenScript returned has no access_token",
            )
        head = {"authorization": f"Bearer {_header(access)}", "accept": "application/json"}
        said = await json_of(
            "userinfo", here.outgoing.get(settings.user_info_end_point, head, most=MOST_JSON)
        )
        return from_userinfo(settings, said, access)


def _meant(settings: Settings) -> tuple[str, dict[str, str]]:
    """The address that people are sent to, and its parameters. Raises ProviderFailed (settings)."""

    def value(found: re.Match[str]) -> str:
        values = {
            "authEndPoint": settings.auth_end_point,
            "tokenEndPoint": quote(settings.token_end_point, safe=""),
            "scope": quote(settings.scope, safe=""),
            "clientId": quote(settings.client_id, safe=""),
        }
        return values[found[1]]

    template = without_secret(settings.auth_url_template.strip())
    whole = MACRO.sub(value, template) or settings.auth_end_point
    if not is_address(whole.replace(" ", "%20")):
        raise ProviderFailed(
            "settings", "authUrlTemplate 得不到可用的地址", "authUrlTemplate makes no https address"
        )
    split = urlsplit(whole)
    return urlunsplit((split.scheme, split.netloc, split.path, "", "")), dict(
        parse_qsl(split.query, keep_blank_values=True)
    )


async def _exchanged(
    settings: Settings, here: Here, code: str, remembered: Mapping[str, str]
) -> dict[str, Any]:
    """What the code is good for, by RFC 6749. Raises ProviderFailed (token)."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": remembered["redirect"]}
    if "verifier" in remembered:
        form["code_verifier"] = remembered["verifier"]
    head = {"accept": "application/json"}
    if settings.token_auth_method == "client_secret_basic":
        pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
        head["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form["client_id"] = settings.client_id
        if settings.token_auth_method == "client_secret_post" and settings.client_secret:
            form["client_secret"] = settings.client_secret
    said = await json_of("token", here.outgoing.post(settings.token_end_point, form, head, most=MOST_JSON))
    if not isinstance(said.get("access_token"), str) or not said["access_token"]:
        code = code_of(said)
        raise ProviderFailed(
            "token",
            f"身份源没有返回 access_token{'：' + code if code else ''}",
            f"the provider sent no access_token{': ' + code if code else ''}",
        )
    return said


def _header(token: str) -> str:
    if not token.isascii() or not token.isprintable():
        raise ProviderFailed("token", "access_token 含有不可用的字符", "the access_token is no header's text")
    return token


# -- scripts -----------------------------------------------------------------------------------------------


def _script(settings: Settings, name: str, known: tuple[str, ...]) -> Script:
    to_token = name == "codeToToken"
    return Script(
        setting="codeToTokenScript" if to_token else "tokenToUserInfoScript",
        name=name,
        step="token" if to_token else "userinfo",
        code=settings.code_to_token_script if to_token else settings.token_to_user_info_script,
        hosts=settings.hosts(),
        secrets=tuple(text for text in known if text),
    )


async def _run(
    here: Here, connection: Settled, script: Script, arguments: list[Any], read: Callable[[Any], T]
) -> T:
    """What it answers, as `read` has it. A failure tells what the script printed, whichever of the two it is of."""
    ran = await _runner(here, script)(connection, script, arguments)
    try:
        return read(ran.value)
    except ProviderFailed as error:
        error.printed = await ran.printed()
        raise


def _runner(here: Here, script: Script) -> Runner:
    if here.run is None:
        raise ProviderFailed(script.step, "服务器没有脚本环境", "this server runs no scripts")
    return here.run


def _of_scripts(connection: Settled, remembered: Mapping[str, str]) -> dict[str, Any]:
    """The second argument of both. The documented scripts read its `id`."""
    settings: Settings = connection.fields
    config = msgspec.to_builtins(settings)
    del config["codeToTokenScript"], config["tokenToUserInfoScript"]
    return {
        "id": connection.id,
        "identifier": connection.identifier,
        "userPoolId": connection.pool_id,
        "config": config,
        "callbackUrl": remembered["redirect"],
        "codeVerifier": remembered.get("verifier", ""),
    }


def _token(value: Any) -> str | dict[str, Any]:
    """A token's text, or an object that the second script knows what to do with. Raises ProviderFailed (token)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    fits = isinstance(value, str | dict) and bool(value)
    if not fits or len(msgspec.json.encode(value)) > LONGEST_TOKEN:
        raise ProviderFailed(
            "token",
            f"codeToTokenScript 应返回 token（文本或对象，至多 {LONGEST_TOKEN // 1024} kB）；"
            "身份源可能拒绝了 code，请检查其应答",
            f"codeToTokenScript must return the token, a text or an object of at most {LONGEST_TOKEN // 1024} kB; "
            "has the provider refused the code?",
        )
    found: str | dict[str, Any] = value
    return found


def _texts(token: str | Mapping[str, Any]) -> list[str]:
    """What of a token is secret."""
    values = [token] if isinstance(token, str) else token.values()
    return [one for one in values if isinstance(one, str) and len(one) >= 8]


CALLBACK_PATH = "oauth2"
MANIFEST = Manifest(
    kind="oauth",
    source_type="oauth2",
    title=("OAuth 2.0", "OAuth 2.0"),
    settings=Settings,
    fields=FIELDS,
    callback_path=CALLBACK_PATH,
    redirecting=OAuth2Client,
    takes_parameters=True,
)
