"""The page of one user: what is done on it is done to the user, and said."""

from __future__ import annotations

import re

import pytest
from tests.administrators.authenticator import Authenticator, b64
from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things

from poolhouse.caller import Caller
from poolhouse.errors import PoolhouseError
from poolhouse.ids import new_id
from poolhouse.login.model import SignIn
from poolhouse.mfa.model import UserPasskey
from poolhouse.mfa.postgres_passkeys import insert
from poolhouse.orgs.model import NodeDraft
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Grant, TargetType
from poolhouse.roles.model import RoleKey, Target
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey
from poolhouse.wire.console import users as user_pages
from poolhouse.wire.console.user_acts import ACTS


async def test_a_group_a_role_and_a_department_come_and_go(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    org = await services.orgs.create_org(pool.administrator, NodeDraft({"name": "Acme", "code": "acme"}))
    one = await console("owner")
    here = f"/pools/{{pool}}/users/{things.user}"
    in_department = {"organization": "acme", "department": org.root.id}
    for name, form, shown in (
        ("group", {"code": "staff"}, "员工"),
        ("role", {"code": "editor"}, "default/editor"),
        ("department", in_department, "Acme"),
    ):
        for act, there in (("add", True), ("remove", False)):
            answer = await one.post(f"{here}/{name}-{act}", page=here, **form)
            assert answer.status_code == 303, (name, act)
            text = (await one.get(f"{here}/access")).text
            assert (shown in text) == there, (name, act)


async def test_a_resource_tells_through_whom_it_is_theirs(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    await services.groups.add_members(admin, things.group, [things.user])
    group = await services.groups.get(admin, things.group)
    await services.roles.assign(admin, [RoleKey("editor")], [Target(RoleTarget.GROUP, group.id)])
    given = Authorization(TargetType.ROLE, ("editor",), (Grant("books:1", ("read",)),))
    await services.authorization.authorize(admin, [given])
    one = await console("viewer")
    text = (await one.get(f"/pools/{{pool}}/users/{things.user}/resources")).text
    row = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text.partition("<tbody>")[2]))
    assert "books:1 Allowed read Allowed: role editor books:1 read from group 员工" in row


async def test_a_made_password_is_shown_once_and_opens(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{things.user}"
    answer = await one.post(f"{here}/password", page=here)
    made = re.search(r'role="status">[^<]*<code>([^<]+)</code>', answer.text)
    assert made
    guest = pool.stranger
    assert await services.login.with_password(guest, UserKey("username", "li"), made[1], SignIn())
    assert made[1] not in (await one.get(f"{here}/security")).text
    refused = await one.post(f"{here}/password", page=here, password="1")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text


async def test_sessions_end_one_by_one_and_together(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    admin = pool.administrator
    user = await services.users.create(admin, UserDraft({"username": "wu"}, password="correct horse"))
    other = await services.users.create(admin, UserDraft({"username": "xu"}, password="correct horse"))
    for name in ("wu", "wu", "wu", "xu"):
        await services.login.with_password(
            pool.stranger, UserKey("username", name), "correct horse", SignIn()
        )
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{user.id}"
    (theirs,) = await services.sessions.list(admin, other.id)
    first = (await services.sessions.list(admin, user.id))[0]
    for session, left in ((first.id, 2), (theirs.id, 2)):
        await one.post(f"{here}/session-end", page=here, session=session)
        assert len(await services.sessions.list(admin, user.id)) == left
    assert len(await services.sessions.list(admin, other.id)) == 1
    await one.post(f"{here}/sessions-end", page=here)
    assert await services.sessions.list(admin, user.id) == []


async def test_the_history_has_the_refused_ones(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    with pytest.raises(PoolhouseError):
        await services.login.with_password(pool.stranger, UserKey("username", "li"), "wrong", SignIn())
    one = await console("viewer")
    here = f"/pools/{{pool}}/users/{things.user}/sign-ins"
    shown = (await one.get(f"{here}?outcome=no")).text.partition("<tbody>")[2]
    assert shown.count("<tr><td>") == 1
    assert "reason" in shown
    assert (await one.get(f"{here}?outcome=yes")).text.count("<tr><td>") == 0
    assert (await one.get(f"{here}?page=0")).status_code == 400


async def test_a_long_history_is_counted_no_further_than_need_be(
    services: Services, pool: PoolForTests, console: Open, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_pages, "MOST_COUNTED", 2)
    monkeypatch.setattr(user_pages, "PAGE_SIZE", 2)
    visitor = Caller(pool.id, app_id=things.application)
    (li,) = await services.users.list_by_ids(pool.administrator, [things.user])
    for _ in range(4):
        await services.login.complete_login(visitor, li, "password")
    one = await console("viewer")
    here = f"/pools/{{pool}}/users/{things.user}/sign-ins"
    for number, following in ((1, True), (2, False)):
        shown = (await one.get(f"{here}?page={number}")).text
        assert "More than 2" in shown
        assert shown.partition("<tbody>")[2].count("<tr><td>") == 2
        assert ('rel="next"' in shown) is following


async def test_who_comes_second_is_told_and_does_nothing(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{things.user}"
    assert (await one.post(f"{here}/block", page=here, was="Activated", note="left")).status_code == 303
    second = await one.post(f"{here}/block", page=here, was="Activated")
    assert second.status_code == 409
    assert 'role="alert"' in second.text
    kept = await services.db.fetchval(
        "select detail from audit_records where pool_id = $1 and operation = 'block'", pool.id
    )
    assert kept == {"before": {"status": "Activated"}, "after": {"status": "Suspended"}, "note": "left"}


async def test_a_passkey_is_shown_and_removed(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    credential = Authenticator("https://id.example", "id.example").credential_id
    kept = UserPasskey(
        *(pool.id, new_id(), things.user, credential, "id.example", b"", 0),
        *(True, True, "other", "办公电脑", None, "a browser", now()),
    )
    assert await insert(services.db, kept)
    here = f"/pools/{{pool}}/users/{things.user}"
    text = (await (await console("viewer")).get(f"{here}/security")).text
    assert "办公电脑" in text
    assert "id.example" in text
    one = await console("user-editor")
    for credential_id in ("AAAA", "a b", b64(credential)):
        answer = await one.post(f"{here}/passkey-remove", page=here, credential=credential_id)
        assert answer.status_code == (303 if credential_id == b64(credential) else 404)
    assert await services.passkeys.list(pool.administrator, things.user) == []
    assert "办公电脑" not in (await one.get(f"{here}/security")).text


async def test_a_mark_that_somebody_has_set_meanwhile_is_not_set_again(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    """What is marked is the address that was shown, as it was shown."""
    await services.users.update(pool.administrator, things.user, UserDraft({"email": "li@shop.example"}))
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{things.user}"
    shown = (await one.get(f"{here}/security")).text
    assert 'name="was" value="False"' in shown
    fields = {"field": "emailVerified", "value": "yes"}
    stale = await one.post(f"{here}/verify", page=here, **fields, was="True")
    assert stale.status_code == 409
    assert 'role="alert"' in stale.text
    assert not (await services.users.get(pool.administrator, things.user)).email_verified
    assert (await one.post(f"{here}/verify", page=here, **fields, was="False")).status_code == 303
    assert (await services.users.get(pool.administrator, things.user)).email_verified


async def test_an_identity_and_a_mark_are_changed(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    user = await services.users.create(
        pool.administrator, UserDraft({"username": "wu", "email": "wu@x.cn"}), IdentityDraft("wechat", "o1")
    )
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{user.id}"
    await one.post(f"{here}/verify", page=here, field="emailVerified", value="yes", was="False")
    assert (await services.users.get(pool.administrator, user.id)).email_verified
    await one.post(f"{here}/identity-unlink", page=here, provider="wechat")
    assert not await services.identities.list(pool.administrator, user.id)


async def test_everything_about_a_person_is_a_file_for_those_who_see_people(
    console: Open, things: Things
) -> None:
    here = f"/pools/{{pool}}/users/{things.user}"
    answer = await (await console("viewer")).post(f"{here}/export", page=f"{here}/data")
    assert answer.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert answer.json()["about"]["userId"] == things.user
    refused = await (await console("viewer-without-personal-data")).post(f"{here}/export", page="/account")
    assert (refused.status_code, things.user in refused.text) == (403, False)


async def test_who_edits_users_erases_nobody(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{things.user}"
    assert f'{things.user}/erase"' not in (await one.get(f"{here}/data")).text
    assert (await one.post(f"{here}/erase", page=here, confirm=things.user)).status_code == 403
    assert await services.users.find(pool.administrator, UserKey("id", things.user))


async def test_erasing_asks_for_the_name(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/users/{things.user}"
    assert (await one.post(f"{here}/erase", page=here, confirm="li")).status_code == 400
    assert await services.users.find(pool.administrator, UserKey("id", things.user))
    assert (await one.post(f"{here}/erase", page=here, confirm="李四")).status_code == 303
    assert await services.users.find(pool.administrator, UserKey("id", things.user)) is None


async def test_what_a_role_may_not_do_stands_there_closed(console: Open, things: Things) -> None:
    one = await console("viewer")
    for tab in ("", "/access", "/security", "/data"):
        text = (await one.get(f"/pools/{{pool}}/users/{things.user}{tab}")).text
        assert "Your roles do not allow this" in text
        assert not [act.name for act in ACTS if f'/{act.name}"' in text]


async def test_each_permission_on_data_tells_through_what_it_is_theirs(console: Open, things: Things) -> None:
    """`things` give the policy to a group that the user is in."""
    one = await console("viewer")
    shown = (await one.get(f"/pools/{{pool}}/users/{things.user}/resources")).text
    assert "Data permissions (1)" in shown
    row = shown[shown.index("warehouse/menu/deploy/open") :].partition("</tr>")[0]
    assert f"/policies/{things.policy}" in row
    assert re.search(r"group\s+员工", row)
