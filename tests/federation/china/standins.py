"""WeChat and Lark on the loopback, as their documents say: failures are numbers, under HTTP 200 too.

Sources: developers.weixin.qq.com, "WeChat login for websites" and its return codes; open.feishu.cn, "Obtain OAuth
code", "app_access_token", "Get user_access_token" (v1 oidc, v2 oauth), "Get user information", generic error codes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.federation.issuers import Answer, Issuer, said

APP, SECRET = "wx00112233", "a secret: 密"


class _Codes(Issuer):
    """`people`: what is told of each by their name in a test. A code is good once. `late`: codes that are too old.
    `telling`: what a path answers instead of its own, once."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, dict[str, Any]] = {}
        self.late: set[str] = set()
        self.telling: dict[str, list[Answer]] = {}
        self.given: dict[str, tuple[str, dict[str, str]]] = {}
        self.tokens: dict[str, str] = {}

    def back(self, address: str, sub: str, **claims: Any) -> list[tuple[str, str]]:
        asked = dict(parse_qsl(urlsplit(address).query))
        self.people[sub] = {**self.people.get(sub, {}), **claims}
        return [("code", self.code(sub, **asked)), ("state", asked["state"])]

    def code(self, sub: str, **asked: str) -> str:
        """What the platform's own app gives a native one, where nothing was asked for by a browser."""
        self.people.setdefault(sub, {})
        code = f"code{len(self.given)}"
        self.given[code] = (sub, asked)
        return code

    def _answer(self, path: str, head: bytes, body: bytes) -> Answer:
        if self.telling.get(path):
            return self.telling[path].pop(0)
        query = dict(parse_qsl(urlsplit(head.split(b" ")[1].decode()).query))
        bearer = head.lower().partition(b"authorization: bearer ")[2].split(b"\r\n")[0].decode()
        return self.say(path, query, bearer, json.loads(body) if body else {})

    def say(self, path: str, query: dict[str, str], bearer: str, body: dict[str, Any]) -> Answer:
        raise NotImplementedError

    def _taken(self, code: str) -> tuple[str, dict[str, str]] | None:
        return None if code in self.late else self.given.pop(code, None)

    def _entered(self, sub: str) -> str:
        token = f"token-{len(self.tokens)}"
        self.tokens[token.lower()] = sub
        return token


class Wechat(_Codes):
    """One app of the open platform. `unions`: the app is bound to an account of the platform, so there are unionids."""

    unions = True
    openid_of = "{}"

    def say(self, path: str, query: dict[str, str], bearer: str, body: dict[str, Any]) -> Answer:
        if path == "/sns/oauth2/access_token":
            return self._token(query)
        if path == "/sns/userinfo":
            sub = self.tokens.get(query["access_token"])
            if sub is None or query["openid"] != self._openid(sub):
                return _plain({"errcode": 40001, "errmsg": "invalid credential"})
            person = {"nickname": sub, "sex": 0, "province": "", "city": "", "country": "", "privilege": []}
            person |= {"openid": self._openid(sub), **self._union(sub)}
            return _plain({**person, **{k: v for k, v in self.people[sub].items() if k != "unionid"}})
        return said({}, 404)

    def _token(self, query: dict[str, str]) -> Answer:
        if query["appid"] != APP:
            return _plain({"errcode": 40013, "errmsg": "invalid appid"})
        if query["secret"] != SECRET:
            return _plain({"errcode": 40125, "errmsg": "invalid appsecret"})
        used = query["code"] not in self.given and query["code"].startswith("code")
        taken = self._taken(query["code"])
        if taken is None:
            number = 40163 if used else 40029
            return _plain({"errcode": number, "errmsg": f"<b>{query['secret']}</b>"})
        sub, asked = taken
        token = {"access_token": self._entered(sub), "expires_in": 7200, "refresh_token": "r"}
        scope = asked.get("scope", "snsapi_userinfo")
        return _plain({**token, "openid": self._openid(sub), "scope": scope, **self._union(sub)})

    def _openid(self, sub: str) -> str:
        return self.openid_of.format(sub)

    def _union(self, sub: str) -> dict[str, str]:
        return {"unionid": self.people[sub].get("unionid", f"union-{sub}")} if self.unions else {}


class Lark(_Codes):
    """An app. `store`: it is one of the app store, which has no token. `permissions`: what it may be told."""

    def __init__(self, *, store: bool = False) -> None:
        super().__init__()
        self.store, self.permissions = store, {"user_id"}
        self.app_tokens = 0
        self.expire = 7200

    def say(self, path: str, query: dict[str, str], bearer: str, body: dict[str, Any]) -> Answer:
        if path == "/open-apis/auth/v3/app_access_token/internal" and not self.store:
            if (body["app_id"], body["app_secret"]) != (APP, SECRET):
                return said({"code": 10014, "msg": "app secret invalid"})
            self.app_tokens += 1
            token = f"t-{self.app_tokens}"
            return said({"code": 0, "msg": "ok", "app_access_token": token, "expire": self.expire})
        if path == "/open-apis/authen/v1/oidc/access_token" and not self.store:
            if bearer != f"t-{self.app_tokens}":
                return said({"code": 99991664, "msg": "invalid app access token"}, 400)
            taken = self._taken(body["code"])
            if taken is None or body["grant_type"] != "authorization_code":
                return said({"code": 20003, "msg": "invalid code"})
            return said({"code": 0, "msg": "success", "data": self._good(taken[0])})
        if path == "/open-apis/authen/v2/oauth/token" and self.store:
            return self._by_secret(body)
        if path == "/open-apis/authen/v1/user_info":
            sub = self.tokens.get(bearer)
            if sub is None:
                return said({"code": 99991668, "msg": "invalid access token"}, 401)
            return said({"code": 0, "msg": "success", "data": self._person(sub)})
        return said({}, 404)

    def _by_secret(self, body: dict[str, Any]) -> Answer:
        if (body["client_id"], body["client_secret"]) != (APP, SECRET):
            return said({"code": 20002, "error": "invalid_client", "error_description": "x"}, 400)
        taken = self._taken(body["code"])
        if taken is None:
            return said({"code": 20003, "error": "invalid_grant", "error_description": "x"}, 400)
        sub, asked = taken
        if asked.get("redirect_uri") != body.get("redirect_uri"):
            return said({"code": 20071, "error": "invalid_grant"}, 400)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked.get("code_challenge", proof) != proof:
            return said({"code": 20049, "error": "invalid_grant"}, 400)
        return said({"code": 0, **self._good(sub)})

    def _good(self, sub: str) -> dict[str, Any]:
        return {"access_token": self._entered(sub), "token_type": "Bearer", "expires_in": 7200}

    def _person(self, sub: str) -> dict[str, Any]:
        person = {
            "name": sub,
            "en_name": sub,
            "avatar_url": "https://s1.example/a.png",
            "avatar_big": "https://s1.example/big.png",
            "open_id": f"ou_{sub}",
            "union_id": f"on_{sub}",
            "user_id": f"id_{sub}",
            "email": f"{sub}@corp.example",
            "enterprise_email": f"{sub}@mail.corp.example",
            "mobile": "+8613800000000",
            "tenant_key": "736588c92lxf175d",
            **self.people[sub],
        }
        kept = {"user_id", "email", "mobile", "enterprise_email"} - self.permissions
        return {name: value for name, value in person.items() if name not in kept}


def _plain(value: Any) -> Answer:
    """As WeChat does it: JSON that is called text."""
    return 200, {"content-type": "text/plain"}, json.dumps(value, ensure_ascii=False).encode()
