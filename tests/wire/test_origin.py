"""Our own address by the Host header of whoever asks."""

from __future__ import annotations

import pytest

from poolhouse.settings import Settings
from poolhouse.wire.origin import address, is_secure

EVERYWHERE = Settings(host="0.0.0.0", port=3000)
LOOPBACK = Settings(host="127.0.0.1", port=3000)


@pytest.mark.parametrize(
    "host", ["id.example", "ID.example:8443", "10.0.0.5:80", "[2001:db8::1]:3000", "id_1.internal"]
)
def test_a_host_is_taken_as_it_is_written(host: str) -> None:
    assert address(EVERYWHERE, "https", host) == f"https://{host}"


@pytest.mark.parametrize(
    "host",
    [
        "",
        'id.example:"><script>',
        "id.example:99999",
        "id.example:port",
        "id.example/path",
        "id.example?q",
        "id.example#f",
        "someone@id.example",
        "id.example\\@other.example",
        "id example",
        "[::1",
        "a" * 400,
        "id.example:" + "0" * 400 + "1",
    ],
)
def test_what_is_no_host_is_as_none(host: str) -> None:
    assert address(EVERYWHERE, "https", host) == EVERYWHERE.address
    local = host.replace("id.example", "localhost")
    assert address(LOOPBACK, "https", local) == LOOPBACK.address


@pytest.mark.parametrize(
    ("host", "is_taken"),
    [("localhost:3001", True), ("127.0.0.1", True), ("[::1]:3000", True), ("id.example", False)],
)
def test_a_server_on_loopback_has_loopback_names_alone(host: str, is_taken: bool) -> None:
    assert address(LOOPBACK, "http", host) == (f"http://{host}" if is_taken else LOOPBACK.address)


def test_who_was_told_its_address_listens_to_no_header() -> None:
    told = Settings(host="0.0.0.0", port=3000, public_url="https://id.example/")
    assert address(told, "http", "other.example") == "https://id.example"


@pytest.mark.parametrize(
    ("own", "secure"),
    [("https://id.example", True), ("HTTPS://id.example", True), ("http://id.example", False), ("", False)],
)
def test_a_cookie_is_for_tls_where_browsers_come_by_it(own: str, secure: bool) -> None:
    assert is_secure(own) is secure
