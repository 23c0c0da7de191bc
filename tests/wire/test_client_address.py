"""Where a request comes from: nobody names their own address, however the header is split or spelt."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

import poolhouse
from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.settings import Settings
from poolhouse.wire.client_address import address_of, client_ip

PEER = "192.0.2.99"
FORGED = "6.6.6.6"


def seen(*headers: tuple[str, str], proxies: int = 1, peer: str = PEER, header: str = "any") -> str | None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "headers": raw, "client": (peer, 1)}
    return client_ip(Request(scope), Settings(trusted_proxies=proxies, trusted_header=header))  # type: ignore[arg-type]


def xff(*lines: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", line) for line in lines]


def forwarded(*lines: str) -> list[tuple[str, str]]:
    return [("Forwarded", line) for line in lines]


def test_without_a_trusted_proxy_no_header_is_believed() -> None:
    assert seen(*xff(FORGED), *forwarded(f"for={FORGED}"), ("X-Real-IP", FORGED), proxies=0) == PEER


@pytest.mark.parametrize(
    "lines",
    [
        ["203.0.113.9"],
        [f"{FORGED}, 203.0.113.9"],
        [FORGED, "203.0.113.9"],
        [FORGED, FORGED, "", "203.0.113.9"],
        [f"{FORGED}, {FORGED}", f"{FORGED},203.0.113.9"],
        [f"{FORGED},203.0.113.9 , "],
        [f'"{FORGED}', "203.0.113.9"],
        [f"{FORGED}," * 5000 + "203.0.113.9"],
        ["203.0.113.9:51234"],
        ["::ffff:203.0.113.9"],
    ],
)
def test_the_last_x_forwarded_for_is_the_clients(lines: list[str]) -> None:
    assert seen(*xff(*lines)) == "203.0.113.9"


@pytest.mark.parametrize("split", range(3))
def test_two_proxies_count_two_from_the_right_across_lines(split: int) -> None:
    entries = [FORGED, "203.0.113.9", "198.51.100.7"]
    lines = [", ".join(entries[:split]), ", ".join(entries[split:])]
    assert seen(*xff(*lines), proxies=2) == "203.0.113.9"
    elements = [f"for={entry}" for entry in entries]
    lines = [", ".join(elements[:split]), ", ".join(elements[split:])]
    assert seen(*forwarded(*lines), proxies=2) == "203.0.113.9"


def test_fewer_entries_than_proxies_give_the_leftmost() -> None:
    assert seen(*xff("203.0.113.9"), proxies=3) == "203.0.113.9"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=203.0.113.9", "203.0.113.9"),
        ("For=203.0.113.9;proto=https;by=198.51.100.7", "203.0.113.9"),
        ('proto=https ; for="203.0.113.9:4711"', "203.0.113.9"),
        ('for="[2001:DB8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ('for="[2001:db8::1]:_hidden"', "2001:db8::1"),
        (f'for={FORGED}, for="[2001:db8::1]"', "2001:db8::1"),
        (f'for="{FORGED}, for=203.0.113.9', "203.0.113.9"),
        ('host="a,b;for=6.6.6.6";for=203.0.113.9', "203.0.113.9"),
        ('for=6.6.6.6, for=203.0.113.9;host="a,b"', "203.0.113.9"),
    ],
)
def test_forwarded_is_read_as_its_rfc_says(value: str, address: str) -> None:
    assert seen(*forwarded(value)) == address


@pytest.mark.parametrize(
    "value",
    [
        "for=unknown",
        "for=_secret",
        "by=203.0.113.9",
        'for="',
        'for=""',
        "for",
        "=",
        '"',
        ";",
        "for=a",
        f"for={FORGED};for=203.0.113.9",
        'for="[2001:db8::1"',
        f"{FORGED}, for=unknown",
        "for=" + "1" * 100_000,
        "for=203.0.113.9" + ";x=1" * 100_000,
    ],
)
def test_a_proxy_that_hides_the_address_leaves_its_own(value: str) -> None:
    assert seen(*forwarded(value)) == PEER


@pytest.mark.parametrize(
    "entry",
    [
        "unknown",
        "_x",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:x",
        ":80",
        "1.2.3.4:999999",
        "[1.2.3.4]",
        "[::1",
        "::1]",
        "[::1]80",
        "localhost",
        "<b>",
        "\x00",
        "ÿ",
        "1.2.3.4 a",
        "'1.2.3.4'",
        "1.2.3.4;",
        "9" * 300,
        "%",
        "::1::",
        "16909060",
        "0x7f.1",
    ],
)
def test_a_garbled_entry_is_the_peers_address(entry: str) -> None:
    assert seen(*xff(f"{FORGED}, {entry}")) == PEER
    assert address_of(entry) is None


def test_of_both_headers_the_one_most_proxies_write_is_read() -> None:
    both = (*forwarded(f"for={FORGED}"), *xff("203.0.113.9"))
    assert seen(*both) == "203.0.113.9"
    assert seen(*both, header="x-forwarded-for") == "203.0.113.9"


def test_an_operator_names_the_header_and_the_other_is_a_strangers_word() -> None:
    both = (*xff(FORGED), *forwarded("for=203.0.113.9"))
    assert seen(*both, header="forwarded") == "203.0.113.9"
    assert seen(*forwarded(f"for={FORGED}"), header="x-forwarded-for") == PEER


def test_the_peers_own_address_has_one_spelling() -> None:
    assert seen(peer="::ffff:192.0.2.1", proxies=0) == "192.0.2.1"
    assert seen(peer="2001:DB8::0001", proxies=0) == "2001:db8::1"


def test_no_door_reads_an_address_by_itself() -> None:
    source = Path(poolhouse.__file__).parent
    reading = re.compile(r"request\.client\b|x-forwarded|x-real-ip", re.IGNORECASE)
    found = {path.name for path in source.rglob("*.py") if reading.search(path.read_text())}
    assert found == {"client_address.py", "settings.py"}


async def test_every_door_tells_the_same_address(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """HAProxy's line of the header stands behind the client's own."""
    monkeypatch.setattr(services.settings, "trusted_proxies", 1)
    pool = await services.pools.create("behind a proxy")
    headers = [("x-forwarded-for", FORGED), ("x-forwarded-for", "203.0.113.9:4711")]
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse", headers=headers) as http:
        mutation = 'mutation { loginByUsername(input: {username: "nobody", password: "x"}) { id } }'
        await http.post("/graphql/v2", json={"query": mutation}, headers={"x-authing-userpool-id": pool.id})
        secret = {"accessKeyId": pool.id, "accessKeySecret": pool.secret}
        token = (await http.post("/api/v3/get-management-token", json=secret)).json()["data"]["access_token"]
        bearer = {"authorization": f"Bearer {token}"}
        await http.post("/api/v3/create-group", json={"code": "g", "name": "g"}, headers=bearer)
    found = await services.db.fetch(
        "select ip, count(*) as n from audit_records where pool_id = $1 and ip is not null group by ip",
        pool.id,
    )
    assert [row["ip"] for row in found] == ["203.0.113.9"]
    assert found[0]["n"] >= 2
