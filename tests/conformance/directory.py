"""The Directory contract as a library: hooking up a directory takes a fixture named `subject`.

    class TestPostgresDirectory(DirectoryConformance):
        @pytest.fixture
        async def subject(self, services, pool): return Subject(...)

`put` places a user behind the directory without going through it where it is a foreign one. A test of a verb
the directory does not claim is skipped by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory.contract import Directory
from poolhouse.errors import (
    EmailTaken,
    ExternalIdTaken,
    PhoneTaken,
    PoolhouseError,
    UserExists,
    UsernameTaken,
    UserNotFound,
    WrongCredentials,
)
from poolhouse.paging import PageRequest
from poolhouse.users.model import User, UserDraft, UserKey, UserQuery

EVERY_VERB = frozenset(
    {"authenticate", "find", "search", "create", "update", "delete", "list", "check_password"}
)
Put = Callable[[Mapping[str, Any], str | None], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """`unknown_id` is well-formed for this directory but nobody's. `own_words`: refusals carry the script's
    words (ScriptFailed) instead of our classes."""

    directory: Directory
    db: Database
    caller: Caller
    put: Put
    verbs: frozenset[str] = EVERY_VERB
    unknown_id: str = "0" * 24
    own_words: bool = False

    def refusal(
        self, *kinds: type[PoolhouseError]
    ) -> type[PoolhouseError] | tuple[type[PoolhouseError], ...]:
        return PoolhouseError if self.own_words else kinds

    async def find(self, kind: Any, value: str) -> User | None:
        return (await self.directory.find(self.caller, [UserKey(kind, value)]))[0]

    async def create(self, values: Mapping[str, Any], password: str | None = None) -> User:
        async with self.db.transaction() as tx:
            return await self.directory.create(tx, self.caller, UserDraft(values, password))

    async def update(self, user_id: str, values: Mapping[str, Any], password: str | None = None) -> User:
        async with self.db.transaction() as tx:
            return await self.directory.update(tx, self.caller, user_id, UserDraft(values, password))

    async def delete(self, *user_ids: str) -> None:
        async with self.db.transaction() as tx:
            await self.directory.delete(tx, self.caller, user_ids)


PERSON = {
    "username": "wei.zhang",
    "email": "wei.zhang@example.com",
    "phone": "13800000001",
    "nickname": "张伟",
    "company": "山海科技",
}


def needs(subject: Subject, *verbs: str) -> None:
    if missing := set(verbs) - subject.verbs:
        pytest.skip(f"this directory has no {', '.join(sorted(missing))}")


class DirectoryConformance:
    @pytest.mark.parametrize(
        ("kind", "value"),
        [("username", "wei.zhang"), ("email", "wei.zhang@example.com"), ("phone", "13800000001")],
    )
    async def test_the_right_password_gives_the_user_by_every_identifier(
        self, subject: Subject, kind: Any, value: str
    ) -> None:
        needs(subject, "authenticate")
        user_id = await subject.put(PERSON, "s3cret-密码")
        user = await subject.directory.authenticate(subject.caller, UserKey(kind, value), "s3cret-密码")
        assert (user.id, user.username, user.nickname) == (user_id, "wei.zhang", "张伟")
        assert user.pool_id == subject.caller.pool_id

    async def test_a_wrong_password_is_refused(self, subject: Subject) -> None:
        needs(subject, "authenticate")
        await subject.put(PERSON, "right")
        with pytest.raises(subject.refusal(WrongCredentials)):
            await subject.directory.authenticate(subject.caller, UserKey("username", "wei.zhang"), "wrong")

    async def test_an_unknown_user_is_refused(self, subject: Subject) -> None:
        needs(subject, "authenticate")
        with pytest.raises(subject.refusal(WrongCredentials)):
            await subject.directory.authenticate(subject.caller, UserKey("username", "nobody"), "x")

    async def test_find_answers_in_the_order_asked_with_none_for_nobody(self, subject: Subject) -> None:
        needs(subject, "find")
        first = await subject.put(PERSON, "x")
        second = await subject.put({"username": "li.na", "email": "li.na@example.com"}, "x")
        keys = [UserKey("id", second), UserKey("username", "nobody"), UserKey("id", first)]
        found = await subject.directory.find(subject.caller, keys)
        assert [user and user.id for user in found] == [second, None, first]

    async def test_an_unknown_id_finds_nobody(self, subject: Subject) -> None:
        needs(subject, "find")
        assert await subject.find("id", subject.unknown_id) is None

    async def test_a_found_user_has_no_password(self, subject: Subject) -> None:
        needs(subject, "find")
        user_id = await subject.put(PERSON, "very-secret")
        user = await subject.find("id", user_id)
        assert "very-secret" not in repr(user)
        assert "$2" not in repr(user)
        assert "argon2" not in repr(user)

    async def test_a_created_user_is_found_and_can_log_in(self, subject: Subject) -> None:
        needs(subject, "create", "find", "authenticate")
        user = await subject.create(PERSON, "pässwörd")
        found = await subject.find("id", user.id)
        assert found is not None
        assert found.email == "wei.zhang@example.com"
        logged_in = await subject.directory.authenticate(
            subject.caller, UserKey("email", "wei.zhang@example.com"), "pässwörd"
        )
        assert logged_in.id == user.id

    @pytest.mark.parametrize(
        ("field", "error"),
        [("username", UsernameTaken), ("email", EmailTaken), ("phone", PhoneTaken)],
    )
    async def test_an_identifier_belongs_to_one_user(
        self, subject: Subject, field: str, error: type[PoolhouseError]
    ) -> None:
        needs(subject, "create")
        await subject.put(PERSON, "x")
        with pytest.raises(subject.refusal(error)):
            await subject.create({"username": "another", field: PERSON[field]}, "x")

    async def test_twenty_simultaneous_creations_of_one_name_make_one_user(self, subject: Subject) -> None:
        needs(subject, "create", "list")
        attempts = [subject.create({"username": "same"}, "x") for _ in range(20)]
        results = await asyncio.gather(*attempts, return_exceptions=True)
        assert sum(isinstance(result, User) for result in results) == 1
        refusals = [result for result in results if not isinstance(result, User)]
        assert all(
            isinstance(refusal, PoolhouseError if subject.own_words else UserExists) for refusal in refusals
        )
        assert (await subject.directory.list(subject.caller, UserQuery())).total == 1

    async def test_an_update_changes_what_it_names_and_nothing_else(self, subject: Subject) -> None:
        needs(subject, "update", "find")
        user_id = await subject.put(PERSON, "x")
        updated = await subject.update(user_id, {"nickname": "小张", "company": None})
        assert (updated.nickname, updated.company, updated.username) == ("小张", None, "wei.zhang")
        assert await subject.find("id", user_id) is not None

    async def test_a_new_password_replaces_the_old(self, subject: Subject) -> None:
        needs(subject, "update", "authenticate")
        user_id = await subject.put(PERSON, "old")
        await subject.update(user_id, {}, password="new")
        key = UserKey("username", "wei.zhang")
        assert (await subject.directory.authenticate(subject.caller, key, "new")).id == user_id
        with pytest.raises(subject.refusal(WrongCredentials)):
            await subject.directory.authenticate(subject.caller, key, "old")

    async def test_updating_nobody_is_an_error(self, subject: Subject) -> None:
        needs(subject, "update")
        with pytest.raises(subject.refusal(UserNotFound)):
            await subject.update(subject.unknown_id, {"nickname": "x"})

    @pytest.mark.parametrize("hostile", ["{} OR 1=1", " {}", "{}.0", "0{}", "{}'--"])
    async def test_an_id_that_is_almost_somebodys_is_nobodys(self, subject: Subject, hostile: str) -> None:
        needs(subject, "update", "delete", "find", "check_password")
        user_id = await subject.put(PERSON, "mine")
        nobody = hostile.format(user_id)
        assert await subject.find("id", nobody) is None
        for attempt in (
            subject.update(nobody, {"nickname": "changed"}, password="theirs"),
            subject.delete(user_id, nobody),
            subject.directory.check_password(subject.caller, nobody, "mine"),
        ):
            with pytest.raises(UserNotFound):
                await attempt
        found = await subject.find("id", user_id)
        assert found is not None
        assert found.nickname == "张伟"
        assert await subject.directory.check_password(subject.caller, user_id, "mine") is True

    @pytest.mark.parametrize(
        "states",
        [
            {"blocked": True},
            {"status": "Suspended"},
            {"reset_password_on_next_login": True},
            {"is_deleted": True, "status": "Archived"},
        ],
    )
    async def test_what_bars_a_user_is_read_again_everywhere_until_it_is_lifted(
        self, subject: Subject, states: dict[str, Any]
    ) -> None:
        needs(subject, "update", "find", "list", "search")
        user_id = await subject.put(PERSON, "x")
        plain = {"blocked": False, "status": "Activated", "is_deleted": False}
        for written in (states, {name: plain.get(name, False) for name in states}):
            await subject.update(user_id, written)
            (listed,) = (await subject.directory.list(subject.caller, UserQuery())).items
            (searched,) = (await subject.directory.search(subject.caller, UserQuery(keyword="wei"))).items
            for user in (await subject.find("id", user_id), listed, searched):
                assert user is not None
                assert {name: getattr(user, name) for name in written} == written

    async def test_an_update_cannot_take_anothers_identifier(self, subject: Subject) -> None:
        needs(subject, "update")
        await subject.put(PERSON, "x")
        other = await subject.put({"username": "li.na"}, "x")
        with pytest.raises(subject.refusal(UsernameTaken)):
            await subject.update(other, {"username": "wei.zhang"})

    async def test_a_deleted_user_is_gone(self, subject: Subject) -> None:
        needs(subject, "delete", "find")
        user_id = await subject.put(PERSON, "x")
        await subject.delete(user_id)
        assert await subject.find("id", user_id) is None

    async def test_deleting_one_unknown_among_others_deletes_nobody(self, subject: Subject) -> None:
        needs(subject, "delete", "find")
        user_id = await subject.put(PERSON, "x")
        with pytest.raises(subject.refusal(UserNotFound)):
            await subject.delete(user_id, subject.unknown_id)
        assert await subject.find("id", user_id) is not None

    async def test_pages_neither_repeat_nor_lose_anybody(self, subject: Subject) -> None:
        needs(subject, "list")
        ids = [await subject.put({"username": f"user-{n}"}, None) for n in range(7)]
        seen: list[str] = []
        for number in (1, 2, 3):
            page = await subject.directory.list(subject.caller, UserQuery(PageRequest(number, 3)))
            assert page.total == 7
            seen += [user.id for user in page.items]
        assert sorted(seen) == sorted(ids)

    async def test_a_page_past_the_end_is_empty(self, subject: Subject) -> None:
        needs(subject, "list")
        await subject.put(PERSON, None)
        page = await subject.directory.list(subject.caller, UserQuery(PageRequest(9, 10)))
        assert (page.total, page.items) == (1, [])

    @pytest.mark.parametrize("keyword", ["张", "张伟", "山海", "wei.z", "EXAMPLE.com", "00001", "ｗｅｉ"])
    async def test_search_finds_parts_of_fields_whatever_the_case(
        self, subject: Subject, keyword: str
    ) -> None:
        needs(subject, "search")
        if subject.own_words and keyword in ("ｗｅｉ",):
            pytest.skip("width folding is the script's own affair")
        user_id = await subject.put(PERSON, None)
        await subject.put({"username": "li.na", "nickname": "李娜"}, None)
        page = await subject.directory.search(subject.caller, UserQuery(keyword=keyword))
        assert [user.id for user in page.items] == [user_id]

    @pytest.mark.parametrize("keyword", ["%", "_", "we%", "' or 1=1 --", "\\"])
    async def test_wildcards_and_quotes_in_a_search_are_plain_characters(
        self, subject: Subject, keyword: str
    ) -> None:
        needs(subject, "search")
        await subject.put(PERSON, None)
        page = await subject.directory.search(subject.caller, UserQuery(keyword=keyword))
        assert (page.total, page.items) == (0, [])

    async def test_check_password_tells_right_from_wrong(self, subject: Subject) -> None:
        needs(subject, "check_password")
        user_id = await subject.put(PERSON, "mine")
        assert await subject.directory.check_password(subject.caller, user_id, "mine") is True
        assert await subject.directory.check_password(subject.caller, user_id, "theirs") is False

    async def test_checking_nobodys_password_is_an_error(self, subject: Subject) -> None:
        needs(subject, "check_password")
        with pytest.raises(subject.refusal(UserNotFound)):
            await subject.directory.check_password(subject.caller, subject.unknown_id, "x")

    async def test_external_ids_are_unique_where_the_directory_knows_them(self, subject: Subject) -> None:
        needs(subject, "create")
        if not subject.directory.keeps_profiles:
            pytest.skip("a script has no query by externalId")
        await subject.create({"username": "one", "external_id": "E1"})
        with pytest.raises(ExternalIdTaken):
            await subject.create({"username": "two", "external_id": "E1"})
