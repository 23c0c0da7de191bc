"""A test mail against mail servers on the loopback that fail at each of its steps."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.test_outgoing import certificate  # noqa: F401

from poolhouse import turn
from poolhouse.errors import InvalidInput, TooManyRequests
from poolhouse.login.mail_trials import OFTEN, MailTrials
from poolhouse.mail.model import Provider
from poolhouse.mail.trial import KINDS, TEXTS, Trial
from poolhouse.mail.trial_words import REMEDIES, SENTENCES
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services

TO = "wang@example.com"
GOOD = {"": "220 mail.example", "EHLO": "250-mail.example\r\n250 AUTH PLAIN LOGIN"}


class Server:
    """Answers a line by its first word: what `says` has for it, else 250, and 354 to DATA."""

    def __init__(self, **says: str) -> None:
        self.says = {**GOOD, "QUIT": "221 bye", "DATA": "354 go on", **says}
        self.heard: list[str] = []
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(self.says["greeting" if "greeting" in self.says else ""].encode() + b"\r\n")
            in_mail = False
            while raw := await reader.readline():
                line = raw.decode().rstrip("\r\n")
                self.heard.append(line)
                word = line.partition(" ")[0].upper()
                if in_mail and line != ".":
                    continue
                answer = self.says.get("content", "250 OK") if in_mail else self.says.get(word, "250 OK")
                in_mail = not in_mail and word == "DATA" and answer.startswith("354")
                writer.write(answer.encode() + b"\r\n")
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    listener = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    yield Provider("127.0.0.1", server.port, "no-reply@example.com", "secret", "no-reply@example.com", "none")
    listener.close()


def trials(services: Services, *ports: int, server: Provider | None = None) -> MailTrials:
    return MailTrials(
        db=services.db,
        mail=services.mail,
        server=server,
        outgoing=Outgoing({("127.0.0.1", port) for port in ports}),
        audit=services.audit,
    )


async def sent(services: Services, pool: PoolForTests, provider: Provider) -> Trial:
    return await trials(services, provider.port).send(pool.administrator, TO, provider)


async def test_a_mail_of_ours_is_taken_and_nothing_is_stored(services: Services, pool: PoolForTests) -> None:
    server = Server(AUTH="235 welcome")
    async with listening(server) as provider:
        assert await sent(services, pool, provider) == Trial("done")
    assert f"RCPT TO:<{TO}>" in server.heard
    assert any(line.startswith("From: Poolhouse <no-reply@example.com>") for line in server.heard)
    assert await services.mail.get_provider(pool.administrator) is None


async def test_who_waits_for_the_mail_server_keeps_nobody_from_their_turn(
    services: Services, pool: PoolForTests
) -> None:
    given_up: list[bool] = []
    held = turn.held.set(lambda: given_up.append(True))
    try:
        async with listening(Server(AUTH="235 welcome")) as provider:
            assert await sent(services, pool, provider) == Trial("done")
    finally:
        turn.held.reset(held)
    assert given_up


@pytest.mark.parametrize(
    ("says", "changed", "expected"),
    [
        ({"": "HTTP/1.1 400 Bad Request"}, {}, Trial("greeting", "greeting")),
        ({}, {"security": "tls"}, Trial("tls", "tls")),
        ({}, {"security": "starttls"}, Trial("tls", "no_starttls")),
        (
            {"AUTH": "535 5.7.8 wrong"},
            {},
            Trial("sign_in", "password", "535 5.7.8 wrong"),
        ),
        ({"EHLO": "250 mail.example"}, {}, Trial("sign_in", "no_sign_in")),
        ({"AUTH": "235 hi", "MAIL": "553 not yours"}, {}, Trial("sender", "sender", "553 not yours")),
        ({"AUTH": "235 hi", "RCPT": "550 nobody"}, {}, Trial("recipient", "recipient", "550 nobody")),
        ({"AUTH": "235 hi", "content": "554 spam"}, {}, Trial("content", "content", "554 spam")),
    ],
    ids=lambda given: given.kind if isinstance(given, Trial) else "",
)
async def test_the_step_that_fails_is_told(
    services: Services, pool: PoolForTests, says: dict[str, str], changed: dict[str, str], expected: Trial
) -> None:
    async with listening(Server(**says)) as provider:
        found = await sent(services, pool, replace(provider, **changed))  # type: ignore[arg-type]
    assert (found.step, found.kind) == (expected.step, expected.kind)
    assert expected.said in found.said


async def test_nobody_listening_and_a_certificate_of_nobody(
    services: Services,
    pool: PoolForTests,
    certificate: Path,  # noqa: F811
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with listening(Server(), tls) as provider:
        found = await sent(services, pool, replace(provider, security="tls"))
        assert (found.step, found.kind) == ("tls", "certificate")
    found = await sent(services, pool, provider)
    assert (found.step, found.kind) == ("connect", "refused")


async def test_a_private_host_is_tried_only_where_the_operator_named_it(
    services: Services, pool: PoolForTests
) -> None:
    server = Server()
    async with listening(server) as provider:
        for other in (
            provider,
            replace(provider, host="localhost"),
            replace(provider, host="169.254.169.254"),
        ):
            found = await trials(services, provider.port + 1).send(pool.administrator, TO, other)
            assert (found.step, found.kind) == ("name", "not_allowed")
    assert server.heard == []


async def test_without_a_server_of_its_own_a_pool_tests_that_of_the_settings_and_reads_none_of_its_words(
    services: Services, pool: PoolForTests
) -> None:
    none = await trials(services).send(pool.administrator, TO)
    assert (none.kind, none.is_own) == ("no_server", False)
    async with listening(Server(AUTH="535 by mx7.internal")) as provider:
        found = await trials(services, server=provider).send(pool.administrator, TO)
    assert found == Trial("sign_in", "password", "", is_own=False)


async def test_a_saved_password_goes_only_where_it_was_given_for(
    services: Services, pool: PoolForTests
) -> None:
    server = Server(AUTH="235 hi")
    async with listening(server) as provider:
        await services.mail.put_provider(pool.administrator, provider)
        assert (await sent(services, pool, replace(provider, password=""))).kind is None
        with pytest.raises(InvalidInput, match="senderPass"):
            await sent(services, pool, replace(provider, password="", port=provider.port + 1))


async def test_an_hour_has_ten_of_a_pool_and_another_pool_its_own(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    one = trials(services)
    for _ in range(OFTEN.most):
        await one.send(pool.administrator, TO)
    with pytest.raises(TooManyRequests):
        await trials(services).send(pool.administrator, TO)
    await one.send(other_pool.administrator, TO)


@pytest.mark.parametrize("to", ["", "wang", "wang@example.com\r\nBcc: x@y.z", "a b@c.d", "x" * 330 + "@y.z"])
async def test_what_is_no_address_is_refused(services: Services, pool: PoolForTests, to: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await trials(services).send(pool.administrator, to)
    assert error.value.facts["field"] == "to"


def test_every_kind_has_its_words() -> None:
    assert set(SENTENCES) == set(REMEDIES) == set(KINDS)
    assert set(TEXTS) == {"zh-CN", "en-US"}
