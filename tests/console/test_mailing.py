"""The pages of mails: the outbox, who reads a text, sending again; and templates, which are shown harmlessly."""

from __future__ import annotations

import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open
from tests.console.test_forms import send

from poolhouse.mail import postgres
from poolhouse.services import Services
from poolhouse.wire.console.mailing import outbox

CODE = "204816"
ONE = "/pools/{pool}/mail-templates/LOGIN_VERIFY_CODE"
EVIL = "<script>alert(1)</script><img src=https://evil.example/x><form action=https://evil.example>"


async def given_up(services: Services, pool: PoolForTests) -> str:
    admin = pool.administrator
    async with services.db.transaction() as tx:
        one = await services.mail.queue_email(tx, admin, "login_code", "li@shop.example", {"code": CODE})
    message = await services.mail.get_message(admin, one)
    await postgres.mark_failed(services.db, message, "550 no such user", None)
    return one


async def previewed(one: Console, lang: str = "zh-CN", **form: str) -> tuple[int, str, dict[str, str]]:
    answer = await one.post(f"{ONE}/preview", page=ONE, **{"custom": "yes", "lang": lang, **form})
    return answer.status_code, answer.text, dict(answer.headers)


async def test_what_was_given_up_is_sent_again(services: Services, pool: PoolForTests, console: Open) -> None:
    message = await given_up(services, pool)
    one = await console("owner")
    shown = (await one.get("/pools/{pool}/mail?status=dead&to=li@shop.example")).text
    assert "550 no such user" in shown
    assert CODE not in shown
    assert CODE in (await one.get(f"/pools/{{pool}}/mail/{message}")).text
    answer = await one.post(f"/pools/{{pool}}/mail/{message}/retry", page="/pools/{pool}/mail")
    assert answer.status_code == 303
    assert (await services.mail.get_message(pool.administrator, message)).status == "queued"


async def test_a_viewer_sees_that_a_mail_was_sent_and_no_code(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    message = await given_up(services, pool)
    one = await console("viewer")
    shown = (await one.get("/pools/{pool}/mail")).text
    assert "li@shop.example" in shown
    assert "your roles do not let you read them" in shown
    assert re.search(r"<button[^>]* disabled", shown)
    assert f'/mail/{message}"' not in shown
    refused = await one.get(f"/pools/{{pool}}/mail/{message}")
    assert refused.status_code == 403
    assert CODE not in refused.text


async def test_an_outbox_without_mail_says_so(console: Open) -> None:
    assert "No mail or SMS yet" in (await (await console("owner")).get("/pools/{pool}/mail")).text


async def test_a_text_is_changed_and_built_in_again(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    sent = {"subject": "Ours {{ code }}", "custom": "yes"}
    assert (await send(one, ONE, **sent)).status_code == 303  # type: ignore[attr-defined]
    stored = await services.mail.get_template(pool.administrator, "login_code")
    assert (stored.subject, stored.enabled) == ("Ours {{ code }}", True)
    assert (await one.post(f"{ONE}/reset", page=ONE)).status_code == 303
    assert (await services.mail.get_template(pool.administrator, "login_code")).built_in


async def test_a_text_that_cannot_be_filled_in_is_refused_at_its_field(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    answer = await send(one, ONE, **{"file": "{% for x in y %}{% endfor %}", "custom": "yes"})
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert 'id="f-file-note"' in answer.text  # type: ignore[attr-defined]
    assert (await services.mail.get_template(pool.administrator, "login_code")).built_in


async def test_a_preview_shows_what_is_typed_in_both_languages_and_saves_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("viewer")
    status, text, _ = await previewed(one, **{"subject": "S <i>", "file": "<p>{{ code }} {{ lifetime }}</p>"})
    assert status == 200
    assert "S &lt;i&gt;" in text
    assert "123456 5 分钟" in text
    assert "123456 5 minutes" in (await previewed(one, "en-US", file="{{ code }} {{ lifetime }}"))[1]
    assert (await services.mail.get_template(pool.administrator, "login_code")).built_in
    assert (await previewed(one, file="{{ nothing }}"))[0] == 400
    typed = {"custom": "no", "subject": "Typed", "was.subject": "Typed before"}
    assert "Subject: Typed<" in (await previewed(one, **typed))[1]
    built_in = {"custom": "no", "subject": "x", "was.subject": "x"}
    assert "Your login code" in (await previewed(one, "en-US", **built_in))[1]


async def test_a_preview_may_do_nothing(console: Open) -> None:
    one = await console("viewer")
    status, text, headers = await previewed(one, file=EVIL)
    assert status == 200
    assert EVIL in text
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "sandbox": "",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
    }
    assert '<iframe name="preview" title="Preview" sandbox>' in (await one.get(ONE)).text


@pytest.mark.parametrize("path", ["NOTHING", "login_code", "x%2Fy"])
async def test_a_type_that_there_is_not_is_no_page(console: Open, path: str) -> None:
    one = await console("owner")
    assert (await one.get(f"/pools/{{pool}}/mail-templates/{path}")).status_code == 404


async def test_a_full_outbox_is_counted_no_further_than_need_be(
    services: Services, pool: PoolForTests, console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_COUNTED", 2)
    monkeypatch.setattr(outbox, "PAGE_SIZE", 2)
    one = await console("owner")
    for n in range(5):
        async with services.db.transaction() as tx:
            to = "li@shop.example" if n else "other@shop.example"
            await services.mail.queue_email(tx, pool.administrator, "login_code", to, {"code": "204816"})
    for query, said, following in (
        ("", "More than 2", True),
        ("?page=3", "More than 2", False),
        ("?to=li@shop.example", "More than 2", True),
        ("?to=li@shop.example&page=2", "More than 2", False),
        ("?to=other@shop.example", "1 in all", False),
    ):
        shown = (await one.get(f"/pools/{{pool}}/mail{query}")).text
        assert said in shown, query
        assert ("page=" + str(int(query[-1]) + 1 if "page" in query else 2) in shown) is following, query
