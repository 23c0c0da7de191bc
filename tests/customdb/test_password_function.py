"""`verifyPassword`, the pool's own function: judges stored passwords nobody here can, with no custom database."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import bcrypt
import pytest
from tests.conftest import PoolForTests

from poolhouse.customdb.model import LogQuery
from poolhouse.customdb.templates import template
from poolhouse.errors import (
    InvalidInput,
    NotPermitted,
    PasswordFunctionUnavailable,
    PoolhouseError,
    TooLarge,
    WeakPassword,
    WrongCredentials,
)
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey

# A form nobody else knows: md5 of "salt:password", turned around. Deno has no MD5 of its own, so SHA-1.
SOURCE = """
async function verifyPassword(password, hash, salt, user) {
  console.log('judging', user.username, Object.keys(arguments).length, password, hash, salt);
  const bytes = new TextEncoder().encode((salt ?? 'none') + ':' + password);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hash === 'turned:' + hex.split('').reverse().join('');
}
"""
NAME = UserKey("username", "wang")


def turned(password: str, salt: str = "none") -> str:
    return "turned:" + hashlib.sha1(f"{salt}:{password}".encode()).hexdigest()[::-1]


async def publish(services: Services, pool: PoolForTests, source: str = SOURCE) -> None:
    saved = await services.customdb.save_script(pool.administrator, "verifyPassword", source)
    await services.customdb.publish(pool.administrator, "verifyPassword", saved.version)


async def wang(services: Services, pool: PoolForTests, stored: str, salt: str | None = None) -> User:
    draft = UserDraft({"username": "wang", "email": "w@x.cn"}, password_hash=stored, password_salt=salt)
    return await services.users.create(pool.administrator, draft)


async def signed_in(services: Services, pool: PoolForTests, password: str) -> User:
    return (await services.login.with_password(pool.stranger, NAME, password)).user


async def stored_of(services: Services, pool: PoolForTests, user: User) -> str:
    return (await services.accounts.export_passwords(pool.administrator, [user.id]))[user.id] or ""


async def test_a_stranger_may_not_publish_or_withdraw_it(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(PoolhouseError):
        await services.customdb.save_script(pool.stranger, "verifyPassword", SOURCE)
    with pytest.raises(NotPermitted):
        await services.customdb.withdraw(pool.user("a" * 24), "verifyPassword")


@pytest.mark.parametrize("salt", [None, "na&cl", "盐$}"])
async def test_a_login_by_an_unknown_form_is_judged_and_the_password_becomes_ours(
    services: Services, pool: PoolForTests, salt: str | None
) -> None:
    await publish(services, pool)
    user = await wang(services, pool, turned("correct horse", salt or "none"), salt)
    assert "turned:" in await stored_of(services, pool, user)
    with pytest.raises(WrongCredentials):
        await signed_in(services, pool, "wrong horse")
    assert (await signed_in(services, pool, "correct horse")).id == user.id
    stored = await stored_of(services, pool, user)
    assert stored.startswith("$argon2id$")
    assert await services.passwords.dependents(pool.id) == 0
    await services.customdb.withdraw(pool.administrator, "verifyPassword")
    assert (await signed_in(services, pool, "correct horse")).id == user.id


async def test_without_the_function_an_unknown_form_and_a_salt_are_refused(
    services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await wang(services, pool, turned("x"))
    assert refused.value.facts["field"] == "password"
    with pytest.raises(InvalidInput) as refused:
        await wang(services, pool, hashlib.md5(b"x").hexdigest(), "salt")
    assert refused.value.facts["field"] == "salt"
    assert "verifyPassword" in refused.value.message("zh-CN")


async def test_another_pools_function_judges_nobody_here(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await publish(services, other_pool)
    with pytest.raises(InvalidInput):
        await wang(services, pool, turned("x"))
    await wang(services, other_pool, turned("x"))
    assert await services.passwords.dependents(pool.id) == 0
    assert await services.passwords.dependents(other_pool.id) == 1


async def test_a_form_known_here_is_verified_here_and_one_that_was_cut_is_refused(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool, "async function verifyPassword() { throw new Error('not asked'); }")
    known = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
    with pytest.raises(InvalidInput):
        await wang(services, pool, known[:-1])
    await wang(services, pool, known)
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


async def test_a_bare_digest_is_the_functions_for_it_does_not_tell_how_it_was_made(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool, template("postgresql", "verifyPassword"))
    await wang(services, pool, hashlib.sha256(b"pepper" + b"correct horse").hexdigest(), "pepper")
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


@pytest.mark.parametrize("answer", ["'yes'", "1", "undefined", "null", "{}", "[]", "new Error('x')"])
async def test_an_answer_that_is_neither_true_nor_false_is_no_login_and_no_wrong_password(
    services: Services, pool: PoolForTests, answer: str
) -> None:
    await publish(services, pool, f"async function verifyPassword() {{ return {answer}; }}")
    await wang(services, pool, turned("correct horse"))
    with pytest.raises(PasswordFunctionUnavailable):
        await signed_in(services, pool, "correct horse")
    await services.scripts.settled()
    page = PageRequest(1, 10)
    logs = await services.customdb.list_logs(pool.administrator, LogQuery("verifyPassword", False), page)
    assert logs.total == 1
    assert "must return true or false" in (logs.items[0].message or "")


@pytest.mark.parametrize("body", ["throw new Error('broken')", "null.x", "await new Promise(() => {})"])
async def test_a_function_that_fails_locks_nobody_out(
    services: Services, pool: PoolForTests, body: str
) -> None:
    await services.customdb.update(pool.administrator, {"timeout_ms": 300})
    await publish(services, pool)
    await wang(services, pool, turned("correct horse"))
    await publish(services, pool, f"async function verifyPassword() {{ {body}; }}")
    for _ in range(12):
        with pytest.raises(PoolhouseError) as refused:
            await signed_in(services, pool, "correct horse")
        assert isinstance(refused.value, PasswordFunctionUnavailable), refused.value
        assert "broken" not in refused.value.message("en-US")
        if "Promise" in body:
            break
    await publish(services, pool)
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


async def test_wrong_passwords_are_counted_as_everywhere(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await publish(services, pool)
    await wang(services, pool, turned("correct horse"))
    kinds = set()
    for _ in range(30):
        with pytest.raises(PoolhouseError) as refused:
            await signed_in(services, pool, "wrong")
        kinds.add(type(refused.value).__name__)
    assert kinds > {"WrongCredentials"}


async def test_when_it_is_withdrawn_its_people_are_counted_and_told_honestly(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool)
    await wang(services, pool, turned("correct horse"))
    assert await services.passwords.dependents(pool.id) == 1
    assert await services.customdb.withdraw(pool.administrator, "verifyPassword")
    assert not await services.customdb.withdraw(pool.administrator, "verifyPassword")
    with pytest.raises(PasswordFunctionUnavailable):
        await signed_in(services, pool, "correct horse")
    await publish(services, pool)
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


async def test_a_person_changes_a_password_the_function_judges(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool)
    user = await wang(services, pool, turned("correct horse"))
    with pytest.raises(PoolhouseError):
        await services.own_account.update_password(pool.user(user.id), "new horse 1", "wrong horse")
    await services.own_account.update_password(pool.user(user.id), "new horse 1", "correct horse")
    assert (await signed_in(services, pool, "new horse 1")).id == user.id


async def test_an_old_password_that_only_the_function_knows_may_not_come_back(
    services: Services, pool: PoolForTests
) -> None:
    await services.pools.update(
        pool.administrator, {}, {"password_update_policy": {"enabled": True, "difference_cycle": 3}}
    )
    await publish(services, pool)
    user = await wang(services, pool, turned("correct horse"))
    with pytest.raises(WeakPassword):
        await services.users.update(pool.administrator, user.id, UserDraft(password="correct horse"))


async def test_the_profile_it_gets_has_no_secret_and_the_log_has_none_either(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool)
    user = await wang(services, pool, turned("correct horse", "na&cl"), "na&cl")
    await signed_in(services, pool, "correct horse")
    await services.scripts.settled()
    page = PageRequest(1, 10)
    (row,) = (await services.customdb.list_logs(pool.administrator, LogQuery(), page)).items
    assert (row.name, row.success, row.version) == ("verifyPassword", True, 1)
    assert list(row.arguments[:3]) == ["***", "***", "***"]
    assert row.arguments[3]["id"] == user.id
    assert row.arguments[3]["username"] == "wang"
    text = json.dumps([row.arguments, row.console, row.message])
    for secret in ("correct horse", turned("correct horse", "na&cl"), "na&cl"):
        assert secret not in text


async def test_it_is_versioned_tried_and_rolled_back_as_the_eight_are(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    first = await services.customdb.save_script(admin, "verifyPassword", SOURCE)
    second = await services.customdb.save_script(
        admin, "verifyPassword", "async function verifyPassword() { return false; }"
    )
    assert (first.version, second.version) == (1, 2)
    outcome = await services.customdb.run(
        admin, "verifyPassword", ["a b", turned("a b"), None, {"username": "w"}], version=1
    )
    assert getattr(outcome, "value", None) is True
    warned = await services.customdb.run(
        admin, "verifyPassword", ["a"], source="async function verifyPassword() { return 'yes'; }"
    )
    assert any("true or false" in one.en for one in warned.warnings)
    await services.customdb.publish(admin, "verifyPassword", 2)
    await wang(services, pool, turned("correct horse"))
    with pytest.raises(WrongCredentials):
        await signed_in(services, pool, "correct horse")
    await services.customdb.publish(admin, "verifyPassword", 1)
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


async def test_an_import_takes_unknown_forms_and_salts_with_the_function_alone(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    lines = tmp_path / "users.jsonl"
    row = {"username": "wang", "passwordHash": turned("correct horse", "s1"), "salt": "s1"}
    lines.write_text(json.dumps(row) + "\n" + json.dumps({"username": "li", "salt": "s"}) + "\n")
    refused = await services.imports.from_file(pool.administrator, lines, dry_run=True)
    assert (refused.journal.imported, refused.journal.failed) == (0, 2)
    await publish(services, pool)
    done = await services.imports.from_file(pool.administrator, lines)
    assert (done.journal.imported, done.journal.failed) == (1, 1)
    table = tmp_path / "users.csv"
    table.write_text(f"username,passwordHash,salt\nzhao,{turned('x y', 's2')},s2\n")
    assert (await services.imports.from_file(pool.administrator, table)).journal.imported == 1
    assert (await signed_in(services, pool, "correct horse")).username == "wang"


async def test_what_an_export_gives_is_taken_back_where_the_function_is(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await publish(services, pool)
    await publish(services, other_pool)
    user = await wang(services, pool, turned("correct horse", "s1"), "s1")
    exported = await stored_of(services, pool, user)
    await wang(services, other_pool, exported)
    assert (await signed_in(services, other_pool, "correct horse")).username == "wang"
    await services.customdb.withdraw(other_pool.administrator, "verifyPassword")
    with pytest.raises(InvalidInput):
        await services.users.create(
            other_pool.administrator, UserDraft({"username": "li"}, password_hash=exported)
        )


@pytest.mark.parametrize(
    ("stored", "salt"), [("x" * 3000, None), ("x", "y" * 2000), ("x\0", "y"), ("x", "\ud800"), ("", "y")]
)
async def test_what_cannot_be_kept_is_refused_by_name(
    services: Services, pool: PoolForTests, stored: str, salt: str | None
) -> None:
    await publish(services, pool)
    with pytest.raises((InvalidInput, TooLarge)):
        await wang(services, pool, stored, salt)
