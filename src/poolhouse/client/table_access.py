"""The commands about access keys and identity sources."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.special import first_of_list
from poolhouse.client.table_directory import DELETED
from poolhouse.client.table_users import USER

KEY = Arg("KEY_ID", "accessKeyId", ("密钥编号", "the key's id"), needed=True)
KEYS = (
    Column("id", "accessKeyId"),
    Column("administrator", "administratorName", also="administratorId"),
    Column("user id", "userId"),
    Column("scopes", "scopes"),
    Column("enabled", "enable"),
    Column("usable", "isUsable"),
    Column("created", "createdAt", "time"),
    Column("used", "lastDate", "time"),
)
OF_USER = USER._replace(
    name="--user", needed=False, help=("所属用户，默认为用户池", "whose key it is; the pool's if absent")
)
KEY_COMMANDS = (
    Command(
        "key list",
        ("列出访问密钥及最近使用时间", "Lists the access keys, and when each was used last."),
        "GET list-access-key",
        (OF_USER._replace(help=("只看此用户的", "only of this user")),),
        Table(KEYS, ""),
    ),
    Command(
        "key create",
        ("新建访问密钥，只显示一次", "Creates an access key and shows its secret, this once."),
        "POST create-access-key",
        (
            Arg(
                "--scope",
                "scopes",
                (
                    "权限，如 users:read，可多次；默认全部。poolhouse key scopes 列出全部",
                    "what it may do, such as users:read; may be given again; everything if absent. "
                    "poolhouse key scopes lists them",
                ),
                "list",
            ),
            OF_USER,
        ),
        Facts((Column("id", "accessKeyId"), Column("secret", "accessKeySecret"), Column("scopes", "scopes"))),
        act=first_of_list,
    ),
    Command(
        "key scopes",
        ("列出访问密钥可有的权限", "Lists the scopes that an access key may be limited to."),
        "GET list-access-key-scopes",
        (),
        Table((Column("scopes", "scope"), Column("grantable", "isYours")), ""),
    ),
    Command(
        "key disable",
        ("停用访问密钥：立即失效", "Disables an access key: what it signed or fetched ends at once."),
        "POST update-access-key",
        (KEY,),
        Done(("已停用", "disabled")),
        {"enable": False},
    ),
    Command(
        "key enable",
        ("恢复停用的访问密钥", "Enables an access key again."),
        "POST update-access-key",
        (KEY,),
        Done(("已启用", "enabled")),
        {"enable": True},
    ),
    Command(
        "key delete",
        ("删除访问密钥", "Deletes an access key."),
        "POST delete-access-key",
        (KEY,),
        DELETED,
        asks=("删除这个访问密钥？", "Delete this access key?"),
    ),
)

WHICH_SIGN_IN = (
    "能用来登录的类型是 oidc、oauth（oauth2）、saml、cas、ldap、ad、github、google、azure-ad、"
    "wechat:pc 和 wechat:mobile（wechat）、"
    "lark-internal 和 lark-public（lark）；其他类型只是存着",
    "people can sign in by oidc, oauth (oauth2), saml, cas, ldap, ad, github, google, azure-ad, "
    "wechat:pc and wechat:mobile (wechat), "
    "lark-internal and lark-public (lark); a source of another kind is stored only",
)
SOURCE = Arg("SOURCE_ID", "id", ("身份源编号", "the source's id"), needed=True)
SOURCE_NAME = Arg("NAME", "name", ("名称", "its name"), needed=True)
CONNECTION = Arg("CONNECTION_ID", "id", ("连接编号", "the connection's id"), needed=True)
SHOWN_NAME = Arg("--name", "displayName", ("显示的名称", "display name"), needed=True)
FIELDS = Arg(
    "--fields",
    "fields",
    (
        "JSON 文件，- 为标准输入：连接的各项，如 clientID",
        "a JSON file, - for standard input: what the connection needs, such as clientID",
    ),
    "json",
    needed=True,
)
APP = Arg("--app", "appId", ("在这个应用中", "in this application"), needed=True)
SOURCES = (
    Column("id", "id"),
    Column("label", "name"),
    Column("type", "type"),
)
ONE_CONNECTION = Facts(
    (
        Column("id", "id"),
        Column("identifier", "identifier"),
        Column("label", "displayName"),
        Column("type", "type"),
    )
)
SOURCE_COMMANDS = tuple(
    command._replace(warns=WHICH_SIGN_IN)
    for command in (
        Command(
            "source list", ("列出身份源", "Lists identity sources."), "GET list-ext-idp", (), Table(SOURCES)
        ),
        Command(
            "source show",
            ("显示一个身份源及其连接，密钥不显示", "Shows a source with its connections, secrets masked."),
            "GET get-ext-idp",
            (SOURCE,),
            Facts((*SOURCES, Column("connections", "connections"))),
        ),
        Command(
            "source create",
            ("新建身份源", "Creates an identity source."),
            "POST create-ext-idp",
            (
                SOURCE_NAME,
                Arg(
                    "TYPE",
                    "type",
                    ("类型，如 wechat、github、oidc", "its type: wechat, github, oidc, ..."),
                    needed=True,
                ),
            ),
            Facts(SOURCES),
        ),
        Command(
            "source update",
            ("给身份源改名", "Renames an identity source."),
            "POST update-ext-idp",
            (SOURCE, SOURCE_NAME),
            Facts(SOURCES),
        ),
        Command(
            "source delete",
            ("删除身份源及其连接", "Deletes an identity source with its connections."),
            "POST delete-ext-idp",
            (SOURCE,),
            DELETED,
            asks=("删除这个身份源及其连接？", "Delete this source and its connections?"),
        ),
        Command(
            "source connect",
            ("给身份源新建一个连接", "Creates a connection of an identity source."),
            "POST create-ext-idp-conn",
            (
                SOURCE._replace(to="extIdpId"),
                Arg(
                    "TYPE",
                    "type",
                    ("类型，如 wechat:pc、github", "its type: wechat:pc, github, ..."),
                    needed=True,
                ),
                Arg(
                    "IDENTIFIER",
                    "identifier",
                    ("唯一标识，地址中使用", "its identifier, part of URLs"),
                    needed=True,
                ),
                SHOWN_NAME,
                FIELDS,
            ),
            ONE_CONNECTION,
        ),
        Command(
            "source reconnect",
            (
                "修改连接；掩码显示的密钥原样写回则不变",
                "Changes a connection; a secret written back as its mask stays.",
            ),
            "POST update-ext-idp-conn",
            (CONNECTION, SHOWN_NAME, FIELDS),
            ONE_CONNECTION,
        ),
        Command(
            "source test",
            (
                "试一个连接：说明哪一步失败、怎么办；不需要任何人登录",
                "Tries a connection without anybody signing in: which step fails, and what to do.",
            ),
            "POST test-ext-idp-connection",
            (CONNECTION,),
            Facts(
                (
                    Column("ok", "success"),
                    Column("step", "stepName"),
                    Column("reason", "sentence"),
                    Column("remedy", "remedy"),
                    Column("callback", "callbackUrl"),
                    Column("metadata", "metadataUrl"),
                )
            ),
            unless="success",
        ),
        Command(
            "source failures",
            (
                "列出三十天内最近十次用连接登录失败：哪一步、为什么",
                "Lists the last ten sign-ins by a connection that failed within 30 days: the step, and why.",
            ),
            "GET get-ext-idp-connection-status",
            (CONNECTION,),
            Table(
                (
                    Column("time", "time", "time"),
                    Column("step", "stepName"),
                    Column("reason", "sentence"),
                    Column("printed", "printed"),
                ),
                at="failures",
            ),
        ),
        Command(
            "source disconnect",
            ("删除连接", "Deletes a connection."),
            "POST delete-ext-idp-conn",
            (CONNECTION,),
            DELETED,
            asks=("删除这个连接？", "Delete this connection?"),
        ),
        Command(
            "source enable",
            ("在应用中打开连接", "Switches a connection on in an application."),
            "POST change-ext-idp-conn-state",
            (CONNECTION, APP),
            Done(("已打开", "switched on")),
            {"enabled": True},
        ),
        Command(
            "source disable",
            ("在应用中关闭连接", "Switches a connection off in an application."),
            "POST change-ext-idp-conn-state",
            (CONNECTION, APP),
            Done(("已关闭", "switched off")),
            {"enabled": False},
        ),
    )
)
