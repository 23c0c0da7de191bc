"""Microsoft Entra, by its reference of id tokens: the issuer has the tenant in it, and `oid` is somebody there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.federation.issuers import CLIENT, KEYS, SECRET, Answer, Issuer, said
from tests.federation.peers import oidc
from tests.federation.peers.model import Person

from poolhouse.federation.model import Begun, Pairs

TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
OTHER_TENANT = "bbbbcccc-1111-dddd-2222-eeee3333ffff"
NAMED = {"common": "{tenantid}", "organizations": "{tenantid}"}


class Entra(Issuer):
    """`name`: what its document calls the tenant, "" as it was asked for. `key_issuer`: the same of its keys."""

    name = ""
    key_issuer = ""

    def _answer(self, path: str, head: bytes, body: bytes) -> Answer:
        tenant, found, document = path[1:].partition("/v2.0/.well-known/")
        if found and document == "openid-configuration":
            return said({
                **self.described(),
                "issuer": f"{self.url}/{self.name or NAMED.get(tenant, tenant)}/v2.0",
                "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            })  # fmt: skip
        if path == "/jwks":
            keys = [KEYS[kid].as_dict(private=False, kid=kid) for kid in self.published]
            if self.key_issuer:
                keys = [{**key, "issuer": f"{self.url}/{self.key_issuer}/v2.0"} for key in keys]
            return said({"keys": keys})
        return super()._answer(path, head, body)

    def id_token(self, asked: Mapping[str, str], sub: str, claims: Mapping[str, Any]) -> str:
        tenant = claims.get("tid")
        return super().id_token(asked, sub, {"iss": f"{self.url}/{tenant}/v2.0", **claims})


class StandIn(oidc.StandIn):
    calls = (f"/{TENANT}/v2.0/.well-known/openid-configuration", "/jwks", "/token")
    ids = ("aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "AAAAAAAA-0000-1111-2222-BBBBBBBBBBBB")
    person_id = "00000000-0000-4000-8000-00000000{}"
    issuer: Entra

    def make(self) -> Entra:
        return Entra()

    def fields(self) -> dict[str, Any]:
        return {"tenant": TENANT, "clientId": CLIENT, "clientSecret": SECRET, "authority": self.issuer.url}

    def claims(self, person: Person, tenant: str = TENANT) -> dict[str, Any]:
        given: dict[str, Any] = {"name": person.name, "tid": tenant}
        if person.id:
            given["oid"] = person.id
        if person.email:
            given |= {"email": person.email, "preferred_username": person.email}
        return {**given, "xms_edov": True} if person.email_verified else given

    def back(self, begun: Begun, person: Person) -> Pairs:
        pairs = self.issuer.back(begun.address, f"pairwise {person.id}", **self.claims(person))
        self.told += ["at-of-this-one", dict(pairs)["code"]]
        return tuple(pair for pair in pairs if pair[0] != "iss")
