"""Who a code of Lark's is.

An app of a company's own proves itself by an app's token first (authen/v1/oidc, which an installation on a company's
own servers has, too). An app of the store would have to be sent tickets for that one all day; it proves itself with its
secret beside the code (authen/v2/oauth), and the code with PKCE.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation import pkce
from poolhouse.federation.answers import base_of, code_of, numbered, text_of
from poolhouse.federation.model import Begun, Callback, ExternalId, ExternalUser, Here, Manifest, Settled
from poolhouse.federation.profiles import told
from poolhouse.federation.providers.lark.answers import APP_TOKEN_REFUSED, JSON, MEANINGS, MOST, api
from poolhouse.federation.providers.lark.app_tokens import AppTokens, asked
from poolhouse.federation.providers.lark.settings import FIELDS, Settings

_LONGEST_CODE = 1024
_PROFILE = {
    "name": "name",
    "en_name": "nickname",
    "avatar_big": "photo",
    "enterprise_email": "email",
    "email": "email",
    "mobile": "phone",
}
"""E-mail and number are what the company's administrator entered: nobody has proved them, as "Get user information"
says."""


class _LarkClient:
    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        settings: Settings = connection.fields
        more, remembered = self._proof()
        asked = {
            "client_id": settings.client_id,
            "response_type": "code",
            "redirect_uri": here.callback,
            "state": state,
            **({"scope": " ".join(settings.scopes.split())} if settings.scopes.strip() else {}),
            **more,
        }
        page = f"{base_of(settings.login_host, 'loginHost')}/open-apis/authen/v1/authorize"
        return Begun(f"{page}?{urlencode(asked)}", remembered)

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        given = callback.given()
        if "error" in given or not given.get("code"):
            why = code_of(given) or "-"
            raise ProviderFailed(
                "redirect", f"用户没有允许登录（{why}）", f"the person did not allow it ({why})"
            )
        more = {"redirect_uri": here.callback, "code_verifier": remembered.get("verifier", "")}
        return await self._known(connection, here, given["code"], more)

    async def exchange(self, connection: Settled, here: Here, code: str) -> ExternalUser:
        return await self._known(connection, here, code, {})

    async def _known(
        self, connection: Settled, here: Here, code: str, more: Mapping[str, str]
    ) -> ExternalUser:
        if len(code) > _LONGEST_CODE:
            raise ProviderFailed("redirect", "授权码过长", "the code is too long")
        said = await self._exchanged(connection, here, code, more)
        access, refresh = text_of("token", said, "access_token"), said.get("refresh_token")
        head = {**JSON, "authorization": f"Bearer {access}"}
        call = here.outgoing.get(api(connection.fields, "/authen/v1/user_info"), head, most=MOST)
        person = _data("userinfo", await numbered("userinfo", call, "code", MEANINGS))
        return ExternalUser(
            ids=self._ids(person),
            claims=person,
            profile=told(person, _PROFILE),
            access_token=access,
            refresh_token=refresh if isinstance(refresh, str) else None,
        )

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """What goes with the request for a code, and what is remembered of it."""
        return {}, {}

    async def _exchanged(
        self, connection: Settled, here: Here, code: str, more: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """`more`: what only a code that a browser brought was asked with."""
        raise NotImplementedError

    def _ids(self, person: Mapping[str, Any]) -> tuple[ExternalId, ...]:
        """The union id first: the open id is one app's."""
        open_id = ExternalId("open_id", text_of("userinfo", person, "open_id"), of_client=True)
        union_id = person.get("union_id")
        return (
            *((ExternalId("union_id", union_id),) if isinstance(union_id, str) and union_id else ()),
            open_id,
        )


class InternalClient(_LarkClient):
    """The user id is unique in its company, and such an app has no other company's people."""

    def __init__(self) -> None:
        self._tokens = AppTokens()

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """That the id and the secret are good; no token that is kept says so."""
        await asked(connection.fields, here)
        return ("settings", "token")

    async def _exchanged(
        self, connection: Settled, here: Here, code: str, more: Mapping[str, str]
    ) -> Mapping[str, Any]:
        token = await self._tokens.of(connection, here)
        said = await _by_app(connection.fields, here, code, token, expected=APP_TOKEN_REFUSED)
        if (
            said.get("code") in APP_TOKEN_REFUSED
        ):  # taken back before its end, as when the secret was made anew
            token = await self._tokens.of(connection, here, but=token)
            said = await _by_app(connection.fields, here, code, token)
        return _data("token", said)

    def _ids(self, person: Mapping[str, Any]) -> tuple[ExternalId, ...]:
        user_id = person.get("user_id")
        more = (ExternalId("user_id", user_id),) if isinstance(user_id, str) and user_id else ()
        return (*super()._ids(person), *more)


class PublicClient(_LarkClient):
    """People of many companies come by it, each of which calls its own people as it likes: a user id is none."""

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        verifier, challenge = pkce.made()
        return challenge, {"verifier": verifier}

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """Nothing of such an app can be asked for without a code."""
        base_of(connection.fields.api_host, "apiHost")
        return ("settings",)

    async def _exchanged(
        self, connection: Settled, here: Here, code: str, more: Mapping[str, str]
    ) -> Mapping[str, Any]:
        settings: Settings = connection.fields
        body = msgspec.json.encode(
            {
                "grant_type": "authorization_code",
                "client_id": settings.client_id,
                "client_secret": settings.client_secret,
                "code": code,
                **more,
            }
        )
        call = here.outgoing.post(api(settings, "/authen/v2/oauth/token"), body, JSON, most=MOST)
        return await numbered("token", call, "code", MEANINGS)


async def _by_app(
    settings: Settings, here: Here, code: str, token: str, *, expected: Collection[int] = ()
) -> dict[str, Any]:
    head = {**JSON, "authorization": f"Bearer {token}"}
    body = msgspec.json.encode({"grant_type": "authorization_code", "code": code})
    call = here.outgoing.post(api(settings, "/authen/v1/oidc/access_token"), body, head, most=MOST)
    return await numbered("token", call, "code", MEANINGS, expected=expected)


def _data(step: ProviderStep, said: Mapping[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    if not isinstance(data, dict):
        raise ProviderFailed(step, "身份源的应答没有 data", "the provider's answer has no data")
    return data


INTERNAL = Manifest(
    kind="lark-internal",
    source_type="lark",
    title=("飞书企业自建应用", "Lark, an app of the company's own"),
    settings=Settings,
    fields=FIELDS,
    callback_path="lark",
    redirecting=InternalClient,
    takes_parameters=True,
    exchanging=InternalClient,
)
PUBLIC = Manifest(
    kind="lark-public",
    source_type="lark",
    title=("飞书应用商店应用", "Lark, an app of the store"),
    settings=Settings,
    fields=FIELDS,
    callback_path="lark",
    redirecting=PublicClient,
    takes_parameters=True,
    exchanging=PublicClient,
)
