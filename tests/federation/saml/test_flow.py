"""A sign-in by SAML through the frame: begun, answered by samlify, held, taken and completed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.saml.test_peer import SIGNING, Peer, samlify

from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import IdentityUnbound, ProviderFailed
from poolhouse.federation.model import Begun, Callback, Pairs
from poolhouse.login.model import LoggedIn
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft

ORIGIN = "https://auth.example"
BROWSER = "this browser's cookie"


@pytest.fixture(scope="module")
async def idp() -> AsyncIterator[Peer]:
    async with samlify(wants_signed=True, signs_message=True) as running:
        yield running


@dataclass
class Company:
    """A pool with an application, and a connection to samlify that is switched on there."""

    services: Services
    pool: PoolForTests
    app: App
    connection: Connection
    idp: Peer

    @property
    def caller(self) -> Caller:
        return replace(self.pool.stranger, app_id=self.app.id, ip="203.0.113.9")

    async def begin(self) -> Begun:
        return await self.services.federation.begin(
            self.caller, self.connection.identifier, "page", origin=ORIGIN, browser=BROWSER
        )

    async def come_back(self, form: Pairs, browser: str = BROWSER) -> Any:
        """As a browser does: the form, then our redirect with the cookie."""
        federation, state = self.services.federation, dict(form)["RelayState"]
        await federation.hold(self.pool.stranger, state, form)
        attempt = await federation.taken(self.pool.stranger, state, browser)
        path = ("saml", self.connection.identifier)
        return await federation.complete(
            self.caller, attempt, Callback("GET", (("state", state),)), path, browser
        )

    async def settings(self, **values: Any) -> None:
        self.connection = await self.services.sources.update_connection(
            self.pool.administrator, self.connection.id, values
        )

    async def refusals(self) -> list[tuple[str | None, str]]:
        """Step and reason of the sign-ins that were refused, oldest first."""
        rows = await self.services.db.fetch(
            "select detail from audit_records where pool_id = $1 and not success order by at, id",
            self.pool.id,
        )
        return [(row["detail"].get("step"), row["detail"]["reason"]) for row in rows]


@pytest.fixture
async def company(services: Services, pool: PoolForTests, idp: Peer) -> Company:
    administrator = pool.administrator
    app = await services.apps.create(
        administrator, "山海门户", redirect_uris=("https://client.example/callback",)
    )
    metadata = await idp.metadata()
    fields = {"idpMetadata": metadata, "requestBinding": "post", "nameIdFormat": "persistent", **SIGNING}
    draft = ConnectionDraft("saml", "acme", "公司账号", fields)
    source = await services.sources.create(administrator, "公司", "saml", connections=[draft])
    [connection] = source.connections
    connection = await services.sources.set_connection_enabled(
        administrator, connection.id, "app", app.id, True
    )
    await idp.knows(
        entity_id=f"{ORIGIN}/connections/saml/acme/metadata?userpool_id={pool.id}",
        consumer=f"{ORIGIN}/connections/saml/acme/callback",
    )
    return Company(services, pool, app, connection, idp)


async def test_who_comes_by_saml_gets_an_account_and_the_same_one_again(company: Company) -> None:
    first = await company.come_back((await company.idp.answer(await company.begin())).form)
    again = await company.come_back((await company.idp.answer(await company.begin())).form)
    assert isinstance(first, LoggedIn)
    assert first.user.name == "张三 & 李四"
    assert again.user.id == first.user.id
    [identity] = await company.services.identities.list(company.pool.administrator, first.user.id)
    assert (identity.provider, identity.type, identity.user_id_in_idp) == ("saml", "generic", "zhang&<3f29>")


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(company: Company) -> None:
    form = (await company.idp.answer(await company.begin())).form
    with pytest.raises(ProviderFailed):
        await company.come_back(form, browser="another browser's cookie")
    form = (await company.idp.answer(await company.begin())).form
    assert isinstance(await company.come_back(form), LoggedIn)
    with pytest.raises(ProviderFailed) as caught:
        await company.come_back(form)
    assert caught.value.step == "state"


async def test_an_assertion_is_not_taken_for_another_sign_in_of_the_same_person(company: Company) -> None:
    """Replay: the response of one, under the state of another."""
    first, second = await company.begin(), await company.begin()
    said = dict((await company.idp.answer(first)).form)
    other = dict((await company.idp.answer(second)).form)
    with pytest.raises(ProviderFailed) as caught:
        await company.come_back((("SAMLResponse", said["SAMLResponse"]), ("RelayState", other["RelayState"])))
    assert caught.value.step == "request"
    assert (await company.refusals())[-1][0] == "request"


async def test_a_stranger_is_refused_where_only_known_people_come_in(company: Company) -> None:
    await company.settings(login_only=True)
    with pytest.raises(IdentityUnbound):
        await company.come_back((await company.idp.answer(await company.begin())).form)


async def test_the_key_that_signs_requests_is_never_shown(company: Company) -> None:
    shown = await company.services.sources.get_connection(company.pool.administrator, company.connection.id)
    assert "PRIVATE" not in str(dict(shown.fields))
    assert str(shown.fields["signingCertificate"]).startswith("-----BEGIN CERTIFICATE")
