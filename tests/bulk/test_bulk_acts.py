"""Acts upon many: who may, that each is done once whatever dies, with whose rights, and in whose turn."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args

import pytest
from tests.bulk.conftest import Works
from tests.conftest import PoolForTests

from poolhouse.accounts.service import AccountService
from poolhouse.bulk import postgres, service, turns, work
from poolhouse.bulk.model import Act, BulkAct
from poolhouse.caller import Caller
from poolhouse.client import table_bulk
from poolhouse.errors import (
    DatabaseLost,
    GroupNotFound,
    InvalidInput,
    InvalidOperation,
    Missing,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotSupportedByDirectory,
    Overloaded,
    PoolhouseError,
    TooLarge,
    UserNotFound,
)
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft, Target, TargetType
from poolhouse.services import Services
from poolhouse.users.model import Condition, Status, User, UserDraft, UserKey, UserQuery

ALL = PageRequest(1, 1000)
EVERYBODY = UserQuery()


async def ended(works: Works, act: BulkAct) -> BulkAct:
    await works.finish()
    found = await works.services.bulk_acts.get(works.pool.administrator, act.id)
    assert found.ended_at
    return found


async def statuses(works: Works) -> Counter[str]:
    found = await works.services.users.list(works.pool.administrator, UserQuery(page=ALL))
    return Counter(user.shown_status for user in found.items)


async def acts_in_log(works: Works, operation: str) -> Counter[str]:
    rows = await works.services.db.fetch(
        "select user_id from audit_records where pool_id = $1 and operation = $2", works.pool.id, operation
    )
    return Counter(row["user_id"] for row in rows)


async def started(works: Works, act: Any = "BLOCK", given: Any = None, **whom: Any) -> BulkAct:
    return await works.services.bulk_acts.start(works.pool.administrator, act, given or {}, **whom)


# -- who may -----------------------------------------------------------------------------------------------


async def test_a_stranger_starts_reads_and_cancels_none(
    services: Services, pool: PoolForTests, works: Works
) -> None:
    (user,) = await works.people(1)
    act = await started(works, user_ids=[user.id])
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user(user.id), NotPermitted)):
        for asked in (
            services.bulk_acts.start(caller, "BLOCK", {}, user_ids=[user.id]),
            services.bulk_acts.get(caller, act.id),
            services.bulk_acts.list(caller, ALL),
            services.bulk_acts.results(caller, act.id, ALL),
            services.bulk_acts.cancel(caller, act.id),
        ):
            with pytest.raises(refusal):
                await asked


async def test_those_named_are_blocked_and_each_has_a_result(works: Works) -> None:
    first, _, third = await works.people(3)
    gone = new_id()
    act = await started(works, user_ids=[third.id, gone, first.id])
    assert (act.status, act.expected) == ("WAITING", 3)
    act = await ended(works, act)
    assert (act.status, act.done, act.failed) == ("COMPLETED", 2, 1)
    assert await statuses(works) == {"Suspended": 2, "Activated": 1}
    found = await works.services.bulk_acts.results(works.pool.administrator, act.id, ALL)
    assert [(one.row, one.user_id, one.outcome, one.error) for one in found.items] == [
        (1, third.id, "DONE", None),
        (2, gone, "FAILED", "UserNotFound"),
        (3, first.id, "DONE", None),
    ]
    assert found.items[1].message == UserNotFound(user_id=gone).message("zh-CN")
    refused = await works.services.bulk_acts.results(works.pool.administrator, act.id, ALL, "FAILED")
    assert [one.user_id for one in refused.items] == [gone]


async def test_another_pool_is_neither_seen_nor_acted_upon(
    services: Services, works: Works, other_pool: PoolForTests
) -> None:
    theirs = await services.users.create(other_pool.administrator, UserDraft({"username": "theirs"}))
    act = await started(works, "DELETE", user_ids=[theirs.id], confirm=1)
    assert (await ended(works, act)).failed == 1
    assert await services.users.find(other_pool.administrator, UserKey("id", theirs.id))
    with pytest.raises(NotFound):
        await services.bulk_acts.get(other_pool.administrator, act.id)
    with pytest.raises(NotFound):
        await services.bulk_acts.cancel(other_pool.administrator, act.id)
    assert (await services.bulk_acts.list(other_pool.administrator, ALL)).total == 0


@pytest.mark.parametrize(
    ("act", "given", "scope"),
    [
        ("BLOCK", {}, "users:write"),
        ("ADD_TO_GROUP", {"group": "g"}, "groups:write"),
        ("ASSIGN_ROLE", {"role": "r", "namespace": "default"}, "roles:write"),
        ("ADD_TO_DEPARTMENT", {"node": "n"}, "orgs:write"),
    ],
)
async def test_an_act_asks_for_the_scope_of_what_it_changes(
    works: Works, act: Any, given: Any, scope: str
) -> None:
    every = frozenset({"users:write", "users:read", "groups:write", "roles:write", "orgs:write"})
    caller = replace(works.pool.administrator, scopes=every - {scope})
    with pytest.raises(NotPermitted, match=scope):
        await works.services.bulk_acts.start(caller, act, given, user_ids=[new_id()])


# -- all that match ----------------------------------------------------------------------------------------


async def test_all_that_match_are_acted_upon_over_all_pieces(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocking changes what it is looked for by, and nobody is passed over for it."""
    monkeypatch.setattr(work, "PIECE", 4)
    people = await works.people(11)
    await works.people(3, "other")
    await works.services.accounts.set_status(works.pool.administrator, people[5].id, Status.SUSPENDED)
    query = UserQuery(
        conditions=(Condition("status", "EQUAL", "Activated"), Condition("username", "CONTAINS", "u"))
    )
    act = await started(works, query=query)
    assert act.expected == 10
    act = await ended(works, act)
    assert (act.status, act.done, act.failed) == ("COMPLETED", 10, 0)
    assert await statuses(works) == {"Suspended": 11, "Activated": 3}


async def test_whoever_comes_after_the_start_is_left_alone(works: Works) -> None:
    await works.people(2)
    act = await started(works, query=EVERYBODY)
    await works.people(2, "late")
    assert (await ended(works, act)).done == 2
    assert await statuses(works) == {"Suspended": 2, "Activated": 2}


async def test_words_find_whom_a_search_finds(works: Works) -> None:
    await works.people(3, "anna")
    await works.people(2, "bert")
    assert (await ended(works, await started(works, query=UserQuery(keyword="anna")))).done == 3


async def test_a_deletion_says_how_many_and_deletes_no_more(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    people = await works.people(5)
    for confirm in (None, 4, 6):
        with pytest.raises(InvalidInput, match="confirm") as refused:
            await started(works, "DELETE", query=EVERYBODY, confirm=confirm)
        said = refused.value.message("en-US") + refused.value.message("zh-CN")
        assert not re.search(r"\d", said), "which number it is says the list alone"
    for user in people[:2]:
        await works.services.users.update(works.pool.administrator, user.id, UserDraft({"company": "old"}))
    query = UserQuery(conditions=(Condition("company", "EQUAL", "old"),))
    act = await started(works, "DELETE", query=query, confirm=2)
    for user in people[2:]:  # they come to match before their turn
        await works.services.users.update(works.pool.administrator, user.id, UserDraft({"company": "old"}))
    act = await ended(works, act)
    assert (act.status, act.done) == ("COMPLETED", 2)
    assert (await works.services.users.list(works.pool.administrator, EVERYBODY)).total == 3


THINGS: list[tuple[Any, dict[str, Any]]] = [
    ("ADD_TO_GROUP", {"group": "g"}),
    ("ASSIGN_ROLE", {"role": "r", "namespace": "default"}),
    ("ADD_TO_DEPARTMENT", {"node": "root"}),
    ("SET_FIELD", {"profile": "company", "value": "新公司"}),
    ("SET_FIELD", {"custom": "school", "value": "清华"}),
    ("BLOCK", {"note": "left"}),
    ("ACTIVATE", {}),
]
UNDONE: list[tuple[Any, dict[str, Any]]] = [
    ("REMOVE_FROM_GROUP", {"group": "g"}),
    ("REVOKE_ROLE", {"role": "r", "namespace": "default"}),
    ("REMOVE_FROM_DEPARTMENT", {"node": "root"}),
    ("SET_FIELD", {"custom": "school", "value": None}),
]


async def make_things(works: Works) -> str:
    """A group, a role, a custom field and an organization, whose root's id it gives."""
    services, admin = works.services, works.pool.administrator
    await services.groups.create(admin, GroupDraft("g", "g"))
    await services.roles.create(admin, RoleDraft("r"))
    await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "school", DataType.STRING, "School")])
    return (await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))).root.id


# -- each act ----------------------------------------------------------------------------------------------


async def test_groups_roles_departments_and_fields(works: Works) -> None:
    services, admin = works.services, works.pool.administrator
    people = await works.people(2)
    ids = [user.id for user in people]
    root = await make_things(works)
    there = {"node": root}
    for act, given in THINGS:
        given = given | (there if "node" in given else {})
        done = await ended(works, await started(works, act, given, user_ids=ids))
        assert (done.status, done.done, done.failed) == ("COMPLETED", 2, 0), act
    assert (await services.groups.list_members(admin, "g", ALL)).total == 2
    roles = await services.roles.list_of_target(admin, Target(TargetType.USER, ids[0]))
    assert [role.code for role in roles] == ["r"]
    assert (await services.department_members.department_ids(admin, ids))[ids[0]] == [root]
    user = await services.users.get(admin, ids[1])
    assert user.company == "新公司"
    for act, given in UNDONE:
        given = given | (there if "node" in given else {})
        done = await ended(works, await started(works, act, given, user_ids=ids))
        assert (done.done, done.failed) == (2, 0), act
    assert (await services.groups.list_members(admin, "g", ALL)).total == 0


async def test_ending_sessions_of_nobody_is_in_no_log(works: Works) -> None:
    (user,) = await works.people(1)
    act = await ended(works, await started(works, "END_SESSIONS", user_ids=[user.id, new_id()]))
    assert (act.done, act.failed) == (1, 1)
    assert await acts_in_log(works, "kick") == {user.id: 1}


@pytest.mark.parametrize(
    ("act", "given", "refusal", "named"),
    [
        ("ADD_TO_GROUP", {}, Missing, "group"),
        ("ADD_TO_GROUP", {"group": "none"}, GroupNotFound, ""),
        ("ADD_TO_DEPARTMENT", {}, Missing, "department"),
        ("ASSIGN_ROLE", {"namespace": "default"}, Missing, "role"),
        ("SET_FIELD", {"value": 1}, Missing, "field"),
        ("SET_FIELD", {"profile": "company"}, Missing, "value"),
        ("SET_FIELD", {"profile": "username", "value": "x"}, InvalidInput, "field"),
        ("SET_FIELD", {"profile": "company", "value": "x" * 1000}, InvalidInput, "company"),
        ("SET_FIELD", {"custom": "none", "value": "x"}, NotFound, ""),
        ("BLOCK", {"note": "x" * 501}, TooLarge, "note"),
    ],
)
async def test_what_would_befall_everybody_is_refused_at_the_start(
    works: Works, act: Any, given: Any, refusal: type[Exception], named: str
) -> None:
    with pytest.raises(refusal) as refused:
        await started(works, act, given, user_ids=[new_id()])
    assert not named or getattr(refused.value, "facts")["field"] == named  # noqa: B009
    assert (await works.services.bulk_acts.list(works.pool.administrator, ALL)).total == 0


async def test_nobody_too_many_and_both_are_refused(works: Works) -> None:
    for whom, named in (
        ({}, "userIds"),
        ({"user_ids": []}, "userIds"),
        ({"user_ids": [new_id()], "query": EVERYBODY}, "userIds"),
        ({"user_ids": [new_id()] * (service.MOST_NAMED + 1)}, "userIds"),
        ({"user_ids": ["x" * (service.LONGEST_ID + 1)]}, "userIds"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await started(works, **whom)  # type: ignore[arg-type]
        assert refused.value.facts["field"] == named


async def test_where_people_are_not_kept_here_there_are_none(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere:
        keeps_profiles = False

    async def elsewhere(*_: Any) -> Elsewhere:
        return Elsewhere()

    monkeypatch.setattr(works.services.directories, "of", elsewhere)
    with pytest.raises(NotSupportedByDirectory):
        await started(works, user_ids=[new_id()])


# -- workers that die, and others that go on ---------------------------------------------------------------


class DyingAfter:
    """Accounts that take the worker with them after so many acts, which stand."""

    def __init__(self, accounts: AccountService, acts: int) -> None:
        self._accounts, self._left = accounts, acts

    async def set_status(self, *args: Any) -> User:
        user = await self._accounts.set_status(*args)
        self._left -= 1
        if not self._left:
            raise asyncio.CancelledError
        return user


@pytest.mark.parametrize("after", [1, 3, 4])
async def test_a_worker_that_dies_leaves_nobody_out_and_nobody_twice(
    works: Works, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(work, "PIECE", 4)
    await works.people(9)
    act = await started(works, query=UserQuery(conditions=(Condition("status", "EQUAL", "Activated"),)))
    dying = works.worker(accounts=DyingAfter(works.services.accounts, after))
    with pytest.raises(asyncio.CancelledError):
        await dying.step()
    assert await acts_in_log(works, "block") != {}
    act = await ended(works, act)
    assert (act.status, act.done, act.failed) == ("COMPLETED", 9, 0)
    assert set((await acts_in_log(works, "block")).values()) == {1}
    found = await works.services.bulk_acts.results(works.pool.administrator, act.id, ALL)
    assert [one.row for one in found.items] == list(range(1, 10))


async def test_two_workers_at_once_do_nobody_twice(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PIECE", 3)
    await works.people(20)
    act = await started(works, query=EVERYBODY)

    async def until_it_ended() -> None:
        while not (await works.services.bulk_acts.get(works.pool.administrator, act.id)).ended_at:
            await works.worker().step()

    await asyncio.gather(*(until_it_ended() for _ in range(3)))
    assert set((await acts_in_log(works, "block")).values()) == {1}
    assert (await ended(works, act)).done == 20


class Failing:
    def __init__(self, accounts: AccountService, *errors: BaseException) -> None:
        self._accounts, self._errors = accounts, list(errors)

    async def set_status(self, *args: Any) -> User:
        if self._errors:
            raise self._errors.pop(0)
        return await self._accounts.set_status(*args)


async def test_what_befalls_one_is_theirs_alone(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "WAIT_S", 0.001)
    people = await works.people(3)
    held_up = [Overloaded("deadlock") for _ in range(work.RETRIES)]
    failing = Failing(works.services.accounts, ZeroDivisionError(), *held_up)
    act = await started(works, user_ids=[user.id for user in people])
    worker = works.worker(accounts=failing)
    while await worker.step():
        pass
    act = await ended(works, act)
    assert (act.done, act.failed) == (1, 2)
    found = await works.services.bulk_acts.results(works.pool.administrator, act.id, ALL, "FAILED")
    assert [one.error for one in found.items] == ["PoolhouseError", "Overloaded"]
    assert "ZeroDivision" not in str(found.items)


async def test_a_lost_database_keeps_what_was_done_and_is_tried_again(works: Works) -> None:
    people = await works.people(3)
    act = await started(works, user_ids=[user.id for user in people])
    lost = works.worker(accounts=Failing(works.services.accounts, DatabaseLost("gone")))
    with pytest.raises(DatabaseLost):
        await lost.step()
    act = await ended(works, act)
    assert (act.done, act.failed) == (3, 0)


# -- bounds, turns, ends -----------------------------------------------------------------------------------


async def test_a_pool_has_few_open_acts(works: Works) -> None:
    (user,) = await works.people(1)
    acts = [await started(works, user_ids=[user.id]) for _ in range(service.MOST_OPEN)]
    with pytest.raises(InvalidOperation):
        await started(works, user_ids=[user.id])
    await works.services.bulk_acts.cancel(works.pool.administrator, acts[0].id)
    await started(works, user_ids=[user.id])


async def test_pools_take_turns(
    services: Services, works: Works, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 1)
    other = Works(services, other_pool)
    await works.people(3)
    await other.people(3)
    acts = [await started(one, query=EVERYBODY) for one in (works, other)]
    served = []
    while len(served) < 6:
        waiting = [pool for pool, _ in await postgres.waiting(services.db, 1000)]
        mine = next(pool for pool in waiting if pool in (works.pool.id, other.pool.id))
        served.append(mine)
        assert await (works if mine == works.pool.id else other).worker().step()
    assert served in ([works.pool.id, other.pool.id] * 3, [other.pool.id, works.pool.id] * 3)
    for one, act in zip((works, other), acts, strict=True):
        assert (await ended(one, act)).done == 3


async def test_a_worker_of_one_pool_finds_it_behind_however_many_others(
    works: Works, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LOOK_AT", 1)
    other = Works(works.services, other_pool)
    for one in (other, works):
        await one.people(1)
        await started(one, query=EVERYBODY)
    assert await works.worker().step()
    assert await statuses(works) == {"Suspended": 1}
    await other.finish()


async def test_an_act_that_fails_as_a_whole_holds_up_no_other_pool(
    services: Services, works: Works, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LONGEST_ID", 1_000_000)
    broken = await started(works, user_ids=["".join(new_id() for _ in range(500))])  # no index holds it
    other = Works(services, other_pool)
    await other.people(2)
    act = await started(other, query=EVERYBODY)
    worker = works.worker(other.pool.id)
    assert await worker.step()
    assert (await services.bulk_acts.get(other.pool.administrator, act.id)).done == 2
    with pytest.raises(TooLarge):
        while await worker.step():
            pass
    assert (await services.bulk_acts.cancel(works.pool.administrator, broken.id)).status == "CANCELLED"


async def until_ended(works: Works, worker: work.BulkWork, act_id: str) -> BulkAct:
    """However often a piece fails on the way."""
    for _ in range(4 * turns.TRIES):
        with suppress(RuntimeError, PoolhouseError):
            await worker.step()
        act = await works.services.bulk_acts.get(works.pool.administrator, act_id)
        if act.ended_at:
            return act
    raise AssertionError("it goes on for ever")


async def test_those_of_a_piece_that_always_fails_have_failed_and_the_act_goes_on(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    people = await works.people(5)
    act = await started(works, user_ids=[one.id for one in people])
    worker = works.worker()
    whole, pieces = worker._done, []

    async def done(tx: Any, act: BulkAct, caller: Caller) -> Any:
        pieces.append(act.position)
        if act.position == 4:
            raise RuntimeError("the second piece")
        return await whole(tx, act, caller)

    monkeypatch.setattr(worker, "_done", done)
    ended = await until_ended(works, worker, act.id)
    assert (ended.status, ended.done, ended.failed) == ("COMPLETED", 3, 2)
    assert pieces.count(4) == turns.TRIES
    page = PageRequest(1, 10)
    failed = await works.services.bulk_acts.results(works.pool.administrator, act.id, page, "FAILED")
    assert [(one.row, one.error) for one in failed.items] == [(3, "PoolhouseError"), (4, "PoolhouseError")]
    assert all(one.message for one in failed.items)


async def test_an_act_of_which_nobody_can_be_named_is_stopped(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LONGEST_ID", 1_000_000)
    act = await started(works, user_ids=["".join(new_id() for _ in range(500))])  # no index holds it
    ended = await until_ended(works, works.worker(), act.id)
    assert (ended.status, ended.done, ended.failed) == ("STOPPED", 0, 0)
    assert ended.reason


async def test_a_piece_for_which_there_is_no_room_is_tried_on(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await works.people(1)
    act = await started(works, user_ids=[one.id for one in people])
    worker = works.worker()
    whole, left = worker._done, [True] * (2 * turns.TRIES)

    async def done(tx: Any, act: BulkAct, caller: Caller) -> Any:
        if left:
            left.pop()
            raise Overloaded("later")
        return await whole(tx, act, caller)

    monkeypatch.setattr(worker, "_done", done)
    ended = await until_ended(works, worker, act.id)
    assert (ended.done, ended.failed) == (1, 0)


async def test_cancelled_it_does_no_more_and_what_is_done_stays(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    await works.people(5)
    act = await started(works, query=EVERYBODY)
    await works.worker().step()
    act = await works.services.bulk_acts.cancel(works.pool.administrator, act.id)
    assert (act.status, act.done) == ("CANCELLED", 2)
    assert not await works.worker().step()
    assert await statuses(works) == {"Suspended": 2, "Activated": 3}
    again = await works.services.bulk_acts.cancel(works.pool.administrator, act.id)
    assert again.ended_at == act.ended_at


async def test_it_goes_on_with_the_rights_its_administrator_still_has(
    services: Services, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    await works.people(4)
    operator = Caller("", kind="system", actor_id="cli:root")
    name = f"a{new_id()}"
    made = await services.administrators.create(operator, name, "a long enough word", name="A")
    made = await services.administrators.set_roles(operator, made.id, works.pool.id, ["user-editor"])
    caller = await services.administrators.caller_in(made, works.pool.id, works.pool.stranger)
    act = await services.bulk_acts.start(caller, "BLOCK", {}, query=EVERYBODY)
    await works.worker().step()
    assert Counter(
        row["actor_id"]
        for row in await services.db.fetch(
            "select actor_id from audit_records where pool_id = $1 and operation = 'block'", works.pool.id
        )
    ) == {made.id: 2}
    await services.administrators.set_roles(operator, made.id, works.pool.id, ["viewer"])
    act = await ended(works, act)
    assert (act.status, act.done) == ("STOPPED", 2)
    assert act.reason == NotPermitted().message("zh-CN")
    assert await statuses(works) == {"Suspended": 2, "Activated": 2}


async def test_an_act_of_a_deleted_key_stops(services: Services, works: Works) -> None:
    await works.people(1)
    key = await services.access_keys.create(works.pool.administrator, scopes=["users:write", "users:read"])
    caller = replace(works.pool.administrator, actor_id=key.id, scopes=key.scopes)
    act = await services.bulk_acts.start(caller, "BLOCK", {}, query=EVERYBODY)
    await services.access_keys.delete(works.pool.administrator, key.id)
    assert (await ended(works, act)).status == "STOPPED"


async def test_the_log_says_who_began_it_and_how_it_ended(works: Works) -> None:
    (user,) = await works.people(1)
    act = await ended(works, await started(works, user_ids=[user.id]))
    rows = await works.services.db.fetch(
        "select operation, actor_id, success, detail from audit_records "
        "where pool_id = $1 and resource_type = 'bulk_act' and resource_id = $2 order by at",
        works.pool.id,
        act.id,
    )
    assert [(row["operation"], row["actor_id"], row["success"]) for row in rows] == [
        ("create", works.pool.id, True),
        ("update", "bulk", True),
    ]
    assert rows[1]["detail"] == {"act": "BLOCK", "status": "COMPLETED", "done": 1, "failed": 0}


async def test_an_erased_person_is_in_no_result(works: Works) -> None:
    services, admin = works.services, works.pool.administrator
    (user,) = await works.people(1, "marker-of-somebody")
    query = UserQuery(keyword="marker-of-somebody0")
    act = await ended(works, await started(works, given={"note": "marker-of-somebody0 asked"}, query=query))
    named = await ended(works, await started(works, user_ids=[user.id]))
    await services.erasure.erase(admin, user.id, [])
    for table in ("bulk_acts", "bulk_act_results"):
        rows = await services.db.fetch(
            f"select t::text as said from {table} t where pool_id = $1", admin.pool_id
        )
        assert rows
        assert not [row for row in rows if user.id in row["said"] or "marker-of-somebody0" in row["said"]]
    for one in (act, named):
        assert (await services.bulk_acts.results(admin, one.id, ALL)).total == 1


async def test_old_ones_go_with_their_results(works: Works) -> None:
    (user,) = await works.people(1)
    act = await ended(works, await started(works, user_ids=[user.id]))
    await works.services.db.execute(
        "update bulk_acts set ended_at = now() - interval '31 days' where pool_id = $1", works.pool.id
    )
    await started(works, user_ids=[user.id])
    with pytest.raises(NotFound):
        await works.services.bulk_acts.get(works.pool.administrator, act.id)
    count = await works.services.db.fetchval(
        "select count(*) from bulk_act_results where pool_id = $1 and act_id = $2", works.pool.id, act.id
    )
    assert count == 0


def test_the_command_offers_every_act_that_there_is() -> None:
    assert get_args(Act) == table_bulk.ACTS
