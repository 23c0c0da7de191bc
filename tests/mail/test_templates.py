from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import InvalidInput, NotAuthenticated, NotPermitted
from poolhouse.mail.default_templates import built_in
from poolhouse.mail.model import SCENES
from poolhouse.mail.render import render, text_of
from poolhouse.mail.service import SAMPLE
from poolhouse.services import Services


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
@pytest.mark.parametrize("scene", SCENES)
def test_every_built_in_text_shows_what_it_is_about(scene: Any, lang: Any) -> None:
    template = built_in(scene, lang)
    rendered = render(template, SAMPLE, lang)
    assert rendered.subject
    assert "{{" not in rendered.html + rendered.subject + rendered.sender
    if template.has_url:
        assert SAMPLE["link"] in text_of(rendered.html)
    elif scene.endswith("code"):
        assert SAMPLE["code"] in text_of(rendered.html)


def test_what_is_put_into_a_mail_is_escaped() -> None:
    rendered = render(
        built_in("account_created", "zh-CN"), {**SAMPLE, "user_name": "<script>1</script>"}, "zh-CN"
    )
    assert "<script>" not in rendered.html
    assert "&lt;script&gt;" in rendered.html


def test_a_name_cannot_add_a_header() -> None:
    rendered = render(
        built_in("welcome", "en-US"), {**SAMPLE, "app_name": "Shop\r\nBcc: all@example.com"}, "en-US"
    )
    assert rendered.subject == "Welcome to Shop Bcc: all@example.com"


async def test_a_stranger_sees_and_changes_no_template(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.mail.list_templates(pool.stranger)
    with pytest.raises(NotPermitted):
        await services.mail.put_template(pool.user("u1"), built_in("welcome", "zh-CN"))
    with pytest.raises(NotPermitted):
        await services.mail.preview(pool.user("u1"), "welcome")


async def test_a_pools_own_text_is_used_once_enabled_and_kept_when_disabled(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    mail = services.mail
    own = replace(
        built_in("login_code", "zh-CN"), subject="码 {{ code }}", content="<b>{{ code }}</b>", enabled=True
    )
    await mail.put_template(pool.administrator, own)
    assert (await mail.preview(pool.administrator, "login_code")).html == "<b>123456</b>"
    assert (await mail.preview(other_pool.administrator, "login_code")).html != "<b>123456</b>"
    await mail.set_template_enabled(pool.administrator, "login_code", False)
    assert (await mail.preview(pool.administrator, "login_code")).html != "<b>123456</b>"
    await mail.set_template_enabled(pool.administrator, "login_code", True)
    assert (await mail.preview(pool.administrator, "login_code")).subject == "码 123456"
    listed = {template.scene: template for template in await mail.list_templates(pool.administrator)}
    assert list(listed) == list(SCENES)
    assert listed["login_code"].enabled
    assert not listed["mfa_code"].enabled


@pytest.mark.parametrize(
    "content",
    [
        "{{ code",
        "{{ password }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ code.upper() }}",
        "{% set a = 1 %}",
        "{% include 'x' %}",
        "{{ code|attr('__class__') }}",
        "{{ 'a' * 1000000000 }}",
        "{% macro a() %}{% endmacro %}",
        "x" * 100_001,
    ],
)
async def test_a_template_is_data_and_no_program(
    services: Services, pool: PoolForTests, content: str
) -> None:
    own = replace(built_in("welcome", "zh-CN"), content=content)
    with pytest.raises(InvalidInput) as refused:
        await services.mail.put_template(pool.administrator, own)
    assert refused.value.facts["field"] == "content"
    with pytest.raises(InvalidInput):
        await services.mail.preview(pool.administrator, "welcome", content=content)


async def test_an_own_text_may_choose(services: Services, pool: PoolForTests) -> None:
    content = "{% if user_name and not link %}{{ user_name|upper }}{% else %}{{ minutes }}{% endif %}"
    rendered = await services.mail.preview(pool.administrator, "welcome", content=content, expires_in_s=600)
    assert rendered.html == "10"
