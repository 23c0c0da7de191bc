"""Redirect URIs, judged before they are saved."""

from __future__ import annotations

import pytest
from tests.apps.test_redirect_uris import BAD, GOOD
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, refused

CHECK = "check-redirect-uris"


async def test_a_stranger_is_refused(v3: V3Client) -> None:
    answer = await v3.post(CHECK, {"redirectUris": ["https://shop.example"]}, headers={"authorization": ""})
    assert answer["statusCode"] == 401


@pytest.mark.parametrize("uri", [*GOOD, *BAD])
async def test_a_check_says_what_saving_would(v3: V3Client, uri: str) -> None:
    (told,) = await data(v3.post(CHECK, {"redirectUris": [uri]}))
    saved = await v3.post("create-application", {"appName": "shop", "redirectUris": [uri]})
    assert told["uri"] == uri
    assert told["isValid"] is (saved["statusCode"] == 200)
    assert (told["reason"] is None) is told["isValid"]
    assert (told["reason"] or "") in saved["message"]


async def test_many_are_answered_in_their_order_and_too_many_are_refused(v3: V3Client) -> None:
    asked = ["https://shop.example/cb", "http://shop.example/cb", "http://127.0.0.1:3000/cb", "/cb"]
    told = await data(v3.post(CHECK, {"redirectUris": asked}))
    assert [one["uri"] for one in told] == asked
    assert [one["isOpen"] for one in told] == [False, True, False, False]
    assert await refused(v3.post(CHECK, {"redirectUris": ["https://a.example"] * 201})) == 400
