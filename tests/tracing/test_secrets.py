"""Nothing that people, scripts or programs give, and nothing that the server makes for them, reaches a collector.

Generated over the table of v3: every operation is called with known texts everywhere, and all bytes are searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.tracing.conftest import Traced
from tests.wire.v3.samples import sample, sow

from poolhouse.ids import new_id
from poolhouse.wire.v3.table import endpoints

ROWS = sorted(endpoints().values(), key=lambda row: row.name)
MARK = "hunter2-" + new_id()
"""In all that a request has besides its arguments."""
MADE = {
    "access_token",
    "id_token",
    "refresh_token",
    "accessKeySecret",
    "secret",
    "recoveryCode",
    "token",
    "password",
}
LEAST = 8
"""Characters: shorter texts are words of names, or in an id by chance."""


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def made(value: Any) -> Iterator[str]:
    """Secrets of an answer."""
    if isinstance(value, dict):
        yield from (one for name, one in value.items() if name in MADE and isinstance(one, str))
        for one in value.values():
            yield from made(one)
    elif isinstance(value, list):
        for one in value:
            yield from made(one)


async def test_no_text_that_an_operation_is_given_or_gives_is_in_a_span(traced: Traced) -> None:
    sown = await sow(traced.services)
    ids = {
        text
        for name, text in sown.values.items()
        if name.endswith(("Id", "userIds")) and isinstance(text, str)
    }
    ids |= {sown.pool_id, sown.values["targetIdentifier"]}
    asked = {"accessKeyId": sown.pool_id, "accessKeySecret": sown.secret}
    answer = (await traced.http.post("/api/v3/get-management-token", json=asked)).json()
    token = answer["data"]["access_token"]
    given = {MARK, token, sown.secret, "correct horse", "bob@example.com", "18800008888"}
    headers = {
        "authorization": f"Bearer {token}",
        "x-authing-userpool-id": sown.pool_id,
        "cookie": f"session={MARK}",
        "user-agent": MARK,
        "referer": f"https://{MARK}/",
    }
    for row in ROWS:
        body = sample(row, sown) or {}
        url = row.url
        for name in row.path_fields:
            url = url.replace(f"{{{name}}}", str(body.pop(name, MARK)))
        given.update(texts(body))
        query = {name: value for name, value in body.items() if not isinstance(value, dict)}
        sends = {"json": body, "params": {"q": MARK}} if row.takes_body else {"params": query | {"q": MARK}}
        answered = await traced.http.request(row.method, url, headers=headers, **sends)
        if answered.headers["content-type"].startswith("application/json"):
            given.update(made(answered.json()))
    login = {"username": "bob", "password": MARK}
    query = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
    await traced.http.post(
        "/graphql/v2", json={"query": query, "variables": {"input": login}}, headers=headers
    )
    form = {"grant_type": "password", "client_id": MARK, "client_secret": MARK, "code": MARK, **login}
    for path in ("/oidc/token", "/oidc/token/introspection", "/console/sign-in", "/login"):
        await traced.http.post(path, data=form, params={"state": MARK})
    last = new_id()
    await traced.http.get("/login", headers={"x-request-id": last})
    await traced.trace_of(last)

    raw = b"".join(traced.collector.raw)
    done = [one for one in traced.collector.spans if one.attributes.get("poolhouse.outcome") == "ok"]
    assert len(done) > 100  # these, and not refusals alone, have something to tell
    assert len(traced.collector.spans) > 3 * len(ROWS)
    secrets = {one for one in given if len(one) >= LEAST} - ids
    assert len(secrets) > 200
    assert [one for one in sorted(secrets) if one.encode() in raw] == []
    assert b"of-the-collector" not in raw
    assert traced.collector.heads[0]["api-key"] == "of-the-collector"
