"""Scripts written for Auth0, taken as they are: how they are called, what their answers and errors become."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.customdb.model import LogQuery
from poolhouse.errors import (
    CustomDatabaseUnavailable,
    InvalidInput,
    NotSupportedByDirectory,
    PoolhouseError,
    ScriptFailed,
    WrongCredentials,
)
from poolhouse.paging import PageRequest
from poolhouse.sandbox.client import Killed, Returned, Threw
from poolhouse.services import Services
from poolhouse.users.model import UserKey, UserQuery

BOB = UserKey("email", "bob@old.cn")
FOUND = "{ user_id: 'b-1', email: 'bob@old.cn' }"


async def publish(services: Services, pool: PoolForTests, scripts: dict[str, str], **settings: Any) -> None:
    admin = pool.administrator
    settings = {"enabled": True, "mode": "CUSTOM_USER_STORE", "dialect": "auth0", **settings}
    await services.customdb.update(admin, settings)
    for name, source in scripts.items():
        saved = await services.customdb.save_script(admin, name, source)
        await services.customdb.publish(admin, name, saved.version)


async def log_in(services: Services, pool: PoolForTests, source: str, **settings: Any) -> Any:
    await publish(services, pool, {"login": source}, **settings)
    directory = await services.directories.of(pool.id)
    return await directory.authenticate(pool.stranger, BOB, "old secret")


async def run(services: Services, pool: PoolForTests, name: str, source: str, *args: Any) -> Any:
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    return await services.customdb.run(pool.administrator, name, list(args), source=source)


def login(body: str, signature: str = "email, password, callback") -> str:
    return f"function login({signature}) {{ {body} }}"


@pytest.mark.parametrize(
    "source",
    [
        login(f"callback(null, {FOUND})"),
        login(f"setTimeout(() => callback(undefined, {FOUND}), 1)"),
        login(f"fin(null, {FOUND})", "email, password, fin"),
        login(f"callback.apply(null, [null, {FOUND}])"),
        login(f"help(callback); function help(done) {{ done(null, {FOUND}) }}"),
        "async " + login(f"await null; return callback(null, {FOUND})"),
        "async " + login(f"await null; callback(null, {FOUND}); return 'of no account'"),
        "async " + login(f"return {FOUND}", "email, password"),
        login(f"return Promise.resolve({FOUND})", "email, password"),
        login(f"callback(null, {FOUND}); callback(new Error('too late'))"),
        login(f"callback(null, {FOUND}); throw new Error('too late')"),
        login(f"arguments[2](null, {FOUND})", ""),
        f"const login = (...given) => {{ given[2](null, {FOUND}) }};",
        f"function (email, password, callback) {{ callback(null, {FOUND}) }}",
        f"async function (email, password, callback) {{ callback(null, {FOUND}) }}",
        f"(email, password, callback) => callback(null, {FOUND})",
        f"// how we log in\nfunction loginByEmail(email, password, callback) {{ callback(null, {FOUND}) }}\n",
        f"const who = {FOUND};\nasync function check(email, password, callback) {{ callback(null, who) }}",
        f"module.exports = function (email, password, callback) {{ callback(null, {FOUND}) }};",
        f"exports.login = async (email, password, callback) => callback(null, {FOUND});",
        login(f"callback(null, {FOUND})", "email, password, context, callback"),
        login(f"callback(null, {FOUND})", "email, password, callback = () => 0"),
        login("callback(null, { id: 'b-1', email })"),
    ],
)
async def test_a_login_is_found_called_and_answered(
    services: Services, pool: PoolForTests, source: str
) -> None:
    user = await log_in(services, pool, source)
    assert (user.id, user.email) == ("b-1", "bob@old.cn")


@pytest.mark.parametrize(
    "body",
    [
        "callback(new WrongUsernameOrPasswordError(email, 'my words'))",
        "callback(new WrongUsernameOrPasswordError())",
        "throw new WrongUsernameOrPasswordError(email)",
        "setTimeout(() => { throw new WrongUsernameOrPasswordError(email) }, 1)",
        "Promise.reject(new WrongUsernameOrPasswordError(email))",
        "require('bcrypt').hash('x', 4, () => { throw new WrongUsernameOrPasswordError(email) })",
        "callback()",
        "callback(null)",
        "callback(null, false)",
        f"callback(new WrongUsernameOrPasswordError(email)); callback(null, {FOUND})",
    ],
)
async def test_a_refused_password_is_told_in_the_servers_words(
    services: Services, pool: PoolForTests, body: str
) -> None:
    with pytest.raises(WrongCredentials):
        await log_in(services, pool, login(body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("callback(new UnauthorizedError('moved to the new shop'))", "moved to the new shop"),
        ("callback(new Error('closed on Sundays'))", "closed on Sundays"),
        ("callback('closed on Sundays')", "closed on Sundays"),
        ("callback({ message: 'closed on Sundays' })", "closed on Sundays"),
        ("throw new Error('closed on Sundays')", "closed on Sundays"),
        ("process.nextTick(() => { throw new Error('closed on Sundays') })", "closed on Sundays"),
        ("callback(new ValidationError('weak', 'closed on Sundays'))", "closed on Sundays"),
    ],
)
async def test_a_scripts_own_words_reach_the_person(
    services: Services, pool: PoolForTests, body: str, words: str
) -> None:
    with pytest.raises(ScriptFailed) as told:
        await log_in(services, pool, login(body))
    assert told.value.message("en-US") == words


@pytest.mark.parametrize(
    "error",
    [
        "new WrongUsernameOrPasswordError(email, 'who is that')",
        "new ValidationError('user_exists', 'who is that')",
    ],
)
async def test_an_error_of_another_function_is_the_scripts_own_words(
    services: Services, pool: PoolForTests, error: str
) -> None:
    source = f"function getByEmail(email, callback) {{ callback({error}) }}"
    await publish(services, pool, {"getUser": source})
    directory = await services.directories.of(pool.id)
    with pytest.raises(ScriptFailed) as told:
        await directory.find(pool.administrator, [BOB])
    assert told.value.message() == "who is that"


async def test_uniform_messages_hide_them(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(WrongCredentials):
        await log_in(
            services, pool, login("callback(new UnauthorizedError('moved'))"), error_messages="uniform"
        )


@pytest.mark.parametrize(
    "body", ["setTimeout(() => email.no.such, 1)", "Promise.resolve().then(() => nothing)"]
)
async def test_a_mistake_in_a_callback_ends_its_call_at_once_and_no_other(
    services: Services, pool: PoolForTests, body: str
) -> None:
    with pytest.raises(CustomDatabaseUnavailable, match="threw"):
        await log_in(services, pool, login(body), timeout_ms=20_000)


async def test_a_callback_that_is_never_called_is_told_in_the_log(
    services: Services, pool: PoolForTests
) -> None:
    await services.customdb.update(pool.administrator, {"timeout_ms": 200})
    outcome = await run(services, pool, "login", login("return callback.name"), "bob@old.cn", "x")
    assert isinstance(outcome, Killed)
    assert "without the callback having been called" in outcome.detail


async def test_a_second_answer_is_told_to_the_author(services: Services, pool: PoolForTests) -> None:
    source = login(f"callback(null, {FOUND}); callback(null, {FOUND})")
    outcome = await run(services, pool, "login", source, "bob@old.cn", "x")
    assert isinstance(outcome, Returned)
    assert any("more than once" in one.en for one in outcome.warnings)


async def test_everything_of_a_profile_has_its_place(services: Services, pool: PoolForTests) -> None:
    profile = """{
      user_id: 42, username: 'bob', email: 'Bob@Old.cn', email_verified: true, phone_number: '+8613900000000',
      phone_verified: true, name: 'Bob Wang', given_name: 'Bob', family_name: 'Wang', nickname: '小王',
      picture: 'https://old.cn/bob.png', gender: 'M', birthdate: '1990-01-02', locale: 'zh-CN',
      address: { formatted: 'Bund 1', postal_code: '200000', country: 'CN' }, blocked: true, logins_count: 7,
      last_ip: '203.0.113.9', created_at: '2015-03-04T05:06:07.000Z', password: 'never', user_metadata: { a: 1 }
    }"""
    user = await log_in(services, pool, login(f"callback(null, {profile})"))
    assert (user.id, user.username, user.email, user.email_verified) == ("42", "bob", "bob@old.cn", True)
    assert (user.phone_verified, user.name, user.given_name, user.family_name) == (
        True,
        "Bob Wang",
        "Bob",
        "Wang",
    )
    assert (user.phone or "").endswith("13900000000")
    assert (user.nickname, user.photo, user.gender) == ("小王", "https://old.cn/bob.png", "M")
    assert (user.formatted, user.postal_code, user.country) == ("Bund 1", "200000", "CN")
    assert (user.blocked, user.logins_count, user.last_ip) == (True, 7, "203.0.113.9")
    assert user.created_at is not None
    assert user.created_at.year == 2015


async def test_without_a_user_id_the_email_is_the_id_and_the_author_is_told(
    services: Services, pool: PoolForTests
) -> None:
    source = login("callback(null, { email: 'Bob@Old.cn' })")
    assert (await log_in(services, pool, source)).id == "bob@old.cn"
    outcome = await run(services, pool, "login", source, "bob@old.cn", "x")
    assert any("user_id" in one.en for one in outcome.warnings)


async def test_a_profile_of_nobody_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(ScriptFailed, match="non-empty id"):
        await log_in(services, pool, login("callback(null, { name: 'Bob' })"))


async def test_configuration_is_the_connections_variables_and_cannot_be_changed(
    services: Services, pool: PoolForTests
) -> None:
    env = {"API_KEY": "k-1", "DB_SCHEMA": "old"}
    await services.customdb.update(pool.administrator, {"dialect": "auth0", "env": env})
    source = login(
        "configuration.API_KEY = 'mine'; callback(null, { user_id: configuration.API_KEY, "
        "nickname: configuration.DB_SCHEMA })"
    )
    outcome = await run(services, pool, "login", source, "bob@old.cn", "x")
    assert isinstance(outcome, Returned)
    assert outcome.value == {"id": "k-1", "nickname": "old"}


async def test_global_begins_empty_in_every_call(services: Services, pool: PoolForTests) -> None:
    source = login(
        "const before = typeof global.kept; global.kept = global.kept || { made: true };"
        "callback(null, { user_id: before, nickname: String(global.kept.made) })"
    )
    for _ in range(2):
        outcome = await run(services, pool, "login", source, "bob@old.cn", "x")
        assert isinstance(outcome, Returned)
        assert outcome.value == {"id": "undefined", "nickname": "true"}


async def test_the_context_comes_before_a_fourth_parameter(services: Services, pool: PoolForTests) -> None:
    source = login("callback(null, { user_id: context.userPoolId })", "email, password, context, callback")
    outcome = await run(services, pool, "login", source, "bob@old.cn", "x")
    assert isinstance(outcome, Returned)
    assert outcome.value["id"] == pool.id


@pytest.mark.parametrize(
    "query",
    ["bob", {"username": "bob", "email": None, "phone": None}],
)
async def test_a_trial_takes_the_arguments_of_either_form(
    services: Services, pool: PoolForTests, query: Any
) -> None:
    source = login("callback(null, { user_id: `${email} ${password}` })", "email, password, callback")
    outcome = await run(services, pool, "login", source, query, "pass-word")
    assert isinstance(outcome, Returned)
    assert outcome.value == {"id": "bob pass-word"}


async def test_a_function_of_ours_among_them_is_called_our_way(
    services: Services, pool: PoolForTests
) -> None:
    source = (
        "async function login(query, password, context) { return { id: query.email, email: query.email } }"
    )
    assert (await log_in(services, pool, source)).id == "bob@old.cn"


async def test_what_auth0_has_no_function_for_is_refused_by_name_or_ours_is_used(
    services: Services, pool: PoolForTests
) -> None:
    await publish(services, pool, {"getUser": "function getByEmail(email, callback) { callback(null) }"})
    directory = await services.directories.of(pool.id)
    query = UserQuery(PageRequest(1, 10))
    with pytest.raises(NotSupportedByDirectory) as refused:
        await directory.list(pool.administrator, query)
    assert "listUsers" in refused.value.message()
    ours = "async function listUsers(page, limit) { return { totalCount: 1, list: [{ id: 7 }] } }"
    await publish(services, pool, {"listUsers": ours})
    directory = await services.directories.of(pool.id)
    assert [user.id for user in (await directory.list(pool.administrator, query)).items] == ["7"]


async def test_a_password_is_in_no_log_row_and_no_told_error(services: Services, pool: PoolForTests) -> None:
    source = "function changePassword(email, newPassword, callback) { callback(new Error(newPassword)) }"
    outcome = await run(services, pool, "changePassword", source, "bob@old.cn", "very-secret")
    assert isinstance(outcome, Threw)
    await services.scripts.settled()
    rows = (await services.customdb.list_logs(pool.administrator, LogQuery(), PageRequest(1, 10))).items
    assert rows[0].arguments == ("bob@old.cn", "***")
    assert "very-secret" not in str(rows)


async def test_an_unknown_dialect_is_refused_by_name(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.customdb.update(pool.administrator, {"dialect": "okta"})
    assert refused.value.facts["field"] == "dialect"


@pytest.mark.parametrize("key", ["DB_HOST", "DB_CONNECTION_URI", "not a name"])
async def test_what_the_connection_sets_is_no_variable(
    services: Services, pool: PoolForTests, key: str
) -> None:
    with pytest.raises(PoolhouseError):
        await services.customdb.update(pool.administrator, {"dialect": "auth0", "env": {key: "x"}})


THEIRS = {
    "login": login("callback(null, {})"),
    "getUser": "function getByEmail(email, cb) { cb(null) }",
    "createUser": "async function create(user) { throw new ValidationError('user_exists') }",
    "deleteUser": "const remove = (id, callback) => { callback(null) };",
    "updateUser": "async function updateUser(id, updates) { return fetch(configuration.URL) }",
}
OURS = {
    "login": "async function login(query, password, context) { return { id: 1 } }",
    "getUser": "class ValidationError extends Error {}\nasync function getUser() { throw new ValidationError() }",
    "createUser": "async function createUser(userinfo) { const configuration = {}; return configuration.x }",
    "deleteUser": "async function deleteUser(id, context) { return true }",
    "listUsers": "async function listUsers(page, limit, context) { return find(page, (a, done) => done(a)) }",
}


@pytest.mark.parametrize("name", sorted(THEIRS))
async def test_a_script_for_auth0_is_recognised_when_it_is_saved_and_when_it_is_published(
    services: Services, pool: PoolForTests, name: str
) -> None:
    saved = await services.customdb.save_script(pool.administrator, name, THEIRS[name])
    assert [offer.code for offer in saved.offers] == ["SCRIPT_LOOKS_LIKE_AUTH0"]
    state = await services.customdb.publish(pool.administrator, name, saved.version)
    assert [offer.code for offer in state.offers] == ["SCRIPT_LOOKS_LIKE_AUTH0"]
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    assert (await services.customdb.save_script(pool.administrator, name, THEIRS[name])).offers == ()


@pytest.mark.parametrize("name", sorted(OURS))
async def test_a_script_of_ours_is_not(services: Services, pool: PoolForTests, name: str) -> None:
    assert (await services.customdb.save_script(pool.administrator, name, OURS[name])).offers == ()


async def test_an_anonymous_function_is_refused_with_the_offer(
    services: Services, pool: PoolForTests
) -> None:
    source = "function (email, callback) { callback(null) }"
    with pytest.raises(InvalidInput, match="dialect"):
        await services.customdb.save_script(pool.administrator, "getUser", source)
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    assert (await services.customdb.save_script(pool.administrator, "getUser", source)).version == 1


async def test_a_trial_in_the_wrong_dialect_says_so(services: Services, pool: PoolForTests) -> None:
    source = login("callback(null, {})")
    outcome = await services.customdb.run(pool.administrator, "login", [{}, "x"], source=source)
    assert any('"auth0"' in one.en for one in outcome.warnings)
