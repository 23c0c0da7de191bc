"""A list that would take the database too long is refused in words, and look-ups go on."""

from __future__ import annotations

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.directory.totals import Totals


@pytest.fixture
def strict(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes any count for too much."""
    totals = Totals(v3.services.db, large=0, crowded=0, most_cost=0)
    monkeypatch.setattr(v3.services.directories.native, "_totals", totals)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"keywords": "a"}, "keywords"),
        ({"advancedFilter": [{"field": "city", "operator": "NOT_CONTAINS", "value": "x"}]}, "city"),
    ],
    ids=["a keyword", "a condition"],
)
async def test_a_list_that_is_too_broad_names_what_to_make_narrower(
    v3: V3Client, strict: None, body: dict[str, object], named: str
) -> None:
    ann = (await v3.post("create-user", {"username": "ann"}))["data"]["userId"]
    said = {
        lang: await v3.post("list-users", body, headers={"x-authing-lang": lang})
        for lang in ("zh-CN", "en-US")
    }
    for answer in said.values():
        assert (answer["statusCode"], answer["apiCode"], answer.get("data")) == (400, 40006, None)
        assert named in answer["message"]
    assert "查询范围过大" in said["zh-CN"]["message"]
    assert "too broad" in said["en-US"]["message"]
    assert (await v3.get("get-user", userId=ann))["data"]["username"] == "ann"
    assert (await v3.get("list-users"))["data"]["totalCount"] == 1
