"""Every wire reads a request with the same reader: its characters, its sizes, and what is said when it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.app import asgi
from poolhouse.credentials import access_key_tokens
from poolhouse.resources.model import ResourceDraft
from poolhouse.services import Services
from poolhouse.wire.request import MAX_QUERY_BYTES, MAX_QUERY_PAIRS

PATHS = {"v2": "/api/v2/resources/detail", "v3": "/api/v3/get-resource"}
NUL = {
    "zh-CN": "参数 code 格式错误：包含空字符",
    "en-US": "Parameter code is malformed: contains a NUL character",
}


class Get(Protocol):
    """Asks one wire for a resource, as an administrator: the query as it is sent, the language, and how the token
    is written."""

    async def __call__(self, query: bytes, lang: str, spelled: str = "Bearer {}") -> dict[str, Any]: ...


@pytest.fixture(params=PATHS)
async def get(request: pytest.FixtureRequest, services: Services, pool: PoolForTests) -> AsyncIterator[Get]:
    key = await services.access_keys.resolve(pool.id)
    assert key is not None
    tokens = {
        "v2": (await services.management_tokens.of_pool(pool.id)).token,
        "v3": access_key_tokens.issue(key),
    }
    app = asgi(services)
    sent = b""

    async def verbatim(scope: Any, receive: Any, send: Any) -> None:
        """The query as given: httpx would escape it, and send none that is too long."""
        await app({**scope, "query_string": sent}, receive, send)

    transport = httpx.ASGITransport(verbatim, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:

        async def ask(query: bytes, lang: str, spelled: str = "Bearer {}") -> dict[str, Any]:
            nonlocal sent
            sent = query
            token = spelled.format(tokens[request.param])
            headers = {"authorization": token, "x-authing-lang": lang}
            answer: dict[str, Any] = (await http.get(PATHS[request.param], headers=headers)).json()
            return answer

        yield ask


@pytest.mark.parametrize("spelled", [b"%E8%AE%A2%E5%8D%95", "订单".encode()], ids=["escaped", "bare"])
async def test_a_query_in_utf_8_is_read_escaped_or_bare(
    get: Get, services: Services, pool: PoolForTests, spelled: bytes
) -> None:
    await services.resources.create(pool.administrator, ResourceDraft("订单", "DATA"))
    found = await get(b"namespace=default&code=" + spelled, "zh-CN")
    assert found["data"]["code"] == "订单"


@pytest.mark.parametrize("spelled", ["Bearer {}", "bearer   {} ", "{}"], ids=["RFC 6750", "blanks", "bare"])
async def test_a_token_is_read_with_and_without_the_word_bearer(
    get: Get, services: Services, pool: PoolForTests, spelled: str
) -> None:
    await services.resources.create(pool.administrator, ResourceDraft("book", "DATA"))
    found = await get(b"namespace=default&code=book", "zh-CN", spelled)
    assert found["data"]["code"] == "book"


async def test_a_token_of_another_scheme_is_none(get: Get) -> None:
    assert (await get(b"namespace=default&code=book", "zh-CN", "Basic {}"))["data"] is None


@pytest.mark.parametrize("lang", sorted(NUL))
async def test_a_nul_character_is_refused_by_the_name_of_its_parameter(get: Get, lang: str) -> None:
    assert (await get(b"namespace=default&code=a%00b", lang))["message"] == NUL[lang]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (b"a=1&" * (MAX_QUERY_PAIRS + 1), f"请求体过大：最多 {MAX_QUERY_PAIRS} 个参数"),
        (b"a=" + b"1" * MAX_QUERY_BYTES, f"请求体过大：最大 {MAX_QUERY_BYTES} 字节"),
    ],
    ids=["parts", "bytes"],
)
async def test_a_query_that_is_too_large_is_refused_with_its_limit(get: Get, query: bytes, said: str) -> None:
    answer = await get(query, "zh-CN")
    assert "data" not in answer or answer["data"] is None
    assert said in answer["message"]
