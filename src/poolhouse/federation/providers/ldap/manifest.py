"""What administrators are told of the settings of both kinds."""

from __future__ import annotations

from poolhouse.federation.model import Field

FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        ("目录地址", "Address"),
        (
            "如 ldaps://dc.corp.example:636，或用 StartTLS 加密的 ldap://dc.corp.example:389",
            "Such as ldaps://dc.corp.example:636, or ldap://dc.corp.example:389 with StartTLS",
        ),
    ),
    Field(
        "allowPlaintext",
        ("允许不加密", "Allow plain text"),
        ("密码以明文经过网络，仅用于测试", "passwords cross the network in plain text; for tests"),
        rare=True,
    ),
    Field(
        "caCertificate",
        ("自有 CA 证书", "Own authority's certificate"),
        ("PEM 格式；填写后只信任它", "PEM; nothing else is trusted then"),
        code=True,
    ),
    Field("bindDn", ("查找账号", "Account that looks for people"), ("只需读取权限", "it needs to read only")),
    Field(
        "bindCredentials",
        ("查找账号的密码", "Its password"),
        ("保存后不再显示", "Once saved it is never shown"),
        secret=True,
    ),
    Field(
        "bindTemplate",
        ("直接绑定模板", "Template to bind as the person"),
        ("例如 {username}@corp.example", "such as {username}@corp.example"),
        rare=True,
    ),
    Field(
        "usersBaseDn",
        ("用户所在位置", "Where people are"),
        (
            "如 ou=people,dc=corp,dc=example；其下各级也会查找",
            "Such as ou=people,dc=corp,dc=example; what is below it counts, too",
        ),
    ),
    Field(
        "userQueryCriteria",
        ("用户查询条件", "Filter for a person"),
        ("含 {username}", "with {username}"),
        rare=True,
    ),
    Field(
        "uniqueAttribute",
        ("唯一标识属性", "Attribute that says who it is"),
        ("不会改变的属性", "one that never changes"),
        rare=True,
    ),
    Field(
        "fieldMapping",
        ("字段映射", "Fields of the profile"),
        ("每行：我们的字段=目录属性，如 name=cn", "A line each: our field=the attribute, such as name=cn"),
        rare=True,
    ),
    Field(
        "trustEmail",
        ("信任目录中的邮箱", "Trust its e-mail addresses"),
        ("仅当用户不能自行修改 mail 属性时", "only where people cannot write `mail` themselves"),
        rare=True,
    ),
    Field(
        "groups", ("读取群组", "Read groups"), ("none、direct 或 nested", "none, direct or nested"), rare=True
    ),
    Field(
        "groupsBaseDn",
        ("群组所在位置", "Where groups are"),
        ("留空则在用户所在位置查找", "Empty: where people are"),
        rare=True,
    ),
    Field("groupQueryCriteria", ("群组查询条件", "Filter for groups"), ("含 {dn}", "with {dn}"), rare=True),
)
