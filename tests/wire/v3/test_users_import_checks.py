"""Rows of a file before they are imported: what each column is taken for, and what would become of each row."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.users.model import UserDraft, UserQuery

TABLE = "账号;Rank;emial\nann;3;a@x.cn\nbob;4;nonsense\nann;5;c@x.cn\n"
MEANT = {"Rank": "customData.level", "emial": "email"}


async def checked(v3: V3Client, **body: Any) -> dict[str, Any]:
    answer = await v3.post("check-import-users", {"format": "csv", **body})
    assert answer["statusCode"] == 200, answer
    return dict(answer["data"])


async def with_level(v3: V3Client) -> None:
    draft = FieldDraft(TargetType.USER, "level", DataType.NUMBER, "Level")
    await v3.services.fields.define(v3.administrator, [draft])


async def test_a_stranger_checks_nothing(v3: V3Client) -> None:
    answer = await v3.http.post("/api/v3/check-import-users", json={"text": TABLE})
    assert answer.json()["statusCode"] == 401


async def test_columns_that_are_not_recognized_are_named_and_then_taken_as_the_caller_says(
    v3: V3Client, neighbour: V3Client
) -> None:
    await with_level(v3)
    await neighbour.services.users.create(neighbour.administrator, UserDraft({"username": "ann"}))
    found = await checked(v3, text=TABLE)
    assert [(one["name"], one["key"]) for one in found["columns"]] == [
        ("账号", "username"),
        ("Rank", None),
        ("emial", None),
    ]
    assert found["columns"][1]["samples"] == ["3", "4", "5"]
    assert (found["separator"], found["rows"]) == (";", 0)
    assert "Rank" in found["problem"]
    found = await checked(v3, text=TABLE, columns=MEANT)
    assert found["problem"] is None
    assert (found["rows"], found["imported"], found["skipped"], found["failed"]) == (3, 1, 0, 2)
    assert [(one["row"], one["field"]) for one in found["errors"]] == [(2, "email"), (3, "username")]
    left_out = await checked(v3, text=TABLE, columns={**MEANT, "emial": ""})
    assert (left_out["imported"], left_out["skipped"]) == (2, 1)
    assert (await v3.services.users.list(v3.administrator, UserQuery())).total == 0
    job = (await v3.post("create-import-users-job", {"format": "csv"}))["data"]["jobId"]
    body = {"jobId": job, "position": 0, "text": TABLE, "last": True, "columns": MEANT}
    done = (await v3.post("import-users", body))["data"]
    assert (done["imported"], done["failed"], done["status"]) == (1, 2, "COMPLETED")
    user = (await v3.get("get-user", userId="ann", userIdType="username", withCustomData=True))["data"]
    assert user["customData"] == {"level": 3}


async def test_errors_are_in_the_callers_language(v3: V3Client) -> None:
    await v3.services.users.create(v3.administrator, UserDraft({"username": "ann", "email": "o@x.cn"}))
    text = "username,email\nann,other@x.cn\nbob\nzoe,nonsense\n"
    chinese = await v3.post(
        "check-import-users", {"format": "csv", "text": text}, headers={"x-authing-lang": "zh-CN"}
    )
    english = await v3.post(
        "check-import-users", {"format": "csv", "text": text}, headers={"x-authing-lang": "en-US"}
    )
    told = [[one["message"] for one in answer["data"]["errors"]] for answer in (chinese, english)]
    assert told[0][0] == "有 1 格，而首行有 2 格" or told[0][0] == "属于另一个用户"
    assert len(told[0]) == len(told[1]) == 3
    assert not any(one.isascii() for one in told[0])
    assert all(one.isascii() for one in told[1])


@pytest.mark.parametrize(
    ("codec", "shown"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("gb18030", "gb18030")],
)
async def test_the_encoding_of_bytes_is_recognized_and_told(v3: V3Client, codec: str, shown: str) -> None:
    data = b64encode("用户名,姓名\nzhang,张三李四王五\n".encode(codec)).decode()
    found = await checked(v3, data=data)
    assert (found["encoding"], found["separator"], found["imported"]) == (shown, ",", 1)
    assert found["text"] == "用户名,姓名\nzhang,张三李四王五\n"
    assert found["columns"][1]["samples"] == ["张三李四王五"]


async def test_the_refused_come_as_a_file_with_the_reason_no_formula_and_no_password(v3: V3Client) -> None:
    text = "username,nickname,email,password\nann,=cmd(),nonsense,a Secret 1\nbob,fine,b@x.cn,a Secret 1\n"
    found = await checked(v3, text=text, withRefused=True)
    (row,) = csv.DictReader(io.StringIO(found["refused"]))
    reason = row.pop("拒绝原因")
    assert row == {"username": "ann", "nickname": "'=cmd()", "email": "nonsense", "password": ""}
    assert reason.startswith("email: ")
    assert "a Secret" not in json.dumps({**found, "text": ""})
    lines = '{"username": "ann", "email": "nonsense", "password": "a Secret 1"}\nbroken\n'
    refused = (await checked(v3, format="jsonl", text=lines, withRefused=True))["refused"].splitlines()
    assert json.loads(refused[0])["username"] == "ann"
    assert "a Secret" not in refused[0]
    assert list(json.loads(refused[1])) == ["拒绝原因"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "text"),
        ({"text": "a", "data": "YQ=="}, "text"),
        ({"data": "no base64!"}, "data"),
        ({"text": "a\x00"}, "text"),
        ({"text": "username\na\n", "columns": {"username": "nosuch"}}, "columns"),
        ({"text": "username\na\n", "separator": "dot"}, "separator"),
        ({"text": "username\n" + "a\n" * 1001}, "text"),
        ({"text": ",".join(f"c{n}" for n in range(151)) + "\n"}, "columns"),
    ],
)
async def test_what_is_amiss_is_named(v3: V3Client, body: dict[str, Any], named: str) -> None:
    for lang in ("zh-CN", "en-US"):
        answer = await v3.post(
            "check-import-users", {"format": "csv", **body}, headers={"x-authing-lang": lang}
        )
        assert answer["statusCode"] == 400, answer
        assert named in answer["message"]
