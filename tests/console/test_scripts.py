"""The pages of scripts: drafts, versions, publishing, and two administrators on one draft."""

from __future__ import annotations

import asyncio
import re

from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.services import Services

HERE = "/pools/{pool}/scripts/login"
LOGIN = "async function login(query) {\n  return { id: 1 };\n}\n"


async def test_a_draft_is_saved_published_and_rolled_back(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    for number, source in enumerate((LOGIN, LOGIN.replace("1", "2")), 1):
        sent = {
            "source": source.replace("\n", "\r\n"),
            "message": f"because {number}",
            "after": str(number - 1),
        }
        assert (await one.post(HERE, page=HERE, **sent)).status_code == 303
    for number in ("2", "1"):
        ask = f"{HERE}/publish?version={number}"
        assert f'name="version" value="{number}"' in (await one.get(ask)).text
        assert (await one.post(f"{HERE}/publish", page=ask, version=number)).status_code == 303
        states = await services.customdb.list_scripts(pool.administrator)
        assert (states[0].published, states[0].draft) == (int(number), 2)
    kept = await services.customdb.get_script(pool.administrator, "login", 1)
    assert kept.source == LOGIN
    shown = (await one.get(HERE)).text
    assert "because 1" in shown
    assert shown.count(one.administrator.username if one.administrator else "?") >= 2


async def test_what_another_saved_meanwhile_is_told_and_not_overwritten(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    first, second = await console("custom-database-editor"), await console("custom-database-editor")
    assert (await first.post(HERE, page=HERE, source=LOGIN, after="0")).status_code == 303
    mine = LOGIN.replace("1", "2")
    told = await second.post(HERE, page=HERE, source=mine, message="mine", after="0")
    assert told.status_code == 409
    assert first.administrator
    assert first.administrator.username in told.text
    assert "id: 2" in told.text
    assert 'value="mine"' in told.text
    assert len(await services.customdb.list_scripts(pool.administrator)) > 0
    assert (await services.customdb.get_script(pool.administrator, "login")).source == LOGIN
    after = re.search(r'name="after" value="(\d+)"', told.text)
    assert after
    assert (await second.post(HERE, page=HERE, source=mine, after=after[1])).status_code == 303
    assert (await services.customdb.get_script(pool.administrator, "login")).source == mine


async def test_who_publishes_sees_it_where_somebody_has_published_or_rolled_back_meanwhile(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """What would change is shown of the version that ran when the page was opened: of another it would be a lie."""
    admin, one = pool.administrator, await console("custom-database-editor")
    for number in (1, 2, 3):
        await services.customdb.save_script(admin, "login", LOGIN.replace("1", str(number)))
    await services.customdb.publish(admin, "login", 2)
    confirming = f"{HERE}/publish?version=3"
    assert 'name="instead_of" value="2"' in (await one.get(confirming)).text
    await services.customdb.publish(admin, "login", 1)
    publishing = f"{HERE}/publish"
    told = await one.post(publishing, page=confirming, version="3", instead_of="2")
    assert told.status_code == 409
    assert "published or withdrawn a version meanwhile" in told.text
    assert 'name="instead_of" value="1"' in told.text
    login = next(state for state in await services.customdb.list_scripts(admin) if state.name == "login")
    assert login.published == 1
    await services.customdb.withdraw(admin, "login")
    assert (await one.post(publishing, page=confirming, version="3", instead_of="1")).status_code == 409
    both = await asyncio.gather(
        *(one.post(publishing, page=confirming, version=number, instead_of="0") for number in ("2", "3"))
    )
    assert sorted(answer.status_code for answer in both) == [303, 409]


async def test_what_does_not_compile_stays_in_the_form_and_says_where(console: Open) -> None:
    one = await console("custom-database-editor")
    told = await one.post(HERE, page=HERE, source="async function login() {\n  return {;\n}", after="0")
    assert told.status_code == 400
    assert "2:11" in told.text
    assert "return {;" in told.text


async def test_a_viewer_reads_and_is_told_why_nothing_can_be_saved(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.customdb.save_script(pool.administrator, "login", LOGIN)
    viewer = await console("viewer")
    shown = (await viewer.get(HERE)).text
    assert "return { id: 1 }" in shown
    assert "Read only" in shown
    assert "<textarea" in shown
    assert re.search(r"<textarea[^>]* readonly", shown)
    assert "/publish" not in shown
    assert (await viewer.post(HERE, page=HERE, source="x", after="1")).status_code == 403


async def test_the_list_tells_what_the_mode_lacks_and_which_draft_is_newer(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    saved = await services.customdb.save_script(pool.administrator, "login", LOGIN)
    await services.customdb.publish(pool.administrator, "login", saved.version)
    await services.customdb.save_script(pool.administrator, "login", LOGIN + "// more")
    one = await console("viewer")
    shown = (await one.get("/pools/{pool}/scripts")).text
    assert "not published: getUser" in shown
    assert "Draft not published" in shown
    assert (await one.get("/pools/{pool}/scripts/nothing")).status_code == 404
    assert (await one.get(f"{HERE}?version=9")).status_code == 404


async def test_the_source_of_another_pool_is_on_no_page(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, console: Open
) -> None:
    """Every pool has a script `login`: in one's own pool it is one's own, by any address and in no answer theirs."""
    for _ in range(2):
        await services.customdb.save_script(
            other_pool.administrator, "login", f"// theirs\n{LOGIN}", message="their message"
        )
    await services.customdb.save_script(pool.administrator, "login", f"// ours\n{LOGIN}")
    one = await console("owner")
    overtaken = await one.post(HERE, page=HERE, source=LOGIN, after="0")
    assert "// ours" in (await one.get(HERE)).text
    assert overtaken.status_code == 409
    for path in (
        "/pools/{pool}/scripts",
        HERE,
        f"{HERE}?version=1",
        f"{HERE}?version=2",
        f"{HERE}/publish?version=2",
    ):
        told = await one.get(path)
        assert "// theirs" not in told.text, path
        assert "their message" not in told.text, path
    assert "their message" not in overtaken.text
    theirs = HERE.replace("{pool}", other_pool.id)
    for path in (theirs, f"{theirs}?version=1", f"{theirs}/publish?version=1"):
        told = await one.get(path)
        assert told.status_code == 404, path
        assert "// theirs" not in told.text
    assert (await one.post(theirs, page=HERE, source=LOGIN, after="2")).status_code == 404
    assert (await one.post(f"{theirs}/publish", page=HERE, version="1")).status_code == 404
    assert (await services.customdb.list_scripts(other_pool.administrator))[0].published is None


CHECK = f"{HERE}/check"
BROKEN = "async function login() {\n  return {;\n}"


async def test_a_check_says_where_and_saves_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    found = (await one.post(CHECK, page=HERE, source=BROKEN.replace("\n", "\r\n"))).json()
    assert [(at["line"], at["column"]) for at in found["problems"]] == [(2, 11)]
    assert (await one.post(CHECK, page=HERE, source=LOGIN)).json()["problems"] == []
    refused = await one.post(CHECK.replace("login", "nothing"), page=HERE, source=LOGIN)
    assert refused.status_code == 400
    assert refused.json()["message"]
    viewer = await console("viewer")
    assert (await viewer.post(CHECK, page=HERE, source=LOGIN)).status_code == 403
    assert all(state.draft is None for state in await services.customdb.list_scripts(pool.administrator))


async def test_styles_may_be_added_to_the_editor_alone_by_a_nonce_of_each_answer(console: Open) -> None:
    one = await console("custom-database-editor")
    nonces = set()
    for _ in range(2):
        answer = await one.get(HERE)
        found = re.search(r"style-src 'self' 'nonce-([\w-]{24})';", answer.headers["content-security-policy"])
        assert found
        assert found[1] in answer.text
        nonces.add(found[1])
    assert len(nonces) == 2
    for path in (f"{HERE}?plain=1", "/pools/{pool}/scripts", "/pools/{pool}/users"):
        assert "nonce" not in (await one.get(path)).headers["content-security-policy"]


async def test_a_plain_field_is_remembered(console: Open) -> None:
    one = await console("viewer")
    assert "<script-editor" in (await one.get(HERE)).text
    for asked, is_rich in (("?plain=1", False), ("", False), ("?plain=0", True), ("", True)):
        shown = (await one.get(f"{HERE}{asked}")).text
        assert ("<script-editor" in shown) is is_rich, asked
        assert "<textarea" in shown


async def test_where_the_pool_asks_for_a_passing_run_publishing_is_closed_until_there_is_one(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.pools.update(pool.administrator, {}, {"publish_requires_passing_run": True})
    await services.customdb.save_script(pool.administrator, "login", LOGIN)
    one = await console("custom-database-editor")
    ask = f"{HERE}/publish?version=1"
    shown = (await one.get(ask)).text
    assert re.search(r"<button disabled[^>]*has not: debug it first", shown)
    assert "/debug?version=1" in shown
    refused = await one.post(f"{HERE}/publish", page=ask, version="1")
    assert refused.status_code == 422
    assert "version 1 of login" in refused.text
    await services.customdb.run(pool.administrator, "login", [], version=1)
    assert "<button>Publish" in (await one.get(ask)).text
    assert (await one.post(f"{HERE}/publish", page=ask, version="1")).status_code == 303
