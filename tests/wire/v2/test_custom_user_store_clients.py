"""The official JavaScript client, years into CUSTOM_USER_STORE: managing people and being one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, legacy  # noqa: F401
from tests.login.conftest import sent_code  # noqa: F401
from tests.sdk import Sdk, ref

from poolhouse.services import Services

SentCode = Callable[[str], Awaitable[str]]
WEI = {"username": "wei", "email": "wei@x.cn", "phone": "13900000001"}


async def outcomes(sdk: Sdk, *calls: tuple[Any, ...]) -> list[Any]:
    """What each call gave, or the code it was refused with."""
    given = await sdk.attempt(*calls)
    return [one["error"].get("code") if "error" in one else one.get("ok") for one in given]


async def test_an_administrator_manages_users_who_live_elsewhere(
    services: Services,
    pool: PoolForTests,
    sdk: Sdk,
    legacy: Legacy,  # noqa: F811
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    wei = ref("0.id")
    made, *read = await outcomes(
        sdk,
        ("users.create", {**WEI, "password": "Secret-1"}),
        ("users.detail", wei),
        ("users.list", 1, 10),
        ("users.search", "wei"),
        ("users.find", {"email": "WEI@x.cn"}),
        ("users.batch", [wei]),
    )
    detail, listed, searched, found, batch = read
    people = [detail, listed["list"][0], searched["list"][0], found, batch[0]]
    assert {(person["id"], person["username"]) for person in people} == {(made["id"], "wei")}
    wei = made["id"]
    assert await outcomes(
        sdk,
        ("users.exists", {"username": "wei"}),
        ("users.exists", {"username": "nobody"}),
        ("users.listRoles", wei),
        ("users.listGroups", wei),
        ("users.listOrgs", wei),
        ("users.listAuthorizedResources", wei, "default"),
        ("users.hasRole", wei, "x"),
        ("users.listArchivedUsers",),
        ("users.find", {"externalId": "x"}),
    ) == [
        True,
        False,
        {"totalCount": 0, "list": []},
        {"totalCount": 0, "list": []},
        [],
        {"totalCount": 0, "list": []},
        False,
        501,
        501,  # what a script cannot do is refused by name
    ]
    changed, token, kicked, status, blocked, gone, missing = await outcomes(
        sdk,
        ("users.update", wei, {"nickname": "伟", "emailVerified": True}),
        ("users.refreshToken", wei),
        ("users.kick", [wei]),
        ("users.checkLoginStatus", wei),
        ("users.update", wei, {"blocked": True}),
        ("users.delete", wei),
        ("users.detail", wei),
    )
    assert (changed["nickname"], changed["emailVerified"]) == ("伟", True)
    assert token["token"]
    assert kicked["code"] == 200
    assert status["isLogin"] is False
    assert blocked["blocked"] is True
    assert gone["code"] == 200
    assert missing is None
    assert await legacy.execute("select count(*) from users") == 0


async def test_somebody_who_lives_elsewhere_signs_in_by_every_way_and_looks_after_themself(
    services: Services,
    pool: PoolForTests,
    sdk: Sdk,
    legacy: Legacy,  # noqa: F811
    sent_code: SentCode,  # noqa: F811
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    wei = await legacy.put(WEI, "Secret-1")
    by_name, by_mail, by_phone, me, mine, wrong, changed, old, new, token, status = await outcomes(
        sdk,
        ("auth:loginByUsername", "wei", "Secret-1"),
        ("auth:loginByEmail", "Wei@x.cn", "Secret-1"),
        ("auth:loginByPhonePassword", "13900000001", "Secret-1"),
        ("auth:getCurrentUser",),
        ("auth:updateProfile", {"nickname": "阿伟"}),
        ("auth:updatePassword", "Secret-2", "wrong"),
        ("auth:updatePassword", "Secret-2", "Secret-1"),
        ("auth:loginByUsername", "wei", "Secret-1"),
        ("auth:loginByUsername", "wei", "Secret-2"),
        ("auth:refreshToken",),
        ("auth:checkLoginStatus",),
    )
    seen = (by_name, by_mail, by_phone, me, mine, changed, new)
    assert [one["id"] if isinstance(one, dict) else one for one in seen] == [wei] * 7
    assert mine["nickname"] == "阿伟"
    assert (wrong, old) == (2203, 603)
    assert token["token"]
    assert status["status"] is True

    await sdk.run(("auth:sendSmsCode", "13900000001"), ("auth:sendEmail", "wei@x.cn", "RESET_PASSWORD"))
    by_code, reset, again = await outcomes(
        sdk,
        ("auth:loginByPhoneCode", "13900000001", await sent_code("+8613900000001")),
        ("auth:resetPasswordByEmailCode", "wei@x.cn", await sent_code("wei@x.cn"), "Secret-3"),
        ("auth:loginByUsername", "wei", "Secret-3"),
    )
    assert (by_code["id"], reset["code"], again["id"]) == (wei, 200, wei)

    await sdk.run(("auth:sendEmail", "new@x.cn", "CHANGE_EMAIL"), ("auth:sendSmsCode", "13900000002"))
    _, email, unbound, bound, direct = await outcomes(
        sdk,
        ("auth:loginByUsername", "wei", "Secret-3"),
        ("auth:updateEmail", "new@x.cn", await sent_code("new@x.cn")),
        ("auth:unbindPhone",),
        ("auth:bindPhone", "13900000002", await sent_code("+8613900000002")),
        ("auth:updateProfile", {"email": "eve@x.cn"}),
    )
    assert email["email"] == "new@x.cn"
    assert unbound["phone"] is None
    assert bound["phone"] == "13900000002"
    assert direct == 2225
    row = await legacy.execute("select email || ' ' || phone || ' ' || nickname from users")
    assert row == "new@x.cn 13900000002 阿伟"


async def test_a_newcomer_signs_up_into_the_other_database(
    services: Services,
    pool: PoolForTests,
    sdk: Sdk,
    legacy: Legacy,  # noqa: F811
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put(WEI, "Secret-1")
    new, taken, in_, automatic, refused = await outcomes(
        sdk,
        ("auth:registerByUsername", "li", "Secret-2", {"nickname": "李"}),
        ("auth:registerByEmail", "WEI@x.cn", "Secret-2"),
        ("auth:loginByUsername", "li", "Secret-2"),
        ("auth:loginByUsername", "zhao", "Secret-3", {"autoRegister": True}),
        ("auth:loginByUsername", "nobody", "Secret-3"),
    )
    assert new["id"] == in_["id"]
    assert (taken, refused) == (2026, 603)
    assert automatic["username"] == "zhao"
    assert await legacy.execute("select count(*) from users") == 3
    assert await services.db.fetchval("select count(*) from users where pool_id = $1", pool.id) == 0
