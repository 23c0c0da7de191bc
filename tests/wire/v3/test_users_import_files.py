"""Files of users over v3: uploaded in pieces, read, checked, imported, and their refused rows given back."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.conftest import PoolForTests
from tests.import_files.conftest import Files
from tests.wire.v3.conftest import V3Client

TABLE = b"username;Rank;gender\nann;3;M\nbob;4;?\n"


async def uploaded(v3: V3Client, content: bytes = TABLE) -> str:
    made = await v3.post("create-import-file", {"name": "people.csv", "size": len(content)})
    assert made["statusCode"] == 200, made
    file_id = str(made["data"]["fileId"])
    put = {"fileId": file_id, "position": 0, "data": b64encode(content).decode()}
    assert (await v3.post("put-import-file", put))["data"]["status"] == "UPLOADED"
    return file_id


async def test_a_stranger_s_file_is_not_taken(v3: V3Client) -> None:
    answer = await v3.http.post("/api/v3/create-import-file", json={"name": "a", "size": 1})
    assert answer.json()["statusCode"] in (401, 403)


async def test_a_file_goes_all_its_way_in_the_reader_s_language(v3: V3Client) -> None:
    file_id = await uploaded(v3)
    columns = (await v3.get("get-import-file-columns", fileId=file_id))["data"]
    assert [(one["name"], one["key"]) for one in columns["columns"]][:2] == [
        ("username", "username"),
        ("Rank", None),
    ]
    assert columns["problem"]
    assert (await v3.post("check-import-file", {"fileId": file_id}))["statusCode"] == 400
    said: dict[str, Any] = {"fileId": file_id, "columns": {"Rank": ""}}
    assert (await v3.post("set-import-file-columns", said))["data"]["problem"] is None
    files = Files(v3.services, PoolForTests(v3.pool_id))
    for begin, counted in (("check-import-file", "CHECKED"), ("start-import-file", "COMPLETED")):
        assert (await v3.post(begin, {"fileId": file_id}))["statusCode"] == 200
        await files.finish()
        file = (await v3.get("get-import-file", fileId=file_id))["data"]
        assert (file["status"], file["rows"], file["imported"], file["failed"]) == (counted, 2, 1, 1)
    assert file["checked"] == {"rows": 2, "imported": 1, "skipped": 0, "failed": 1}
    assert (file["isEmptied"], file["hasRefused"]) == (True, True)
    told = {}
    for lang in ("zh-CN", "en-US"):
        headers = {"x-authing-lang": lang}
        (error,) = (await v3.get("list-import-file-errors", headers=headers, fileId=file_id))["data"]["list"]
        assert (error["row"], error["field"]) == (2, "gender")
        rows = await v3.http.get(
            "/api/v3/export-import-file-refused",
            params={"fileId": file_id},
            headers={**v3.headers, **headers},
        )
        assert rows.headers["content-type"].startswith("text/csv")
        assert f"bob;4;?;gender: {error['message']}" in rows.text
        told[lang] = rows.text
    assert told["zh-CN"] != told["en-US"]
    assert (await v3.get("list-import-users-jobs"))["data"]["list"][0]["jobId"] == file_id


async def test_the_neighbour_sees_no_file(v3: V3Client, neighbour: V3Client) -> None:
    file_id = await uploaded(v3)
    for path in ("get-import-file", "get-import-file-columns", "list-import-file-errors"):
        assert (await neighbour.get(path, fileId=file_id))["statusCode"] == 404
    for path in ("check-import-file", "start-import-file", "cancel-import-file", "set-import-file-columns"):
        assert (await neighbour.post(path, {"fileId": file_id}))["statusCode"] == 404
    assert (await neighbour.get("list-import-files"))["data"]["totalCount"] == 0


async def test_what_is_no_base64_is_refused_by_name(v3: V3Client) -> None:
    made = await v3.post("create-import-file", {"name": "people.csv", "size": 3})
    answer = await v3.post("put-import-file", {"fileId": made["data"]["fileId"], "position": 0, "data": "?"})
    assert answer["statusCode"] == 400
    assert "data" in answer["message"]
