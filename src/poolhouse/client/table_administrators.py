"""The commands about administrators."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.special import with_password
from poolhouse.client.table_directory import DELETED

ROLES = (
    "owner",
    "user-editor",
    "application-editor",
    "custom-database-editor",
    "organization-editor",
    "viewer",
    "viewer-without-personal-data",
)
WHO = Arg(
    "ADMINISTRATOR",
    "administrator",
    ("管理员：用户名或编号", "a username or an id"),
    needed=True,
)
NAME = Arg("--name", "name", ("姓名", "full name"))
OWNER_HELP = (
    "服务器所有者：可管理所有用户池和管理员",
    "owns the server: everything in every pool, and administrators",
)
PASSWORD = (
    Arg(
        "--password",
        "password",
        ("密码，写 - 从标准输入读取，不写值则提示输入", "- reads standard input, no value asks for it"),
        "secret",
    ),
    Arg("--generate", "", ("生成密码并显示一次", "make one and show it once"), "flag"),
    Arg(
        "--keep",
        "keepPassword",
        ("登录后不必修改", "it need not be changed at the next sign-in"),
        "flag",
    ),
)
ALL = (
    Column("username", "username"),
    Column("name", "name"),
    Column("owner", "owner"),
    Column("status", "status"),
    Column("second factor", "secondFactor"),
    Column("passkeys", "passkeys"),
    Column("roles", "roles"),
    Column("last login", "lastLoginAt", "time"),
)
ONE = Facts(
    (
        Column("id", "id"),
        *ALL,
        Column("created", "createdAt", "time"),
        Column("password set", "passwordSetAt", "time"),
    )
)

COMMANDS = (
    Command(
        "admin list",
        ("列出管理员，至多一千个", "Lists administrators, all of them: a thousand at most."),
        "GET list-administrators",
        (
            Arg("--keyword", "keywords", ("用户名或姓名中有此文字", "with these words in username or name")),
            Arg("--page", "page", ("第几页，从 1 起", "which page, from 1"), "number"),
            Arg("--limit", "limit", ("每页几个，不写则全部", "how many a page; without it all"), "number"),
        ),
        Table(ALL),
    ),
    Command(
        "admin show", ("显示一个管理员", "Shows one administrator."), "GET get-administrator", (WHO,), ONE
    ),
    Command(
        "admin create",
        (
            "新建管理员，首次登录须修改密码",
            "Creates an administrator, who must change the password at the first sign-in.",
        ),
        "POST create-administrator",
        (
            Arg("USERNAME", "username", ("用户名", "sign-in name"), needed=True),
            NAME,
            Arg("--owner", "owner", OWNER_HELP, "flag"),
            *PASSWORD,
        ),
        ONE,
        act=with_password,
    ),
    Command(
        "admin update",
        ("修改管理员，未写的不变", "Changes an administrator; options that are not given stay unchanged."),
        "POST update-administrator",
        (WHO, NAME, Arg("--owner", "owner", OWNER_HELP, "yes")),
        ONE,
    ),
    Command(
        "admin roles",
        (
            "设置管理员在一个用户池中的角色；不写则收回",
            "Sets the roles of an administrator in a pool; without a role, removes all.",
        ),
        "POST set-administrator-roles",
        (
            WHO,
            Arg("ROLE...", "roles", ("角色，可多个", "roles"), "list", choices=ROLES, default=[]),
            Arg(
                "--application",
                "applications",
                (
                    "角色 application-editor 只限于这个应用（编号），可多次",
                    "limits the role application-editor to this application, by its id; may be repeated",
                ),
                "list",
            ),
            Arg(
                "--department",
                "departments",
                (
                    "角色 user-editor、organization-editor 或 viewer 只限于这个部门及其下级（编号），可多次",
                    "limits the role user-editor, organization-editor or viewer to this department and all below it, "
                    "by its id; may be repeated",
                ),
                "list",
            ),
        ),
        ONE,
    ),
    Command(
        "admin disable",
        ("停用管理员，立即退出", "Disables an administrator, signed out at once."),
        "POST update-administrator",
        (WHO,),
        ONE,
        {"disabled": True},
    ),
    Command(
        "admin enable",
        ("恢复停用的管理员", "Enables a disabled administrator."),
        "POST update-administrator",
        (WHO,),
        ONE,
        {"disabled": False},
    ),
    Command(
        "admin reset",
        (
            "设置新密码，解除第二因素，删除通行密钥，退出所有登录",
            "Sets a new password, removes second factor and passkeys, and ends every session.",
        ),
        "POST reset-administrator",
        (WHO, *PASSWORD),
        ONE,
        act=with_password,
    ),
    Command(
        "admin sessions",
        ("列出管理员的登录", "Lists the sessions of an administrator."),
        "GET list-administrator-sessions",
        (WHO,),
        Table(
            (
                Column("id", "id"),
                Column("address", "ip"),
                Column("agent", "userAgent"),
                Column("created", "createdAt", "time"),
                Column("seen", "seenAt", "time"),
                Column("expires", "expiresAt", "time"),
            )
        ),
    ),
    Command(
        "admin sign-out",
        (
            "结束管理员的所有登录，或其中一个",
            "Ends every session of an administrator, or one of them.",
        ),
        "POST sign-out-administrator",
        (
            WHO,
            Arg("--session", "session", ("只结束这一个登录", "this session alone, by its id")),
        ),
        Facts((Column("ended", "ended"),)),
    ),
    Command(
        "admin keys",
        ("列出管理员在所有用户池中的访问密钥", "Lists the access keys of an administrator, in every pool."),
        "GET list-administrator-keys",
        (WHO,),
        Table(
            (
                Column("id", "id"),
                Column("pool", "pool"),
                Column("scopes", "scopes"),
                Column("usable", "isUsable"),
                Column("created", "createdAt", "time"),
                Column("used", "usedAt", "time"),
            )
        ),
    ),
    Command(
        "admin passkeys",
        ("列出管理员的通行密钥", "Lists the passkeys of an administrator."),
        "GET list-administrator-passkeys",
        (WHO,),
        Table(
            (
                Column("id", "id"),
                Column("name", "name"),
                Column("site", "site"),
                Column("backed up", "backedUp"),
                Column("created", "createdAt", "time"),
                Column("used", "usedAt", "time"),
            )
        ),
    ),
    Command(
        "admin remove-passkey",
        ("删除管理员的一个通行密钥", "Removes a passkey of an administrator."),
        "POST delete-administrator-passkey",
        (
            WHO,
            Arg("PASSKEY", "passkey", ("通行密钥：名称或编号", "a passkey's name or id"), needed=True),
        ),
        DELETED,
        asks=("删除这个通行密钥？", "Remove this passkey?"),
    ),
    Command(
        "admin delete",
        ("删除管理员", "Deletes an administrator."),
        "POST delete-administrator",
        (WHO,),
        DELETED,
        asks=("删除这个管理员？", "Delete this administrator?"),
    ),
)
