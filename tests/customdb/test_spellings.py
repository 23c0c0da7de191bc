"""A custom database keeps numbers and names in its own way; whoever is typed in another way is still found there."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb.model import Mode
from poolhouse.errors import PoolhouseError, UserExists
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.users.model import UserKey
from poolhouse.users.profiles import misfits, profile_values

KEPT = ("13900000000", "+8613900000000", "8613900000000")
TYPED = (*KEPT, "139 0000 0000", "0086-139-0000-0000", "＋８６１３９００００００００")
MODES: tuple[Mode, ...] = ("CUSTOM_USER_STORE", "LAZY_MIGRATION")
PLACEHOLDERS = ("-", "--", "0", "N/A", "n/a", "NULL", "null", "无", "暂无", " ", "－", "０", 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kept", KEPT)
async def test_a_number_logs_in_and_is_found_in_any_spelling(
    services: Services, pool: PoolForTests, legacy: Legacy, mode: Mode, kept: str
) -> None:
    await connect(services, pool, legacy, mode)
    user_id = await legacy.put({"phone": kept, "username": "ann"}, "secret 1")
    directory = await services.directories.of(pool.id)
    for typed in TYPED:
        with pytest.raises(PoolhouseError):
            await directory.authenticate(pool.stranger, UserKey("phone", typed), "wrong 1")
        with pytest.raises(UserExists):
            await services.sign_up.create(
                pool.stranger, Registration("username", {"username": "bob", "phone": typed}, "secret 1")
            )
    ids = set()
    for typed in TYPED:
        user = await directory.authenticate(pool.stranger, UserKey("phone", typed), "secret 1")
        found = (await directory.find(pool.administrator, [UserKey("phone", typed)]))[0]
        assert found is not None
        ids |= {user.id, found.id}
    assert len(ids) == 1
    assert mode == "LAZY_MIGRATION" or ids == {user_id}


@pytest.mark.parametrize("typed", ["ann", "  ann ", "\ufeffann"])
async def test_a_name_is_typed_with_blanks_and_found_without(
    services: Services, pool: PoolForTests, legacy: Legacy, typed: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put({"username": "ann"}, "secret 1")
    directory = await services.directories.of(pool.id)
    assert (
        await directory.authenticate(pool.stranger, UserKey("username", typed), "secret 1")
    ).username == "ann"


async def test_somebody_elses_number_is_nobodys(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put({"phone": "13900000000", "username": "ann"}, "secret 1")
    directory = await services.directories.of(pool.id)
    for typed in ("13900000001", "+1 390 000 0000"):
        with pytest.raises(PoolhouseError):
            await directory.authenticate(pool.stranger, UserKey("phone", typed), "secret 1")


@pytest.mark.parametrize("field", ["email", "phone", "username", "externalId", "birthdate", "lastLogin"])
def test_an_old_databases_nothing_is_no_value(field: str) -> None:
    for nothing in PLACEHOLDERS:
        profile = {"id": "7", field: nothing}
        assert profile_values(profile, "login") == {}, nothing
        assert misfits(profile) == [], nothing


async def test_two_people_with_the_phone_0_move_in_as_two(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION")
    directory = await services.directories.of(pool.id)
    ids = set()
    for name, phone in (("ann", "0"), ("bob", "00")):
        await legacy.put({"username": name, "phone": phone, "email": f"{name}@old.cn"}, "secret 1")
        user = await directory.authenticate(pool.stranger, UserKey("username", name), "secret 1")
        assert user.phone is None
        ids.add(user.id)
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [("birthdate", "2024-02-30"), ("phoneCountryCode", "x"), ("lastLogin", "soon")],
)
def test_what_does_not_fit_is_left_out_and_named(key: str, value: str) -> None:
    profile = {"id": "7", "username": "ann", key: value}
    assert profile_values(profile, "login") == {"username": "ann"}
    assert misfits(profile) == [key]


def test_a_phone_that_is_no_number_stays_and_is_named() -> None:
    """An extension is no number, but says whose profile it is."""
    profile = {"id": "7", "phone": "8000"}
    assert profile_values(profile, "login") == {"phone": "8000"}
    assert misfits(profile) == ["phone"]


@pytest.mark.parametrize("text", ["1990-05-06", "1990/5/6", "19900506", "1990-05-06T00:00:00.000Z"])
def test_a_birthdate_is_a_date_however_it_is_written(text: str) -> None:
    assert profile_values({"birthdate": text}, "login") == {"birthdate": "1990-05-06"}
