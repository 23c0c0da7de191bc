"""The web application flow: a code for a token, and the token for who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation import pkce
from poolhouse.federation.answers import MOST_JSON, answered, code_of, decoded_any, json_of
from poolhouse.federation.model import Begun, Callback, ExternalId, ExternalUser, Here, Settled
from poolhouse.federation.profiles import told
from poolhouse.federation.providers.github.settings import GithubSettings

_PROFILE = {
    "name": "name",
    "login": "nickname",
    "avatar_url": "photo",
    "html_url": "profile",
    "company": "company",
}
_NO_ADDRESSES = (403, 404)
"""A GitHub App that may not read them, a scope that the person took away, a server that gets them by LDAP."""


class GithubClient:
    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        settings: GithubSettings = connection.fields
        verifier, challenge = pkce.made()
        asked = {
            "client_id": settings.client_id,
            "redirect_uri": here.callback,
            "scope": " ".join(settings.scopes.split()),
            "state": state,
            **challenge,
        }
        address = f"{settings.place()}/login/oauth/authorize?{urlencode(asked)}"
        return Begun(address, {"verifier": verifier, "place": settings.place()})

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        settings: GithubSettings = connection.fields
        given = callback.given()
        if settings.place() != remembered.get("place"):
            raise ProviderFailed(
                "issuer", "连接的 GitHub 地址已更改", "the connection goes to another GitHub by now"
            )
        if "error" in given:
            code = code_of(given)
            raise ProviderFailed("redirect", f"GitHub 拒绝了登录：{code}", f"GitHub refused: {code}")
        if not given.get("code"):
            raise ProviderFailed("redirect", "GitHub 没有返回 code", "GitHub sent no code")
        access = await self._token(settings, here, given["code"], remembered["verifier"])
        head = {"authorization": f"Bearer {access}", "accept": "application/vnd.github+json"}
        said = await json_of("userinfo", here.outgoing.get(f"{settings.api()}/user", head, most=MOST_JSON))
        number = said.get("id")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ProviderFailed("userinfo", "GitHub 没有给出用户编号", "GitHub told no number of the person")
        return _user(said, number, settings, await self._address(settings, here, head), access)

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """The client's secret is looked at before a code is, so a code that is none tells which one is wrong."""
        settings: GithubSettings = connection.fields
        said = await self._exchanged(settings, here, {"code": "of-a-trial"})
        code = code_of(said)
        if code != "bad_verification_code":
            raise ProviderFailed("token", f"GitHub 的应答：{code}", f"GitHub answered: {code}")
        return ("settings", "token")

    async def _token(self, settings: GithubSettings, here: Here, code: str, verifier: str) -> str:
        """GitHub answers 200 also for a code that it refuses, and says `error` instead of a token."""
        form = {"code": code, "redirect_uri": here.callback, "code_verifier": verifier}
        said = await self._exchanged(settings, here, form)
        access = said.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
            code = code_of(said)
            raise ProviderFailed("token", f"GitHub 没有给出 token：{code}", f"GitHub gave no token: {code}")
        return access

    async def _exchanged(
        self, settings: GithubSettings, here: Here, form: Mapping[str, str]
    ) -> dict[str, Any]:
        client = {"client_id": settings.client_id, "client_secret": settings.client_secret}
        address = f"{settings.place()}/login/oauth/access_token"
        head = {"accept": "application/json"}
        return await json_of("token", here.outgoing.post(address, {**client, **form}, head, most=MOST_JSON))

    async def _address(self, settings: GithubSettings, here: Here, head: Mapping[str, str]) -> str | None:
        """The primary address, if it is verified. What `/user` says is one that the person chose to show."""
        address = f"{settings.api()}/user/emails?per_page=100"
        answer = await answered("userinfo", here.outgoing.get(address, head, most=MOST_JSON))
        if answer.status in _NO_ADDRESSES:
            return None
        said = decoded_any(answer.body)
        if answer.status != 200 or not isinstance(said, list):
            raise ProviderFailed(
                "userinfo",
                f"GitHub 没有给出邮箱（HTTP {answer.status}）",
                f"GitHub told no addresses (HTTP {answer.status})",
            )
        for one in said:
            if isinstance(one, dict) and one.get("primary") is True and one.get("verified") is True:
                found = one.get("email")
                return found if isinstance(found, str) else None
        return None


def _user(
    said: Mapping[str, Any], number: int, settings: GithubSettings, address: str | None, access: str
) -> ExternalUser:
    """The issuer is the GitHub that was asked: another one counts its people from 1, too."""
    profile = told(said, _PROFILE)
    if address is not None:
        profile["email"] = address
    return ExternalUser(
        ids=(ExternalId("generic", str(number)),),
        claims=said,
        profile=profile,
        email_verified=address is not None,
        access_token=access,
        issuer=settings.place(),
    )
