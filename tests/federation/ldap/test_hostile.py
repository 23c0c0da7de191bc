"""Directories that hang, lie, or talk without end; and what Active Directory says of an account."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.federation.ldap.certificates import Authority
from tests.federation.ldap.standin import (
    BIND,
    EXTENDED,
    SEARCH,
    Answer,
    Asked,
    Standin,
    answering,
    entry,
    message,
    result,
)

from poolhouse.federation.providers.ldap import sign_in
from poolhouse.federation.providers.ldap.ber import element, integer, octets, sequence
from poolhouse.federation.providers.ldap.outcomes import Failed, Found, Wrong
from poolhouse.federation.providers.ldap.settings import AdSettings, LdapSettings
from poolhouse.federation.providers.ldap.sign_in import SignIns
from poolhouse.outgoing import Outgoing

GUID = uuid.UUID("70003c4c-4955-45fd-b3ff-830e350a5321")
DN = "CN=Bob,CN=Users,DC=corp,DC=example"
ATTRIBUTES: dict[str, list[str | bytes]] = {
    "objectGUID": [GUID.bytes_le],
    "sAMAccountName": ["bob"],
    "displayName": ["Bob"],
}
READER = "reader@corp.example"


def settings_of(port: int, **changed: object) -> LdapSettings:
    fields = {
        "url": f"ldap://127.0.0.1:{port}",
        "allowPlaintext": True,
        "bindDn": READER,
        "bindCredentials": "reads",
        "usersBaseDn": "DC=corp,DC=example",
    }
    return msgspec.convert({**fields, **changed}, AdSettings)


async def verify(standin: Standin, password: str = "right", **changed: object) -> Found:
    return await ask(SignIns(), "a connection", standin.port, password, **changed)


async def ask(ways: SignIns, whose: str, port: int, password: str = "right", **changed: object) -> Found:
    allowed = Outgoing([("127.0.0.1", port)]).allowed
    return await ways.verify(whose, settings_of(port, **changed), allowed, "bob", password)


def good(asked: Asked) -> bytes | None:
    """As a directory that knows Bob, whose password is `right`."""
    if asked.kind == SEARCH:
        return entry(asked, DN, ATTRIBUTES) + result(asked)
    if asked.kind == BIND and asked.name not in (READER, "bob@corp.example") and asked.password != "right":
        return result(asked, 49, "data 52e")
    return result(asked)


def but(kind: str, number: int, otherwise: Callable[[Asked], bytes | None]) -> Answer:
    """Good but for the `number`th request of a kind."""
    seen = 0

    def answer(asked: Asked) -> bytes | None:
        nonlocal seen
        seen += asked.kind == kind
        return otherwise(asked) if asked.kind == kind and seen == number else good(asked)

    return answer


async def test_the_good_standin_lets_bob_in_by_his_guid() -> None:
    async with answering(good) as standin:
        found = await verify(standin)
    assert found.key == str(GUID)
    assert found.profile == {"username": "bob", "name": "Bob"}
    assert [asked.name for asked in standin.asked if asked.kind == BIND] == [READER, DN]


STEPS = [
    (BIND, 1, "bind"),
    (SEARCH, 1, "search"),
    (BIND, 2, "sign_in"),
    (EXTENDED, 1, "starttls"),
    (SEARCH, 2, "groups"),
]


@pytest.mark.parametrize(("kind", "number", "step"), STEPS, ids=[step for *_, step in STEPS])
async def test_a_directory_that_hangs_is_given_up_at_the_step_that_is_told(
    kind: str, number: int, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "WHOLE_S", 0.8)
    async with answering(but(kind, number, lambda asked: None)) as standin:
        more: dict[str, object] = {"allowPlaintext": step != "starttls", "groups": "direct"}
        more["caCertificate"] = Authority().pem  # read faster than the system's
        with pytest.raises(Failed, match="in time") as failed:
            await verify(standin, **more)
        await _until(lambda: standin.open == 0)
    assert failed.value.step == step


def _elsewhere(asked: Asked) -> bytes:
    return message(asked.message_id, sequence(octets("ldap://x"), tag=0x73))


def _flood(asked: Asked) -> bytes:
    return entry(asked, DN, ATTRIBUTES) * 20_000


BAD: dict[str, Callable[[Asked], bytes]] = {
    "HTTP": lambda asked: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "zeros": lambda asked: bytes(1000),
    "10 MB in one message": lambda asked: b"\x30\x84" + (10 << 20).to_bytes(4, "big") + bytes(10 << 20),
    "a length of 2^63": lambda asked: b"\x30\x88" + b"\x7f" * 8,
    "no definite length": lambda asked: b"\x30\x80\x02\x01\x01",
    "more entries than asked for": _flood,
    "100,000 references": lambda asked: _elsewhere(asked) * 100_000,
    "an entry of 200 kB of nothing": lambda asked: message(
        asked.message_id, sequence(octets(DN), element(0x30, octets("") * 100_000), tag=0x64)
    ),
    "nested 20,000 deep": lambda asked: _nested(asked),
    "an answer to another question": lambda asked: result(Asked(asked.kind, asked.message_id + 7)),
    "a bind's answer to a search": lambda asked: result(
        Asked(BIND if asked.kind == SEARCH else SEARCH, asked.message_id)
    ),
    "a number of 100 kB": lambda asked: message(
        asked.message_id, sequence(element(0x0A, b"\x7f" * 100_000), tag=0x65)
    ),
    "cut short inside": lambda asked: element(0x30, integer(asked.message_id) + b"\x65\x20\x0a"),
    "an unsolicited notice": lambda asked: message(
        0, sequence(integer(52, 0x0A), octets(""), octets(""), tag=0x78)
    ),
}


def _nested(asked: Asked) -> bytes:
    deep = b""
    for _ in range(20_000):
        deep = element(0x30, deep)
        if len(deep) > 60_000:
            break
    return message(asked.message_id, element(0x64, octets(DN) + deep))


@pytest.mark.parametrize("said", BAD)
@pytest.mark.parametrize(("kind", "number", "step"), STEPS[:3], ids=[step for *_, step in STEPS[:3]])
async def test_what_is_no_answer_is_refused_at_once(kind: str, number: int, step: str, said: str) -> None:
    async with answering(but(kind, number, BAD[said])) as standin:
        begun = time.monotonic()
        with pytest.raises(Failed, match="cannot be read") as failed:
            await verify(standin)
        assert time.monotonic() - begun < 2
    assert failed.value.step == step


@pytest.mark.parametrize("code", [1, 8, 13, 51, 52, 53, 80, 123456])
async def test_a_directory_that_judges_nothing_lets_nobody_in(code: int) -> None:
    async with answering(but(BIND, 2, lambda asked: result(asked, code, "<b>words</b>"))) as standin:
        with pytest.raises(Failed, match=rf"\({code}\b") as failed:
            await verify(standin)
    assert failed.value.step == "sign_in"
    assert "words" not in failed.value.en, "a stranger's text is not quoted"


async def test_a_referral_of_the_bind_leads_nowhere() -> None:
    async with answering(good) as other:
        said = f"ldap://127.0.0.1:{other.port}/"
        async with answering(but(BIND, 2, lambda asked: result(asked, 10, referral=said))) as standin:
            with pytest.raises(Failed, match="not followed"):
                await verify(standin)
        assert other.asked == []


async def test_a_password_is_never_sent_where_starttls_is_refused_on_the_way() -> None:
    async with answering(but(EXTENDED, 1, lambda asked: result(asked, 2, "unsupported"))) as standin:
        with pytest.raises(Failed, match="no password was sent") as failed:
            await verify(standin, allowPlaintext=False)
    assert failed.value.step == "starttls"
    assert standin.kinds == [EXTENDED]


async def test_what_is_put_behind_the_answer_to_starttls_is_never_read_as_encrypted() -> None:
    """Somebody on the way adds answers in plain text, to be taken for the directory's after the handshake."""

    def answer(asked: Asked) -> bytes | None:
        binds = [result(Asked(BIND, number)) for number in range(2, 6)]
        return result(asked) + b"".join(binds)

    async with answering(answer) as standin:
        with pytest.raises(Failed) as failed:
            await verify(standin, allowPlaintext=False)
    assert failed.value.step == "tls"
    assert standin.kinds == [EXTENDED]


SAID = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {}, v4f7c"


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        ("533", "disabled", "停用"),
        ("532", "password has expired", "密码已过期"),
        ("701", "account has expired", "已过期"),
        ("773", "must be changed", "密码已过期"),
        ("530", "at this time", "此时"),
        ("531", "from this computer", "此处"),
        ("775", "locked", None),
        ("52e", "wrong password", None),
        ("525", "no such user", None),
        ("0", "wrong password", None),
    ],
)
async def test_what_active_directory_says_of_an_account_is_told_to_whom_it_may(
    data: str, reason: str, told: str | None
) -> None:
    """The person learns of it where the password was right: a locked account would be told to anybody."""
    refusal = SAID.format(data)
    async with answering(but(BIND, 2, lambda asked: result(asked, 49, refusal))) as standin:
        with pytest.raises(Wrong, match=reason) as refused:
            await verify(standin)
    state = refused.value.state
    words = state.told if state else None
    assert words is None if told is None else words is not None and told in words[0]


async def test_somebody_unknown_costs_the_directory_as_many_requests_as_somebody_known() -> None:
    async with answering(but(SEARCH, 1, result)) as unknown:
        with pytest.raises(Wrong, match="nobody"):
            await verify(unknown, password="wrong")
    async with answering(good) as known:
        with pytest.raises(Wrong, match="wrong password"):
            await verify(known, password="wrong")
    assert unknown.kinds == known.kinds == [BIND, SEARCH, BIND]
    assert unknown.asked[-1].name != known.asked[-1].name


async def test_the_last_bind_is_by_the_name_of_the_entry_that_opens_the_account() -> None:
    """Whoever is bob@corp.example need not be who is called bob: the password must be that of the entry found."""

    def answer(asked: Asked) -> bytes | None:
        if asked.kind == BIND and asked.name == DN:
            return result(asked, 49, "data 52e")
        return good(asked)

    async with answering(answer) as standin:
        with pytest.raises(Wrong, match="wrong password"):
            await verify(standin, bindTemplate="{username}@corp.example")


async def test_groups_in_groups_are_asked_for_by_the_rule_of_active_directory() -> None:
    def answer(asked: Asked) -> bytes | None:
        if asked.kind == SEARCH and b"1.2.840.113556.1.4.1941" in asked.filter_:
            return entry(asked, "CN=All,DC=corp", {}) + entry(asked, "CN=Inner,DC=corp", {}) + result(asked)
        return good(asked)

    async with answering(answer) as standin:
        found = await verify(standin, groups="nested")
    assert found.claims["groups"] == ["CN=All,DC=corp", "CN=Inner,DC=corp"]
    assert DN.encode() in standin.asked[-1].filter_


async def test_groups_that_are_not_all_there_are_a_failure() -> None:
    async with answering(but(SEARCH, 2, lambda asked: result(asked, 4, "size limit"))) as standin:
        with pytest.raises(Failed, match="all groups") as failed:
            await verify(standin, groups="direct")
    assert failed.value.step == "groups"


async def test_long_and_binary_values_are_left_out_of_what_is_kept() -> None:
    attributes: dict[str, list[str | bytes]] = {
        **ATTRIBUTES,
        "mail": ["m" * 5000],
        "mobile": [b"\xff\xd8"],
        "sn": [f"s{number}" for number in range(60)],
    }
    said = lambda asked: entry(asked, DN, attributes) + result(asked)  # noqa: E731
    async with answering(but(SEARCH, 1, said)) as standin:
        found = await verify(standin)
    assert "mail" not in found.claims
    assert "mobile" not in found.claims
    assert len(found.claims["sn"]) == 50
    assert all(len(value) <= 256 for value in found.profile.values())


async def test_an_entry_with_two_guids_opens_nothing() -> None:
    two: dict[str, list[str | bytes]] = {**ATTRIBUTES, "objectGUID": [GUID.bytes_le, bytes(16)]}
    async with answering(but(SEARCH, 1, lambda asked: entry(asked, DN, two) + result(asked))) as standin:
        with pytest.raises(Failed, match="one objectGUID"):
            await verify(standin)


async def test_an_entry_without_a_name_is_not_bound_as() -> None:
    """An empty name is a bind of nobody, which succeeds."""
    said = lambda asked: entry(asked, "", ATTRIBUTES) + result(asked)  # noqa: E731
    async with answering(but(SEARCH, 1, said)) as standin:
        with pytest.raises(Failed, match="without a name"):
            await verify(standin)
    assert standin.kinds == [BIND, SEARCH]


async def test_a_directory_that_hangs_holds_up_no_other_and_no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "WHOLE_S", 1.0)
    async with answering(lambda asked: None) as hanging, answering(good) as other:
        ways = SignIns()
        waiting = [asyncio.ensure_future(ask(ways, "hangs", hanging.port)) for _ in range(sign_in.AT_ONCE)]
        await _until(lambda: hanging.open == sign_in.AT_ONCE)
        begun = time.monotonic()
        with pytest.raises(Failed, match="waiting for this directory") as busy:
            await ask(ways, "hangs", hanging.port)
        assert busy.value.step == "busy"
        assert (await ask(ways, "works", other.port)).key == str(GUID)
        assert time.monotonic() - begun < 0.5
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(one, Failed) for one in ended)
        monkeypatch.setattr(sign_in, "WHOLE_S", 0.1)
        with pytest.raises(Failed, match="in time"):  # there is room again
            await ask(ways, "hangs", hanging.port)


async def test_a_look_up_that_hangs_keeps_its_place_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "WHOLE_S", 0.1)
    monkeypatch.setattr(sign_in, "AT_ONCE", 1)
    found = asyncio.Event()

    async def resolve(host: str, port: int) -> Any:
        await found.wait()
        raise OSError

    ways = SignIns()
    with pytest.raises(Failed, match="in time") as late:
        await ways.verify("hangs", settings_of(1), resolve, "bob", "right")
    assert late.value.step == "name"
    with pytest.raises(Failed, match="waiting for"):
        await ways.verify("hangs", settings_of(1), resolve, "bob", "right")
    found.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(Failed) as again:
        await ways.verify("hangs", settings_of(1), resolve, "bob", "right")
    assert again.value.step == "name"


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not so():  # noqa: ASYNC110 - what another task does
            await asyncio.sleep(0.005)
