import asyncio
from dataclasses import replace

import pytest

from poolhouse.errors import (
    CodeExpired,
    CodeWrong,
    EmailMalformed,
    InvalidInput,
    TooManyRequests,
    UserNotFound,
)
from poolhouse.login.model import Registration, SignIn
from poolhouse.users.model import UserDraft

BOB = "bob@example.com"


async def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_logs_in_once(services, visitor, bob, sent_code):
    await services.codes.send(visitor, "email", "Bob@Example.com", "login")
    code = await sent_code(BOB)
    logged_in = await services.code_login.login(visitor, "email", BOB, code)
    assert logged_in.user.id == bob.id
    with pytest.raises(CodeWrong):
        await services.code_login.login(visitor, "email", BOB, code)


@pytest.mark.parametrize(("channel", "target"), [("email", "new@example.com"), ("phone", "13900139000")])
async def test_the_audit_log_tells_which_kind_of_code_let_somebody_in(
    services, pool, visitor, sent_code, audited, channel, target
):
    await services.users.create(pool.administrator, UserDraft({"username": "new", channel: target}))
    await services.codes.send(visitor, channel, target, "login")
    code = await sent_code(target if channel == "email" else f"+86{target}")
    await services.code_login.login(visitor, channel, target, code)
    await services.login.drain()
    assert [row["detail"]["method"] for row in await audited("login")] == [f"{channel}_code"]


async def test_of_two_requests_with_one_code_one_succeeds(services, visitor, bob, sent_code):
    await services.codes.send(visitor, "email", BOB, "login")
    code = await sent_code(BOB)
    tries = [services.code_login.login(visitor, "email", BOB, code) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1


async def test_a_code_is_for_its_purpose_its_target_and_its_pool(
    services, visitor, other_pool, bob, sent_code
):
    await services.codes.send(visitor, "email", BOB, "login")
    code = await sent_code(BOB)
    with pytest.raises(CodeWrong):
        await services.codes.check(visitor, "email", BOB, code, "reset_password")
    with pytest.raises(CodeWrong):
        await services.codes.check(visitor, "email", "eve@example.com", code, "login")
    with pytest.raises(CodeWrong):
        await services.codes.check(other_pool.stranger, "email", BOB, code, "login")
    await services.codes.check(visitor, "email", BOB, code, "login")


async def test_a_code_for_anything_fits_every_purpose(services, visitor, sent_code):
    await services.codes.send(visitor, "email", BOB)
    await services.codes.check(visitor, "email", BOB, await sent_code(BOB), "bind")


async def test_guessing_ends_after_five_tries(services, visitor, sent_code, audited):
    await services.codes.send(visitor, "email", BOB, "login")
    code = await sent_code(BOB)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            await services.codes.check(visitor, "email", BOB, await wrong(code), "login")
    with pytest.raises(CodeWrong):
        await services.codes.check(visitor, "email", BOB, code, "login")
    assert len(await audited("login")) == 6


@pytest.mark.parametrize("named", ["login", "any"])
async def test_a_right_code_costs_no_other_one_a_try(services, visitor, bob, sent_code, named):
    codes = {}
    for purpose in ("login", "any"):
        await services.codes.send(visitor, "email", BOB, purpose)
        codes[purpose] = await sent_code(BOB)
    other = "any" if named == "login" else "login"
    for _ in range(6):
        await services.codes.check_only(visitor, "email", BOB, codes[named], "login")
    await services.codes.check(visitor, "email", BOB, codes[named], "login")
    for _ in range(4):
        with pytest.raises(CodeWrong):
            await services.codes.check(visitor, "email", BOB, await wrong(codes[other]), "login")
    await services.codes.check(visitor, "email", BOB, codes[other], "login")


async def test_a_guess_costs_every_code_it_might_have_been_a_try(services, visitor, bob, sent_code):
    codes = {}
    for purpose in ("login", "any"):
        await services.codes.send(visitor, "email", BOB, purpose)
        codes[purpose] = await sent_code(BOB)
    guess = next(f"{n:06}" for n in range(3) if f"{n:06}" not in codes.values())
    for _ in range(5):
        with pytest.raises(CodeWrong):
            await services.codes.check(visitor, "email", BOB, guess, "login")
    for code in codes.values():
        with pytest.raises(CodeWrong):
            await services.codes.check(visitor, "email", BOB, code, "login")


async def test_a_second_code_waits_for_the_interval(services, visitor, sent_code, configure):
    await services.codes.send(visitor, "email", BOB, "login")
    with pytest.raises(TooManyRequests):
        await services.codes.send(visitor, "email", BOB, "login")
    first = await sent_code(BOB)
    await configure(verify_code_resend_after=0)
    await services.codes.send(visitor, "email", BOB, "login")
    second = await sent_code(BOB)
    if first != second:
        with pytest.raises(CodeWrong):
            await services.codes.check(visitor, "email", BOB, first, "login")
    await services.codes.check(visitor, "email", BOB, second, "login")


async def test_an_expired_code_says_so_only_to_who_has_it(services, visitor, sent_code, database, pool):
    await services.codes.send(visitor, "email", BOB, "login")
    code = await sent_code(BOB)
    await database.execute(
        "update verification_codes set expires_at = now() - interval '1 s' where pool_id = $1", pool.id
    )
    with pytest.raises(CodeWrong):
        await services.codes.check(visitor, "email", BOB, await wrong(code), "login")
    with pytest.raises(CodeExpired):
        await services.codes.check(visitor, "email", BOB, code, "login")


async def test_codes_are_not_kept_readable(services, visitor, sent_code, database, pool):
    await services.codes.send(visitor, "email", BOB, "login")
    digest = await database.fetchval("select digest from verification_codes where pool_id = $1", pool.id)
    assert (await sent_code(BOB)).encode() not in digest
    assert len(digest) == 32


@pytest.mark.parametrize("target", ["", "bob", "a b@example.com", "x" * 300 + "@example.com", "a@b\n.com"])
async def test_a_malformed_address_is_refused(services, visitor, target):
    with pytest.raises(EmailMalformed):
        await services.codes.send(visitor, "email", target)


@pytest.mark.parametrize("target", ["", "12", "abc", "+", "+999999999999999999"])
async def test_a_malformed_number_is_refused(services, visitor, target):
    with pytest.raises(InvalidInput):
        await services.codes.send(visitor, "phone", target)


async def test_strangers_log_in_only_where_they_may_register(services, visitor, sent_code, configure):
    await configure(verify_code_resend_after=0)
    for how, expected in ((SignIn(), UserNotFound), (SignIn(auto_register=True), None)):
        await services.codes.send(visitor, "email", "new@example.com", "login")
        code = await sent_code("new@example.com")
        if expected:
            with pytest.raises(expected):
                await services.code_login.login(visitor, "email", "new@example.com", code, how)
        else:
            logged_in = await services.code_login.login(visitor, "email", "new@example.com", code, how)
            assert logged_in.user.email_verified


@pytest.mark.parametrize(
    ("channel", "target", "source"),
    [("email", "new@example.com", "basic:email-code"), ("phone", "13900139000", "basic:phone-code")],
)
async def test_a_stranger_who_logs_in_is_known_by_the_kind_of_code(
    services, visitor, sent_code, channel, target, source
):
    await services.codes.send(visitor, channel, target, "login")
    code = await sent_code(target if channel == "email" else f"+86{target}")
    logged_in = await services.code_login.login(visitor, channel, target, code, SignIn(auto_register=True))
    assert logged_in.user.register_source == [source]


async def test_registering_with_a_code_proves_the_address(services, visitor, sent_code):
    await services.codes.send(visitor, "phone", "13900139000", "register")
    registered = await services.code_login.register(
        visitor,
        "phone",
        "13900139000",
        await sent_code("+8613900139000"),
        Registration("phone_code", {"nickname": "安"}, "secret 1", force_login=True),
    )
    assert (registered.user.phone, registered.user.phone_verified) == ("13900139000", True)
    assert registered.token is not None


async def test_the_same_digits_in_another_country_are_another_telephone(
    services, pool, visitor, sent_code, configure
):
    await configure(verify_code_resend_after=0)
    draft = UserDraft({"phone": "2025550123", "phone_country_code": "+1"})
    american = await services.users.create(pool.administrator, draft)
    await services.codes.send(visitor, "phone", "2025550123", "login", "+52")
    code = await sent_code("+522025550123")
    with pytest.raises(UserNotFound):
        await services.code_login.login(visitor, "phone", "2025550123", code, SignIn(), "+52")
    await services.codes.send(visitor, "phone", "2025550123", "login", "+52")
    code = await sent_code("+522025550123")
    mexican = await services.code_login.login(
        visitor, "phone", "2025550123", code, SignIn(auto_register=True), "+52"
    )
    assert mexican.user.id != american.id
    await services.codes.send(visitor, "phone", "2025550123", "login", "1")
    code = await sent_code("+12025550123")
    logged_in = await services.code_login.login(visitor, "phone", "2025550123", code, SignIn(), "+1")
    assert logged_in.user.id == american.id


async def test_one_address_cannot_flood_the_outbox(services, visitor, monkeypatch):
    monkeypatch.setattr("poolhouse.login.codes.MOST_OF_AN_ADDRESS_AN_HOUR", 3)
    for number in range(3):
        await services.codes.send(visitor, "email", f"victim{number}@example.com")
    with pytest.raises(TooManyRequests):
        await services.codes.send(visitor, "email", "victim3@example.com")
    await services.codes.send(replace(visitor, ip="203.0.113.50"), "email", "victim3@example.com")
