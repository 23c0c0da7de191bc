"""Passkeys of administrators: made by whoever knows the password, good for signing in, refused where anything is
wrong."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from tests.administrators.authenticator import AT, BE, BS, ED, UP, UV, Authenticator, b64, unb64
from tests.administrators.conftest import BROWSER, OPERATOR, PASSWORD, Make
from tests.administrators.test_sign_in import bind, code_of

from poolhouse.administrators.model import Administrator, More, Passkey, SignedIn
from poolhouse.administrators.passkeys import MOST
from poolhouse.db.database import Database
from poolhouse.errors import (
    AccountLocked,
    CodeWrong,
    InvalidInput,
    NotPermitted,
    OldPasswordWrong,
    PasskeyCopied,
    PasskeyExists,
    PasskeyNotFound,
    PasskeyRefused,
    TokenExpired,
    TooLarge,
    TooManyRequests,
)
from poolhouse.ids import new_id
from poolhouse.mfa.passkeys import Site, site_of
from poolhouse.services import Services

SITE = Site("https://id.example", "id.example")
FORM = "what this browser proves"
KEYS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


class Person:
    """An administrator who is signed in with the password, and the authenticator in their pocket."""

    def __init__(self, services: Services, one: Administrator, session_id: str) -> None:
        self.services, self.administrator, self.session_id = services, one, session_id
        self.authenticator = Authenticator(SITE.origin, SITE.rp_id)

    async def begin(self, password: str = PASSWORD, code: str = "", site: Site = SITE) -> Any:
        passkeys = self.services.administrator_passkeys
        return await passkeys.begin(BROWSER, self.administrator, self.session_id, site, password, code)

    async def add(self, name: str = "a key", **wrong: Any) -> Passkey:
        begun = await self.begin()
        return await self.put(begun.ticket, self.authenticator.made(begun.options, **wrong), name)

    async def put(self, ticket: str, sent: str, name: str = "a key", site: Site = SITE) -> Passkey:
        passkeys = self.services.administrator_passkeys
        return await passkeys.add(BROWSER, self.administrator, self.session_id, site, ticket, sent, name)

    async def sign_in(self, **wrong: Any) -> SignedIn | More:
        asked = self.services.administrator_passkeys.ask(SITE, FORM)
        return await self.come(asked.ticket, self.authenticator.used(asked.options, **wrong))

    async def come(self, ticket: str, sent: str, browser: str = FORM, site: Site = SITE) -> SignedIn | More:
        return await self.services.administrator_sign_in.by_passkey(BROWSER, site, browser, ticket, sent)

    async def list(self) -> list[Passkey]:
        return await self.services.administrator_passkeys.list(self.administrator.id)


NewPerson = Callable[..., Awaitable[Person]]


@pytest.fixture
def person(services: Services, make: Make) -> NewPerson:
    async def signed_in(**facts: object) -> Person:
        one = await make(**facts)
        signed = await services.administrator_sign_in.sign_in(BROWSER, one.username, PASSWORD)
        assert isinstance(signed, SignedIn)
        return Person(services, one, signed.session.id)

    return signed_in


async def acts(
    database: Database, *, of: str, kind: str = "passkey"
) -> list[tuple[str, bool, dict[str, Any]]]:
    """What the log of the server has of an administrator: (operation, success, detail)."""
    rows = await database.fetch(
        "select operation, success, detail from audit_records where pool_id = '' and resource_type = $2 "
        "and detail->>'administrator' = $1 order by at",
        of,
        kind,
    )
    return [
        (
            row["operation"],
            row["success"],
            json.loads(row["detail"]) if isinstance(row["detail"], str) else row["detail"],
        )
        for row in rows
    ]


# -- making one --------------------------------------------------------------------------------------------


async def test_nobody_makes_one_without_the_password(person: NewPerson) -> None:
    one = await person()
    for _ in range(5):
        with pytest.raises(OldPasswordWrong):
            await one.begin("wrong")
    with pytest.raises(AccountLocked):
        await one.begin()


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_passkey_stands_for_the_password(person: NewPerson, algorithm: str) -> None:
    one = await person()
    one.authenticator.key = KEYS[algorithm]()
    made = await one.add("office")
    signed = await one.sign_in()
    assert isinstance(signed, SignedIn)
    who, _ = await one.services.administrator_sign_in.whose(signed.token)
    assert who.id == one.administrator.id
    (listed,) = await one.list()
    assert (listed.id, listed.name, listed.rp_id) == (made.id, "office", "id.example")
    assert made.used_at is None
    assert listed.used_at is not None
    assert who.passkeys == 1


async def test_a_passkey_of_another_is_not_there(person: NewPerson) -> None:
    one, other = await person(), await person()
    made = await one.add()
    passkeys = one.services.administrator_passkeys
    with pytest.raises(PasskeyNotFound):
        await passkeys.rename(BROWSER, other.administrator, made.id, "mine")
    with pytest.raises(PasskeyNotFound):
        await passkeys.remove(BROWSER, other.administrator, made.id, PASSWORD)
    with pytest.raises(PasskeyNotFound):
        await passkeys.take_away(OPERATOR, other.administrator, made.id)
    assert await other.list() == []
    assert [listed.name for listed in await one.list()] == ["a key"]


async def test_where_an_authenticator_is_bound_a_code_of_it_is_asked_for(person: NewPerson) -> None:
    """Else a session and a password were enough to make a way in past it."""
    one = await person()
    secret, _ = await bind(one.services, one.administrator)
    one.administrator = await one.services.administrators.get(OPERATOR, one.administrator.id)
    with pytest.raises(CodeWrong):
        await one.begin()
    begun = await one.begin(code=code_of(secret))
    await one.put(begun.ticket, one.authenticator.made(begun.options))
    assert isinstance(await one.sign_in(), SignedIn)  # and no code: it stands for both
    assert (await one.services.administrators.get(OPERATOR, one.administrator.id)).recovery_codes == 10


async def test_what_the_browser_is_asked_for(person: NewPerson) -> None:
    one = await person()
    await one.add()
    options = (await one.begin()).options
    assert options["rp"] == {"id": "id.example", "name": "Poolhouse"}
    assert unb64(options["user"]["id"]) == one.administrator.id.encode()
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(one.authenticator.credential_id)]
    elsewhere = await one.begin(site=Site("https://other.example", "other.example"))
    assert elsewhere.options["excludeCredentials"] == []
    assert len(unb64(options["challenge"])) == 32
    assert (await one.begin()).ticket not in repr(await one.begin())


def bomb(depth: int = 60) -> bytes:
    """A list that holds itself twice, and so on: 180 bytes that are 2^60 once written out."""
    return b"\xa1\x01" + b"\xd8\x1c\x82" * depth + b"\x00" + b"\xd8\x1d\x00" * depth


POINT_OFF_THE_CURVE = {1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32}
HUGE_RSA = {1: 3, 3: -257, -1: b"\xff" * 2000, -2: b"\x01\x00\x01"}
SLOW_RSA = {1: 3, 3: -257, -1: b"\xff" * 512, -2: b"\xff" * 500}
SMALL_RSA = {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\x01\x00\x01"}
CLIENT: dict[str, dict[str, Any]] = {
    "another challenge": {"client": {"challenge": b64(b"x" * 32)}},
    "no challenge": {"client": {"challenge": ""}},
    "a challenge that is a number": {"client": {"challenge": 1}},
    "another origin": {"client": {"origin": "https://evil.example"}},
    "another port": {"client": {"origin": "https://id.example:8443"}},
    "plain http": {"client": {"origin": "http://id.example"}},
    "another type": {"client": {"type": "payment.get"}},
    "a frame of another site": {"client": {"crossOrigin": True}},
    "no client data": {"client_data": b"[]"},
    "client data cut short": {"client_data": b'{"type":'},
    "client data that is no text": {"client_data": b"\xff\xfe\x00"},
    "client data as deep as it is long": {"client_data": b"[" * 6000},
    "another site's digest": {"rp_id": "evil.example"},
    "data cut short": {"data": b"\x00" * 36},
    "no data": {"data": b""},
    "bytes after the data": {"after": b"\x00"},
    "no JSON": {"text": "{"},
    "a list": {"text": "[]"},
    "too long": {"text": "x" * 20_000},
    "no base64url": {"response": {"clientDataJSON": "€"}},
    "a field too long": {"response": {"clientDataJSON": "A" * 9000}},
    "another type of credential": {"credential": {"type": "password"}},
    "a lone surrogate": {"text": '{"id": "\\ud83d", "type": "public-key"}'},
}
MAKING: dict[str, dict[str, Any]] = CLIENT | {
    "the type of a sign-in": {"client": {"type": "webauthn.get"}},
    "nobody present": {"flags": UV | AT},
    "nobody verified": {"flags": UP | AT},
    "backed up though it cannot be": {"flags": UP | UV | AT | BS},
    "no key announced": {"flags": UP | UV},
    "extensions announced": {"flags": UP | UV | AT | ED},
    "another id inside": {"inner_id": b"y" * 32},
    "another id outside": {"credential": {"id": b64(b"y" * 32)}},
    "an id longer than the data": {"id_length": 1000},
    "an id longer than ids are": {"id_length": 2000, "inner_id": b"y" * 2000},
    "no id": {"id_length": 0, "inner_id": b""},
    "no attestation object": {"attestation": b"\x80"},
    "an attestation object cut short": {"attestation": b"\xa3\x63fmt"},
    "bytes after the attestation object": {"attestation": cbor2.dumps({}) + b"\x00"},
    "authenticator data that is text": {"attested": {"authData": "x" * 200}},
    "a key of another algorithm": {"public_key": {1: 2, 3: -47, -1: 8, -2: b"x" * 32, -3: b"y" * 32}},
    "a key of another kind than its algorithm": {"public_key": {1: 3, 3: -7, -1: b"\xff" * 256, -2: b"\x03"}},
    "a key on another curve": {"public_key": POINT_OFF_THE_CURVE | {-1: 3}},
    "a point that is not on the curve": {"public_key": POINT_OFF_THE_CURVE},
    "an RSA key of another size": {"public_key": HUGE_RSA},
    "an RSA key that takes long": {"public_key": SLOW_RSA},
    "an RSA key too short": {"public_key": SMALL_RSA},
    "a key that is a list": {"public_key": [1, 2]},
    "a key that is bytes of the old kind": {"cose": b"\x04" + b"\x01" * 64},
    "a key with a tag": {"cose": cbor2.dumps(cbor2.CBORTag(35, "(a+)+$"))},
    "a key that is a bomb": {"cose": bomb()},
    "a key as deep as it is long": {"cose": b"\x81" * 3000},
    "a key of endless length": {"cose": b"\xbf" + b"\x01\x02" * 10 + b"\xff"},
    "a key that announces more than there is": {"cose": b"\xba\xff\xff\xff\xff"},
}
USING: dict[str, dict[str, Any]] = CLIENT | {
    "the type of a registration": {"client": {"type": "webauthn.create"}},
    "nobody present": {"flags": UV},
    "nobody verified": {"flags": UP},
    "a key inside": {"flags": UP | UV | AT},
    "a bomb of a key inside": {"flags": UP | UV | AT, "after": bytes(16) + b"\x00\x01x" + bomb()},
    "a bomb of an extension": {"flags": UP | UV | ED, "after": bomb()},
    "backed up though it cannot be": {"flags": UP | UV | BS},
    "one that may be copied all at once": {"flags": UP | UV | BE},
    "no signature": {"signature": b""},
    "another's signature": {"signature": Authenticator("", "").sign(b"x")},
    "a signature of other data": {"signed": b"x" * 37},
    "a signature of other client data": {"signed_client": b"{}"},
    "no handle": {"handle": None},
    "another's handle": {"handle": b"0" * 24},
    "an unknown id": {"credential": {"id": b64(b"y" * 32)}},
}


@pytest.mark.parametrize("wrong", MAKING)
async def test_a_passkey_with_something_wrong_is_not_added(person: NewPerson, wrong: str) -> None:
    one = await person()
    begun = await one.begin()
    sent = one.authenticator.made(begun.options, **MAKING[wrong])
    started = time.process_time()
    with pytest.raises(PasskeyRefused):
        await one.put(begun.ticket, sent)
    assert time.process_time() - started < 2
    assert await one.list() == []
    await one.put(begun.ticket, one.authenticator.made(begun.options))  # what was refused spoiled nothing


@pytest.mark.parametrize("wrong", USING)
async def test_a_sign_in_with_something_wrong_is_refused(
    database: Database, person: NewPerson, wrong: str
) -> None:
    one = await person()
    await one.add()
    with pytest.raises(PasskeyRefused) as refused:
        await one.sign_in(**USING[wrong])
    assert type(refused.value) is PasskeyRefused
    (listed,) = await one.list()
    assert listed.used_at is None
    assert isinstance(await one.sign_in(), SignedIn)
    names_us = [
        success for _, success, _ in await acts(database, of=one.administrator.id, kind="administrator")
    ]
    assert not any(names_us)


async def test_extensions_nobody_asked_for_are_passed_over(person: NewPerson) -> None:
    one = await person()
    extension = cbor2.dumps({"credProtect": 2})
    await one.add(flags=UP | UV | AT | ED, after=extension)
    assert isinstance(await one.sign_in(flags=UP | UV | ED, after=extension), SignedIn)


async def test_what_an_authenticator_says_of_its_maker_is_not_read(person: NewPerson) -> None:
    one = await person()
    await one.add(attested={"fmt": "tpm", "attStmt": {"x5c": [b"no certificate"], "sig": b""}})
    assert isinstance(await one.sign_in(), SignedIn)


async def test_a_passkey_is_added_once(person: NewPerson) -> None:
    one, other = await person(), await person()
    begun = await one.begin()
    sent = one.authenticator.made(begun.options)
    await one.put(begun.ticket, sent)
    with pytest.raises(PasskeyRefused):
        await one.put(begun.ticket, sent)
    with pytest.raises(PasskeyExists):
        await one.add()
    other.authenticator.credential_id = one.authenticator.credential_id
    with pytest.raises(PasskeyExists):
        await other.add()
    assert len(await one.list()) == 1


async def test_twenty_and_no_more(person: NewPerson, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 20
    monkeypatch.setattr("poolhouse.administrators.passkeys.MOST", 2)
    one = await person()
    begun = []
    for _ in range(3):
        one.authenticator = Authenticator(SITE.origin, SITE.rp_id)
        ready = await one.begin()
        begun.append(one.put(ready.ticket, one.authenticator.made(ready.options)))
    ended = await asyncio.gather(*begun, return_exceptions=True)
    assert sum(isinstance(each, TooLarge) for each in ended) == 1
    assert len(await one.list()) == 2
    with pytest.raises(TooLarge):
        await one.begin()


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("", InvalidInput), (" ", InvalidInput), ("x" * 65, TooLarge), ("a\0", InvalidInput)],
)
async def test_a_name_is_needed(person: NewPerson, name: str, refusal: type[Exception]) -> None:
    one = await person()
    with pytest.raises(refusal):
        await one.add(name)
    made = await one.add("office")
    with pytest.raises(refusal):
        await one.services.administrator_passkeys.rename(BROWSER, one.administrator, made.id, name)


# -- tickets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["session", "person", "site", "purpose", "late", "cut", "", "é"])
async def test_a_passkey_is_added_where_it_was_begun(
    person: NewPerson, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    one, other = await person(), await person()
    begun = await one.begin()
    sent = one.authenticator.made(begun.options)
    ticket, site = begun.ticket, SITE
    if wrong == "session":
        again = await one.services.administrator_sign_in.sign_in(
            BROWSER, one.administrator.username, PASSWORD
        )
        assert isinstance(again, SignedIn)
        one.session_id = again.session.id
    elif wrong == "person":
        one.administrator, one.session_id = other.administrator, other.session_id
    elif wrong == "site":
        site = Site("https://other.example", "other.example")
    elif wrong == "purpose":
        asked = one.services.administrator_passkeys.ask(SITE, f"{one.administrator.id}:{one.session_id}")
        ticket, sent = asked.ticket, one.authenticator.made(begun.options | asked.options)
    elif wrong == "late":
        monkeypatch.setattr("poolhouse.mfa.passkey_tickets.LIFETIME_S", -1)
        ticket = (await one.begin()).ticket
    else:
        ticket = {"cut": ticket[:-2]}.get(wrong, wrong)
    with pytest.raises(TokenExpired):
        await one.put(ticket, sent, site=site)
    assert await one.list() == []


@pytest.mark.parametrize("wrong", ["browser", "site", "purpose", "late", "cut", "", "é"])
async def test_a_sign_in_ends_where_it_began(
    person: NewPerson, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    one = await person()
    await one.add()
    asked = one.services.administrator_passkeys.ask(SITE, FORM)
    ticket, browser, site = asked.ticket, FORM, SITE
    if wrong == "browser":
        browser = "another's"
    elif wrong == "site":
        site = Site("https://other.example", "other.example")
    elif wrong == "purpose":
        asked = await one.begin()
        ticket, browser = asked.ticket, f"{one.administrator.id}:{one.session_id}"
    elif wrong == "late":
        monkeypatch.setattr("poolhouse.mfa.passkey_tickets.LIFETIME_S", -1)
        asked = one.services.administrator_passkeys.ask(SITE, FORM)
        ticket = asked.ticket
    else:
        ticket = {"cut": ticket[:-2]}.get(wrong, wrong)
    with pytest.raises(TokenExpired):
        await one.come(ticket, one.authenticator.used(asked.options), browser, site)


async def test_a_signature_is_good_once(person: NewPerson) -> None:
    """For one that counts nothing, too; and of two at once."""
    one = await person()
    await one.add()
    asked = one.services.administrator_passkeys.ask(SITE, FORM)
    sent = one.authenticator.used(asked.options)
    ended = await asyncio.gather(*(one.come(asked.ticket, sent) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
    assert sum(type(each) is PasskeyRefused for each in ended) == 3


async def test_answered_challenges_are_forgotten_when_they_would_have_run_out(
    database: Database, person: NewPerson
) -> None:
    from poolhouse.administrators.postgres_passkeys import delete_expired_challenges

    one = await person()
    await one.add()
    await one.sign_in()
    await delete_expired_challenges(database, 1000)
    kept = await database.fetchval("select count(*) from administrator_challenges")
    assert kept >= 2
    await database.execute("update administrator_challenges set ends_at = now() - interval '1 second'")
    assert await delete_expired_challenges(database, 1000) == kept


# -- counters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "then", "opens"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
async def test_a_counter_that_falls_behind_is_a_copy(
    database: Database, person: NewPerson, before: int, then: int, opens: bool
) -> None:
    one = await person()
    one.authenticator.count = before
    await one.add("office")
    one.authenticator.count = then
    if opens:
        assert isinstance(await one.sign_in(), SignedIn)
        return
    with pytest.raises(PasskeyCopied):
        await one.sign_in()
    (act,) = await acts(database, of=one.administrator.id, kind="administrator")
    assert act == (
        "login",
        False,
        {"reason": "PasskeyCopied", "administrator": one.administrator.id, "passkey": "office"},
    )
    (listed,) = await one.list()
    assert (listed.sign_count, listed.used_at) == (before, None)


async def test_a_counter_with_a_wrong_signature_says_nothing(person: NewPerson) -> None:
    """Else anybody could make a passkey look copied, or put its counter out of reach."""
    one = await person()
    one.authenticator.count = 5
    await one.add()
    for count in (1, 2**32 - 1):
        with pytest.raises(PasskeyRefused) as refused:
            await one.sign_in(count=count, signature=one.authenticator.sign(b"x"))
        assert type(refused.value) is PasskeyRefused
    one.authenticator.count = 6
    assert isinstance(await one.sign_in(), SignedIn)


# -- who and when ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["disabled", "removed", "taken away", "reset", "deleted"])
async def test_a_passkey_opens_nothing_any_more(person: NewPerson, how: str) -> None:
    one = await person()
    made = await one.add()
    administrators, passkeys = one.services.administrators, one.services.administrator_passkeys
    if how == "disabled":
        await administrators.update(OPERATOR, one.administrator.id, disabled=True)
    elif how == "removed":
        with pytest.raises(OldPasswordWrong):
            await passkeys.remove(BROWSER, one.administrator, made.id, "wrong")
        await passkeys.remove(BROWSER, one.administrator, made.id, PASSWORD)
    elif how == "taken away":
        with pytest.raises(NotPermitted):
            await passkeys.take_away(replace(OPERATOR, kind="user"), one.administrator, made.id)
        await passkeys.take_away(OPERATOR, one.administrator, made.id)
    elif how == "reset":
        await administrators.reset_password(OPERATOR, one.administrator.id, "another-long-password")
    else:
        await administrators.delete(OPERATOR, one.administrator.id)
    with pytest.raises(PasskeyRefused):
        await one.sign_in()


@pytest.mark.parametrize("how", ["reset", "disabled", "signed out"])
async def test_one_that_was_begun_is_not_added_after_the_session(person: NewPerson, how: str) -> None:
    """A reset takes away the passkeys there are: none may slip in behind it."""
    one = await person()
    begun = await one.begin()
    sent = one.authenticator.made(begun.options)
    if how == "reset":
        await one.services.administrators.reset_password(
            OPERATOR, one.administrator.id, "another-long-password"
        )
    elif how == "disabled":
        await one.services.administrators.update(OPERATOR, one.administrator.id, disabled=True)
    else:
        await one.services.administrator_sign_in.end(BROWSER, one.administrator, one.session_id)
    with pytest.raises(TokenExpired):
        await one.put(begun.ticket, sent)
    assert await one.list() == []


async def test_a_password_that_must_be_changed_is_changed_first(
    database: Database, person: NewPerson
) -> None:
    one = await person()
    await one.add("office")
    await database.execute(
        "update administrators set must_change_password = true where id = $1", one.administrator.id
    )
    more = await one.sign_in()
    assert isinstance(more, More)
    assert more.needs == "new password"
    signed = await one.services.administrator_sign_in.go_on(
        BROWSER, more.ticket, new_password="another-long-password"
    )
    assert isinstance(signed, SignedIn)


async def test_a_locked_name_is_open_to_its_passkey_and_stays_locked(person: NewPerson) -> None:
    one = await person()
    await one.add()
    sign_in = one.services.administrator_sign_in
    for _ in range(5):
        with pytest.raises(Exception, match="wrong"):
            await sign_in.sign_in(BROWSER, one.administrator.username, "wrong")
    assert isinstance(await one.sign_in(), SignedIn)
    with pytest.raises(AccountLocked):
        await sign_in.sign_in(BROWSER, one.administrator.username, PASSWORD)


async def test_wrong_passkeys_lock_no_name_but_end_for_an_address(
    services: Services, person: NewPerson
) -> None:
    one = await person()
    await one.add()
    asking = replace(BROWSER, ip=f"2001:db8:{new_id()[:4]}:2::1")
    with pytest.raises(TooManyRequests):
        for _ in range(51):
            asked = services.administrator_passkeys.ask(SITE, FORM)
            sent = one.authenticator.used(asked.options, signature=b"x")
            with pytest.raises(PasskeyRefused):
                await services.administrator_sign_in.by_passkey(asking, SITE, FORM, asked.ticket, sent)
    assert isinstance(
        await services.administrator_sign_in.sign_in(BROWSER, one.administrator.username, PASSWORD), SignedIn
    )


async def test_what_is_done_to_a_passkey_is_in_the_log(database: Database, person: NewPerson) -> None:
    one = await person()
    made = await one.add("office")
    passkeys = one.services.administrator_passkeys
    await passkeys.rename(BROWSER, one.administrator, made.id, "at home")
    await one.sign_in()
    await passkeys.remove(BROWSER, one.administrator, made.id, PASSWORD)
    told = await acts(database, of=one.administrator.id)
    assert [operation for operation, _, _ in told] == ["create", "update", "delete"]
    assert (told[1][2]["before"], told[1][2]["after"]) == ({"name": "office"}, {"name": "at home"})
    row = await database.fetchrow(
        "select detail::text as told from audit_records where pool_id = '' and operation = 'login' and success "
        "and resource_id = $1 order by at desc limit 1",
        one.administrator.id,
    )
    assert row is not None
    assert json.loads(row["told"])["passkey"] == "at home"


# -- the name they are bound to ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        ("https://id.example", Site("https://id.example", "id.example")),
        ("HTTPS://ID.Example:443", Site("https://id.example", "id.example")),
        ("https://id.example:8443", Site("https://id.example:8443", "id.example")),
        ("http://localhost:3000", Site("http://localhost:3000", "localhost")),
        ("http://id.localhost:3000", Site("http://id.localhost:3000", "id.localhost")),
        ("http://127.0.0.1:3000", "address"),
        ("https://127.0.0.1", "address"),
        ("https://[::1]:3000", "address"),
        ("https://2130706433", "address"),
        ("https://127.1", "address"),
        ("https://名字.example", "address"),
        ("http://id.example", "insecure"),
        ("http://localhost.example", "insecure"),
    ],
)
def test_passkeys_are_bound_to_a_name(own: str, answer: object) -> None:
    assert site_of(own) == answer
