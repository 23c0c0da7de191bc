"""Many users over HTTP, piece by piece: who may, what comes in, and that nothing of a job is in a process."""

from __future__ import annotations

import json
from typing import Any

import bcrypt
import pytest
from tests.conftest import PoolForTests
from tests.wire.v3.conftest import V3Client

from poolhouse.caller import Caller
from poolhouse.errors import InvalidOperation, NotPermitted, PoolhouseError, TooManyRequests
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.migration import jobs, postgres_jobs
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery


def lines(*rows: dict[str, Any] | str) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


async def begun(v3: V3Client, **body: Any) -> str:
    answer = await v3.post("create-import-users-job", body)
    assert answer["statusCode"] == 200, answer
    return str(answer["data"]["jobId"])


async def sent(v3: V3Client, job_id: str, position: int, text: str, **more: Any) -> dict[str, Any]:
    body = {"jobId": job_id, "position": position, "text": text, **more}
    return dict(await v3.post("import-users", body))


async def total(v3: V3Client, **query: Any) -> int:
    return (await v3.services.users.list(v3.administrator, UserQuery(**query))).total


async def test_a_stranger_begins_continues_and_reads_none(services: Services, pool: PoolForTests) -> None:
    job = await services.import_jobs.create(pool.administrator)
    for caller in (pool.stranger, pool.user("a" * 24)):
        for act in (
            services.import_jobs.create(caller),
            services.import_jobs.put(caller, job.id, lines({"username": "a"}), 0),
            services.import_jobs.cancel(caller, job.id),
        ):
            with pytest.raises(PoolhouseError) as refused:
                await act
            assert refused.type is not InvalidOperation
    with pytest.raises(NotPermitted):
        await services.import_jobs.get(pool.user("a" * 24), job.id)


async def test_pieces_become_users_who_log_in_and_are_found(v3: V3Client) -> None:
    stored = bcrypt.hashpw(b"their own", bcrypt.gensalt(4)).decode()
    job_id = await begun(v3)
    first = lines({"id": 1, "username": "ann", "passwordHash": stored}, "", {"username": "bob", "x": 1})
    answer = await sent(v3, job_id, 0, first)
    assert answer["data"]["status"] == "RUNNING"
    assert (answer["data"]["position"], answer["data"]["imported"], answer["data"]["failed"]) == (2, 1, 1)
    answer = await sent(v3, job_id, 2, lines({"username": "cleo", "password": "plain"}), last=True)
    assert (answer["data"]["status"], answer["data"]["position"]) == ("COMPLETED", 3)
    assert answer["data"]["finishedAt"]
    for name, password in (("ann", "their own"), ("cleo", "plain")):
        directory = await v3.services.directories.of(v3.pool_id)
        await directory.authenticate(Caller(v3.pool_id), UserKey("username", name), password)
        assert await total(v3, keyword=name) == 1


async def test_a_table_has_its_header_in_each_piece(v3: V3Client) -> None:
    job_id = await begun(v3, format="csv", ignoreColumns=["note"])
    await sent(v3, job_id, 0, "用户名,note\nann,x\n")
    answer = await sent(v3, job_id, 1, "用户名,note\nbob,y\n", last=True)
    assert (answer["data"]["imported"], answer["data"]["ignoreColumns"]) == (2, ["note"])
    assert await total(v3) == 2


async def test_what_is_refused_is_told_by_its_row_and_the_neighbour_sees_no_job(
    v3: V3Client, neighbour: V3Client
) -> None:
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines({"username": "ann"}, {"username": "b", "gender": "?"}))
    await sent(v3, job_id, 2, lines({"username": "ann"}, "{not json"))
    told = (await v3.get("list-import-users-errors", jobId=job_id))["data"]
    assert told["totalCount"] == 2
    assert [(error["row"], error["field"]) for error in told["list"]] == [(2, "gender"), (4, "row")]
    page = (await v3.get("list-import-users-errors", jobId=job_id, page=2, limit=1))["data"]
    assert [error["row"] for error in page["list"]] == [4]
    for path in ("get-import-users-job", "list-import-users-errors"):
        assert (await neighbour.get(path, jobId=job_id))["statusCode"] == 404
    assert (await neighbour.post("cancel-import-users-job", {"jobId": job_id}))["statusCode"] == 404
    assert (await sent(neighbour, job_id, 4, lines({"username": "zoe"})))["statusCode"] == 404
    assert (await neighbour.get("list-import-users-jobs"))["data"] == {"totalCount": 0, "list": []}
    listed = (await v3.get("list-import-users-jobs"))["data"]
    assert [job["jobId"] for job in listed["list"]] == [job_id]


async def test_a_reason_is_read_in_the_reader_s_language_whoever_sent_the_row(v3: V3Client) -> None:
    await v3.services.users.create(v3.administrator, UserDraft({"username": "bob", "email": "b@x.cn"}))
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines({"username": "b", "gender": "?"}, {"username": "bob", "email": "o@x.cn"}))
    told = {}
    for lang in ("zh-CN", "en-US"):
        headers = {"x-authing-lang": lang}
        answer = await v3.get("list-import-users-errors", headers=headers, jobId=job_id)
        told[lang] = [error["message"] for error in answer["data"]["list"]]
    assert told["zh-CN"][1] == "属于另一个用户"
    assert told["en-US"][1] == "belongs to another user"
    assert told["zh-CN"][0] != told["en-US"][0]
    assert told["en-US"][0].isascii()


async def test_a_piece_that_is_sent_twice_is_refused_by_its_position(v3: V3Client) -> None:
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines({"username": "ann"}))
    again = await sent(v3, job_id, 0, lines({"username": "ann"}))
    assert again["statusCode"] == 400
    assert "position" in again["message"]
    assert "1" in again["message"]
    assert (await v3.get("get-import-users-job", jobId=job_id))["data"]["skipped"] == 0


async def test_another_node_goes_on(v3: V3Client) -> None:
    """Nothing of a job is in a process: services of their own know it."""
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines({"username": "ann"}))
    other = jobs.ImportJobs(v3.services.db, v3.services.imports, v3.services.audit)
    job = await other.put(v3.administrator, job_id, lines({"username": "bob"}), 1, last=True)
    assert (job.status, job.journal.imported) == ("COMPLETED", 2)


async def test_one_runs_at_a_time_and_one_that_ended_takes_no_more(v3: V3Client, neighbour: V3Client) -> None:
    job_id = await begun(v3)
    refused = await v3.post("create-import-users-job", {})
    assert refused["statusCode"] != 200
    assert job_id in refused["message"]
    assert await begun(neighbour) != job_id
    cancelled = (await v3.post("cancel-import-users-job", {"jobId": job_id}))["data"]
    assert cancelled["status"] == "CANCELLED"
    assert (await sent(v3, job_id, 0, lines({"username": "ann"})))["statusCode"] != 200
    assert await total(v3) == 0
    await begun(v3)


async def test_one_that_is_cancelled_while_a_piece_is_read_stores_none_of_it(
    v3: V3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await begun(v3)
    imports, hashes = v3.services.imports, v3.services.imports.hashes

    async def cancelled_meanwhile(*args: Any) -> Any:
        await v3.services.import_jobs.cancel(v3.administrator, job_id)
        return await hashes(*args)

    monkeypatch.setattr(imports, "hashes", cancelled_meanwhile)
    assert (await sent(v3, job_id, 0, lines({"username": "ann"})))["statusCode"] != 200
    assert await total(v3) == 0


async def test_a_second_piece_at_once_is_told_to_wait(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await begun(v3)
    imports, hashes = v3.services.imports, v3.services.imports.hashes

    async def beside(*args: Any) -> Any:
        with pytest.raises(TooManyRequests):
            await v3.services.import_jobs.put(v3.administrator, job_id, lines({"username": "bob"}), 0)
        return await hashes(*args)

    monkeypatch.setattr(imports, "hashes", beside)
    assert (await sent(v3, job_id, 0, lines({"username": "ann"})))["statusCode"] == 200


async def test_a_piece_is_bounded(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_ROWS", 2)
    monkeypatch.setattr(jobs, "MOST_PASSWORDS", 1)
    job_id = await begun(v3)
    for text in (
        lines(*({"username": f"u{n}"} for n in range(3))),
        lines(*({"username": f"u{n}", "password": "plain"} for n in range(2))),
        " ",
    ):
        refused = await sent(v3, job_id, 0, text)
        assert refused["statusCode"] == 400
        assert "text" in refused["message"]
    assert (await v3.get("get-import-users-job", jobId=job_id))["data"]["position"] == 0


async def test_what_a_job_keeps_is_bounded(v3: V3Client) -> None:
    for ignored in (["x"] * 101, ["x" * 257]):
        refused = await v3.post("create-import-users-job", {"ignoreColumns": ignored})
        assert (refused["statusCode"], "ignoreColumns" in refused["message"]) == (400, True)


async def test_the_log_tells_who_began_brought_in_and_cancelled(v3: V3Client) -> None:
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines({"username": "ann"}))
    await v3.post("cancel-import-users-job", {"jobId": job_id})
    rows = await v3.services.db.fetch(
        "select detail from audit_records where pool_id = $1 and operation = 'import' order by at", v3.pool_id
    )
    assert [row["detail"] for row in rows] == [
        {"source": f"job:{job_id}", "state": "begun"},
        {"source": f"job:{job_id}", "imported": 1},
        {"source": f"job:{job_id}", "state": "cancelled"},
    ]


async def test_jobs_that_ended_long_ago_go_with_what_they_refused(v3: V3Client) -> None:
    job_id = await begun(v3)
    await sent(v3, job_id, 0, lines("{not json"), last=True)
    await v3.services.db.execute(
        "update user_imports set finished_at = now() - interval '31 days' where pool_id = $1", v3.pool_id
    )
    await begun(v3)
    assert (await v3.get("get-import-users-job", jobId=job_id))["statusCode"] == 404
    assert not await v3.services.db.fetchval(
        "select count(*) from user_import_errors where pool_id = $1", v3.pool_id
    )
    assert postgres_jobs.KEPT_DAYS == 30


@pytest.mark.parametrize("deep", [900, 5000])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
async def test_a_row_nested_too_deeply_is_refused_as_one(v3: V3Client, kind: str, deep: int) -> None:
    drafts = [FieldDraft(TargetType.USER, "level", DataType.OBJECT, "Level")]
    await v3.services.fields.define(v3.administrator, drafts)
    value = '{"level": ' + "[" * deep + "]" * deep + "}"
    if kind == "csv":
        quoted = value.replace('"', '""')
        text = f'username,customData\nann,"{quoted}"\nbob,\n'
    else:
        text = lines(f'{{"username": "ann", "customData": {value}}}', {"username": "bob"})
    answer = await sent(v3, await begun(v3, format=kind), 0, text, last=True)
    assert answer["statusCode"] == 200, answer
    assert (answer["data"]["imported"], answer["data"]["failed"]) == (1, 1)
