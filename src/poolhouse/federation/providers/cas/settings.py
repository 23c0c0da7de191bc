"""What a connection of CAS is set up with."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from poolhouse.federation.model import Field
from poolhouse.federation.settings import Unfit, is_address

Address = Annotated[str, Meta(max_length=2048)]


class Settings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """`login_url`, `validate_url`: the server's `/login`, and `/p3/serviceValidate` (CAS 3) or `/serviceValidate`.

    `id_attribute` empty: the user's name at the server says who it is. `attribute_mapping`: our field, and the
    attribute it is taken from.
    """

    login_url: Address
    validate_url: Address
    renew: bool = False
    id_attribute: Annotated[str, Meta(max_length=256)] = ""
    attribute_mapping: Annotated[dict[str, str], Meta(max_length=50)] = {}
    email_is_verified: bool = False

    def __post_init__(self) -> None:
        """Raises Unfit."""
        for name, address in (("loginUrl", self.login_url), ("validateUrl", self.validate_url)):
            if not is_address(address):
                raise Unfit(name, "应为 https 地址", "must be an https address")
        if urlsplit(self.validate_url).path.rstrip("/").endswith("/validate"):
            raise Unfit(
                "validateUrl",
                "/validate 是 CAS 1，不受支持；请填 /serviceValidate 或 /p3/serviceValidate",
                "/validate is CAS 1, which is not supported: enter /serviceValidate or /p3/serviceValidate",
            )


FIELDS = (
    Field(
        "loginUrl",
        ("CAS 认证 URL", "Login address"),
        ("如 https://cas.example.com/cas/login", "Such as https://cas.example.com/cas/login"),
    ),
    Field(
        "validateUrl",
        ("CAS Ticket 检验 URL", "Address that validates tickets"),
        (
            "如 https://cas.example.com/cas/p3/serviceValidate",
            "Such as https://cas.example.com/cas/p3/serviceValidate",
        ),
    ),
    Field(
        "renew",
        ("要求重新认证", "Ask for the password each time"),
        (
            "即使对方已经认识这个人（renew=true）",
            "Also where the server knows the person already (renew=true)",
        ),
        rare=True,
    ),
    Field(
        "idAttribute",
        ("用户标识属性", "Attribute that identifies the person"),
        ("留空使用 CAS 用户名", "Empty: the user's name at the server"),
    ),
    Field(
        "attributeMapping",
        ("属性映射", "Attributes of the profile"),
        (
            '我们的字段与 CAS 属性，如 {"name": "cn"}',
            'Our field and the attribute, such as {"name": "cn"}',
        ),
        rare=True,
    ),
    Field(
        "emailIsVerified",
        ("信任其邮箱", "Trust its e-mail addresses"),
        ("仅当对方核实过每个邮箱", "Only where the provider has verified each of them"),
        rare=True,
    ),
)
