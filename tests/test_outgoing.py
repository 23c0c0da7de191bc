"""Calls to addresses that somebody wrote down: real listeners on the loopback, names resolved by the test."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.listener import OK, Listener, listening

from poolhouse import outgoing
from poolhouse.networks import Address, is_loopback, may_call
from poolhouse.outgoing import NoAnswer, NotAllowed, Outgoing
from poolhouse.settings import Settings, SettingsUnfit


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
def calls(listener: Listener) -> Outgoing:
    """May call the listener, as `rp.example` and by its address."""
    return Outgoing({("rp.example", listener.port), ("127.0.0.1", listener.port)})


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were resolved: to this machine, every one."""
    names: list[str] = []

    def resolve(host: str, port: int) -> list[Address]:
        names.append(host)
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(outgoing, "_resolve", resolve)
    return names


async def test_a_form_is_posted_to_the_host_by_its_name(
    calls: Outgoing, listener: Listener, asked: list[str]
) -> None:
    url = f"http://rp.example:{listener.port}/back%20channel?x=1"
    assert await calls.post_form(url, {"logout_token": "a.b&c"}) == 200
    head, _, body = listener.got[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /back%20channel?x=1 HTTP/1.1\r\n")
    assert f"Host: rp.example:{listener.port}\r\n".encode() in head
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in head
    assert body == b"logout_token=a.b%26c"
    assert asked == ["rp.example"], "resolved once, and connected to what it was judged by"


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "172.31.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "::1",
        "fc00::1",
        "fdff::1",
        "fec0::1",
        "::ffff:10.1.2.3",
        "::ffff:127.0.0.1",
        "64:ff9b::a01:203",
    ],
)
def test_a_private_address_is_called_only_for_who_is_named(address: str) -> None:
    assert not may_call(ipaddress.ip_address(address), is_named=False)
    assert may_call(ipaddress.ip_address(address), is_named=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.88.99.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fd00:42::42",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "ff02::1",
        "2002:a01:203::1",
        "2001:0:a01:203::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "::ffff:0:169.254.169.254",
        "::169.254.169.254",
    ],
)
def test_what_is_nobodys_or_the_clouds_is_never_called(address: str) -> None:
    assert not may_call(ipaddress.ip_address(address), is_named=True)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "172.32.0.1"]
)
def test_a_public_address_is_called(address: str) -> None:
    assert may_call(ipaddress.ip_address(address), is_named=False)


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, is_one: bool) -> None:
    assert is_loopback(host) == is_one


async def test_a_name_that_leads_into_a_private_network_is_not_called(listener: Listener) -> None:
    for calls in (
        Outgoing(),
        Outgoing({("rp.example", listener.port + 1)}),
        Outgoing({("other", listener.port)}),
    ):
        with pytest.raises(NotAllowed):
            await calls.post_form(f"http://rp.example:{listener.port}/", {})
    assert listener.got == []


async def test_a_redirect_is_an_answer_and_is_not_followed(calls: Outgoing, listener: Listener) -> None:
    to = f"http://127.0.0.1:{listener.port}/metadata"
    listener.answer = f"HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n".encode()
    assert await calls.post_form(f"http://rp.example:{listener.port}/", {}) == 302
    assert len(listener.got) == 1


async def test_an_endless_answer_is_thrown_away(calls: Outgoing, listener: Listener) -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    listener.answer = pour
    async with asyncio.timeout(5):
        assert await calls.post_form(f"http://rp.example:{listener.port}/", {}) == 204
    assert sent < 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200" + b" " * 100_000 + b"\r\n",
        b"HTTP/1.1 999 No\r\n\r\n",
    ],
    ids=["nothing", "no HTTP", "long", "no status"],
)
async def test_what_is_no_answer_is_told_so(calls: Outgoing, listener: Listener, answer: bytes) -> None:
    listener.answer = answer
    with pytest.raises(NoAnswer):
        await calls.post_form(f"http://rp.example:{listener.port}/", {})


@pytest.mark.parametrize("again", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x: y\r\n"], ids=["answers", "lines"])
async def test_an_answer_that_goes_on_and_on_is_given_up(
    calls: Outgoing, listener: Listener, again: bytes
) -> None:
    listener.answer = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n" + again * 20_000
    with pytest.raises(NoAnswer, match="no HTTP"):
        await calls.post_form(f"http://rp.example:{listener.port}/", {})


async def test_an_answer_that_is_announced_again_and_again_is_given_up(
    calls: Outgoing, listener: Listener
) -> None:
    """An interim answer is whole each time, so no bound of a head's lines ends it."""
    listener.answer = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20_000 + OK
    with pytest.raises(NoAnswer, match="no HTTP"):
        await calls.get(f"http://rp.example:{listener.port}/")


async def test_an_interim_answer_is_read_over(calls: Outgoing, listener: Listener) -> None:
    listener.answer = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK
    assert await calls.post_form(f"http://rp.example:{listener.port}/", {}) == 200


async def test_a_host_that_says_nothing_is_given_up(
    calls: Outgoing, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def say_nothing(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    listener.answer = say_nothing
    monkeypatch.setattr(outgoing, "WHOLE_S", 0.2)
    with pytest.raises(NoAnswer, match=r"0\.2 s"):
        await calls.post_form(f"http://rp.example:{listener.port}/", {})


async def test_a_host_that_is_down_is_told_without_its_address(calls: Outgoing, listener: Listener) -> None:
    with pytest.raises(NoAnswer) as raised:
        await Outgoing({("rp.example", 1)}).post_form(
            "http://rp.example:1/secret?token=1", {"logout_token": "x"}
        )
    assert "secret" not in str(raised.value)
    assert "token" not in str(raised.value)


async def test_a_name_that_hangs_holds_no_other_name_up(
    calls: Outgoing, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def resolve(host: str, port: int) -> list[Address]:
        if host == "slow.example":
            released.wait(30)
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(outgoing, "_resolve", resolve)
    slow = [asyncio.create_task(calls.post_form("http://slow.example/", {})) for _ in range(40)]
    async with asyncio.timeout(5):
        assert await calls.post_form(f"http://rp.example:{listener.port}/", {}) == 200
        assert await asyncio.to_thread(lambda: 1) == 1
    released.set()
    assert all(isinstance(one, NotAllowed) for one in await asyncio.gather(*slow, return_exceptions=True))


async def test_a_name_that_hangs_has_one_thread_however_many_wait(
    calls: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, asked = threading.Event(), []

    def resolve(host: str, port: int) -> list[Address]:
        asked.append(host)
        released.wait(30)
        return [ipaddress.ip_address("10.0.0.1")]

    monkeypatch.setattr(outgoing, "_resolve", resolve)
    for _ in range(3):  # each gives up, and the thread goes on
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.gather(*[calls.get("http://slow.example/") for _ in range(20)])
    last = asyncio.create_task(calls.get("http://slow.example/"))
    await asyncio.sleep(0)
    released.set()
    with pytest.raises(NotAllowed):
        await last
    assert asked == ["slow.example"]
    with pytest.raises(NotAllowed):  # judged anew each time: a name may lead elsewhere by now
        await calls.get("http://slow.example/")
    assert len(asked) == 2


async def test_a_name_without_an_address_is_no_answer(
    calls: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int) -> list[Address]:
        raise OSError("unknown")

    monkeypatch.setattr(outgoing, "_resolve", resolve)
    with pytest.raises(NoAnswer):
        await calls.post_form("https://rp.example/", {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `rp.example`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rp.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("rp.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "rp.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


async def test_the_certificate_must_be_the_names_and_trusted(certificate: Path) -> None:
    listener, tls = Listener(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    calls = Outgoing({("rp.example", port), ("other.example", port)})
    with pytest.raises(NoAnswer):  # nobody trusts who signed it
        await calls.post_form(f"https://rp.example:{port}/", {})
    calls._tls = ssl.create_default_context(cafile=str(certificate))
    assert await calls.post_form(f"https://rp.example:{port}/", {}) == 200
    with pytest.raises(NoAnswer):
        await calls.post_form(f"https://other.example:{port}/", {})
    assert len(listener.got) == 1
    server.close()


def test_the_hosts_an_operator_names() -> None:
    named = Settings(outgoing_hosts="rp.internal:8443, 10.0.0.5:443,[fd00::1]:443").called_hosts
    assert named == {("rp.internal", 8443), ("10.0.0.5", 443), ("fd00::1", 443)}
    for wrong in ("rp.internal", "http://rp:80", "10.0.0.0/8:1", "*:443"):
        with pytest.raises(SettingsUnfit):
            Settings(outgoing_hosts=wrong)


# -- answers that are read ---------------------------------------------------------------------------------


def _answer(body: bytes, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nX-Some: One\r\n" + head + b"\r\n" + body


async def test_an_answer_is_read_whole(calls: Outgoing, listener: Listener, asked: list[str]) -> None:
    listener.answer = _answer(b'{"a":1}', b"content-length: 7\r\n")
    answer = await calls.get(f"http://rp.example:{listener.port}/a?b=c", {"Authorization": "Bearer x"})
    assert (answer.status, answer.body, answer.headers["x-some"]) == (200, b'{"a":1}', "One")
    head = listener.got[0]
    assert head.startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert b"Authorization: Bearer x\r\n" in head
    assert f"Host: rp.example:{listener.port}\r\n".encode() in head
    assert asked == ["rp.example"]


async def test_an_answer_in_pieces_is_one(calls: Outgoing, listener: Listener) -> None:
    listener.answer = _answer(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"transfer-encoding: chunked\r\n")
    answer = await calls.post(f"http://rp.example:{listener.port}/", b"<x/>", {"Content-Type": "text/xml"})
    assert answer.body == b"abcde"
    assert listener.got[0].endswith(b"<x/>")


@pytest.mark.parametrize("head", [b"content-length: 10000000\r\n", b""], ids=["told", "untold"])
async def test_an_answer_beyond_its_bound_is_none(calls: Outgoing, listener: Listener, head: bytes) -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(_answer(b"", head))
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    listener.answer = pour
    async with asyncio.timeout(5):
        with pytest.raises(NoAnswer, match="longer than 1048576"):
            await calls.get(f"http://rp.example:{listener.port}/")
    assert sent < 20_000_000


async def test_an_answer_in_pieces_of_a_byte_is_none(calls: Outgoing, listener: Listener) -> None:
    """Each costs as much as one of thousands."""
    listener.answer = _answer(b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n", b"transfer-encoding: chunked\r\n")
    with pytest.raises(NoAnswer, match="pieces"):
        await calls.get(f"http://rp.example:{listener.port}/")


async def test_an_answer_that_is_cut_short_is_none(calls: Outgoing, listener: Listener) -> None:
    listener.answer = _answer(b"abc", b"content-length: 7\r\n")
    with pytest.raises(NoAnswer):
        await calls.get(f"http://rp.example:{listener.port}/")


async def test_a_body_that_trickles_is_given_up(
    calls: Outgoing, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(_answer(b""))
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    listener.answer = trickle
    monkeypatch.setattr(outgoing, "WHOLE_S", 0.3)
    with pytest.raises(NoAnswer, match=r"0\.3 s"):
        await calls.get(f"http://rp.example:{listener.port}/")


@pytest.mark.parametrize(
    "url",
    ["", "rp.example", "ftp://rp.example/", "http://", "http://rp.example:99999/", "http://rp.example/a b",
     "http://rp.example/张", "http://[::1/", "file:///etc/passwd"],
)  # fmt: skip
async def test_what_is_no_address_is_not_called(calls: Outgoing, url: str, asked: list[str]) -> None:
    with pytest.raises(NoAnswer):
        await calls.get(url)
    assert asked == []


async def test_a_name_and_password_in_an_address_are_sent_to_nobody(
    calls: Outgoing, listener: Listener
) -> None:
    await calls.get(f"http://me:secret@rp.example:{listener.port}/")
    assert b"secret" not in listener.got[0]
    assert f"Host: rp.example:{listener.port}\r\n".encode() in listener.got[0]


async def test_a_line_break_in_a_header_is_not_sent(calls: Outgoing, listener: Listener) -> None:
    with pytest.raises(NoAnswer):
        await calls.get(f"http://rp.example:{listener.port}/", {"X": "a\r\nY: b"})
    assert listener.got == []


async def test_the_second_address_is_tried_where_the_first_is_down(
    calls: Outgoing, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [ipaddress.ip_address("::1"), ipaddress.ip_address("127.0.0.1")]
    monkeypatch.setattr(outgoing, "_resolve", lambda host, port: both)
    assert (await calls.get(f"http://rp.example:{listener.port}/")).status == 200
