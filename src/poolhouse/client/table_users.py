"""The commands about people."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.special import remove_passkey, reset_password, show_why, update_user

USER = Arg(
    "USER",
    "userId",
    ("用户：编号、用户名、邮箱、手机号或外部编号", "an id, username, e-mail, phone number or external id"),
    "user",
    needed=True,
)
STATUSES = ("Activated", "Suspended", "Resigned", "Archived", "Deactivated")

PEOPLE = (
    Column("id", "userId"),
    Column("username", "username"),
    Column("name", "name", also="nickname"),
    Column("email", "email"),
    Column("phone", "phone"),
    Column("status", "status"),
    Column("last login", "lastLogin", "time"),
)
PERSON = Facts(
    (
        *PEOPLE[:2],
        Column("email", "email"),
        Column("phone", "phone"),
        Column("name", "name"),
        Column("nickname", "nickname"),
        Column("status", "status"),
        Column("logins", "loginsCount"),
        Column("last login", "lastLogin", "time"),
        Column("created", "createdAt", "time"),
        Column("password set", "passwordLastSetAt", "time"),
        Column("external", "externalId"),
        Column("departments", "departmentIds"),
    )
)
PROFILE = (
    Arg("--username", "username", ("用户名", "sign-in name")),
    Arg("--email", "email", ("邮箱", "e-mail address")),
    Arg("--phone", "phone", ("手机号", "phone number")),
    Arg("--name", "name", ("姓名", "full name")),
    Arg("--nickname", "nickname", ("昵称", "nickname")),
    Arg("--external-id", "externalId", ("外部系统中的编号", "id in another system")),
    Arg("--company", "company", ("公司", "company")),
    Arg("--status", "status", ("状态", "status"), choices=STATUSES),
    Arg(
        "--email-verified",
        "emailVerified",
        ("邮箱是否已验证", "whether the e-mail address is verified"),
        "yes",
    ),
    Arg("--phone-verified", "phoneVerified", ("手机号是否已验证", "whether the number is verified"), "yes"),
    Arg(
        "--set",
        "customData",
        ("自定义字段，写作“字段=值”，可多次", "a custom field, FIELD=VALUE; may be given again"),
        "pairs",
    ),
)
PASSWORD = Arg(
    "--password",
    "password",
    (
        "密码：- 从标准输入读一行，不写值则提示输入；直接写在命令行会被 ps 看到",
        "a password: - reads a line of standard input, without a value it is asked for; one written here is seen by ps",
    ),
    "secret",
)
DEPARTMENT = Arg(
    "--department",
    "departmentIds",
    ("放入这个部门（编号），可多次", "puts them into this department, by its id; may be repeated"),
    "list",
)
PLAIN = {"options.passwordEncryptType": "none"}
APP = Arg("--app", "appId", ("只看这个应用", "only this application"))

COMMANDS = (
    Command(
        "user list",
        ("按页列出用户，新建的在前", "Lists users, newest first."),
        "GET list-users",
        (Arg("--status", "status", ("只列出此状态", "only of this status"), choices=STATUSES),),
        Table(PEOPLE),
        paged="",
    ),
    Command(
        "user search",
        (
            "按姓名、用户名、邮箱、手机号等的一部分查找",
            "Finds users by part of a name, username, e-mail address, phone number, ...",
        ),
        "POST list-users",
        (Arg("WORDS", "keywords", ("要找的字", "text to search for"), needed=True),),
        Table(PEOPLE),
        paged="options.pagination",
    ),
    Command(
        "user show",
        ("显示一个用户的全部资料", "Shows one user with all fields."),
        "GET get-user",
        (USER,),
        Facts(PERSON.columns, rest=True),
        {"withCustomData": True, "withIdentities": True, "withDepartmentIds": True},
    ),
    Command(
        "user find",
        ("显示一个用户，只列主要资料", "Shows one user with the main fields."),
        "GET get-user",
        (USER,),
        PERSON,
    ),
    Command(
        "user create",
        ("新建用户", "Creates a user."),
        "POST create-user",
        (*PROFILE, PASSWORD, DEPARTMENT),
        PERSON,
        PLAIN,
    ),
    Command(
        "user update",
        (
            "修改用户资料，未写的不变；写空值则清除",
            "Changes a user; options that are not given stay unchanged, '' clears a field.",
        ),
        "POST update-user",
        (USER, *PROFILE),
        PERSON,
        act=update_user,
    ),
    Command(
        "user block",
        ("停用：立即退出，不能再登录", "Suspends a user, who is signed out at once and cannot sign in."),
        "POST update-user",
        (USER,),
        PERSON,
        {"status": "Suspended"},
    ),
    Command(
        "user unblock",
        (
            "恢复停用的用户，并解除密码错误造成的锁定",
            "Activates a user again, and removes a lock after wrong passwords.",
        ),
        "POST update-user",
        (USER,),
        PERSON,
        {"status": "Activated"},
    ),
    Command(
        "user reset-password",
        (
            "设置新密码；下次登录须再修改，除非 --keep",
            "Sets a new password, which the user must change at the next sign-in, unless --keep.",
        ),
        "POST update-user",
        (
            USER,
            PASSWORD,
            Arg("--generate", "", ("生成一个密码并显示", "generate a password and show it"), "flag"),
            Arg(
                "--keep",
                "",
                ("下次登录不要求修改", "the user need not change it at the next sign-in"),
                "flag",
            ),
        ),
        PERSON,
        PLAIN,
        act=reset_password,
    ),
    Command(
        "user why",
        (
            "这个人为什么登录不了：状态、锁定、密码期限、应用规则和最近的失败",
            "Explains why a user cannot sign in: status, lock, password age, application rules, and the last failures.",
        ),
        "GET diagnose-sign-in",
        (USER, APP),
        show_why,
    ),
    Command(
        "user sessions",
        ("列出一个用户的登录会话", "Lists the sessions of a user."),
        "GET list-sessions",
        (USER, APP),
        Table(
            (
                Column("id", "id"),
                Column("app", "appName", also="appId"),
                Column("address", "ip"),
                Column("agent", "userAgent"),
                Column("created", "createdAt", "time"),
                Column("expires", "expiresAt", "time"),
            )
        ),
    ),
    Command(
        "user kick",
        (
            "让一个用户从所有应用（或 --app 指定的应用）退出",
            "Signs a user out of all applications, or of the given ones.",
        ),
        "POST log-out-user",
        (
            USER,
            Arg(
                "--app", "appIds", ("只退出这个应用，可多次", "only of this one; may be given again"), "list"
            ),
        ),
        Facts((Column("ended", "ended"),)),
    ),
    Command(
        "user logins",
        ("列出一个用户成功的登录", "Lists a user's successful sign-ins, newest first."),
        "GET get-user-login-history",
        (USER, APP),
        Table(
            (
                Column("time", "time", "time"),
                Column("app", "appName", also="appId"),
                Column("address", "clientIp"),
                Column("agent", "userAgent"),
            )
        ),
        paged="",
    ),
    Command(
        "user passkeys",
        ("列出一个用户的通行密钥", "Lists the passkeys of a user."),
        "GET webauthn/person/credentials",
        (USER, Arg("--app", "appId", ("只列出在这个应用创建的", "only those made at this application"))),
        Table(
            (
                Column("id", "id"),
                Column("name", "name"),
                Column("site", "rpId"),
                Column("backed up", "backedUp"),
                Column("created", "createdAt", "time"),
                Column("used", "usedAt", "time"),
            )
        ),
        {"limit": 50},
    ),
    Command(
        "user remove-passkey",
        ("删除用户的一个通行密钥", "Removes a passkey of a user."),
        "DELETE webauthn/admin/credentials/{credentialId}/{userId}/{appId}",
        (
            USER,
            Arg("PASSKEY", "", ("通行密钥：名称或编号", "a passkey's name or id"), needed=True),
        ),
        Done(("已删除", "removed")),
        act=remove_passkey,
        asks=("删除这个通行密钥？", "Remove this passkey?"),
    ),
    Command(
        "user groups",
        ("列出一个用户所在的分组", "Lists the groups of a user."),
        "GET get-user-groups",
        (USER,),
        Table((Column("code", "code"), Column("label", "name"), Column("description", "description"))),
    ),
    Command(
        "user roles",
        ("列出一个用户的角色，含继承的", "Lists the roles of a user, including inherited ones."),
        "GET get-user-roles",
        (USER,),
        Table((Column("code", "code"), Column("label", "name"), Column("description", "description"))),
    ),
    Command(
        "user delete",
        ("永久删除用户", "Deletes users permanently."),
        "POST delete-users-batch",
        (USER._replace(name="USER...", to="userIds", kind="users"),),
        Done(("已删除", "deleted")),
        asks=("永久删除这些用户？", "Delete these users permanently?"),
    ),
    Command(
        "user export",
        (
            "把系统中关于一个人的全部数据写入一个 JSON 文件",
            "Writes everything that is held about a person into one JSON file.",
        ),
        args=(
            USER._replace(
                to="",
                kind="text",
                help=(
                    "用户：编号、用户名、邮箱、手机号或外部编号；已删除的用户写编号",
                    "an id, username, e-mail, phone number or external id; of somebody deleted before, the id",
                ),
            ),
            Arg(
                "--output", "", ("要写的文件，必须是新文件", "the file; it must be new"), "path", needed=True
            ),
        ),
        function="exports:export_user",
        more=(
            "不含密码哈希、密钥和验证码，文件开头列出省略的内容。审计日志会记录。文件要么完整，要么不存在，只有所有者可读。",
            "Password hashes, secrets and codes are left out; the file lists them. The audit log records the export. "
            "The file is complete or not there, and only its owner may read it.",
        ),
    ),
    Command(
        "user erase",
        (
            "永久删除用户，并从日志、邮件等所有记录中抹去；操作记录保留，但看不出是谁",
            "Deletes a user for good and takes them out of every record: acts stay, nobody can tell whose.",
        ),
        "POST erase-user",
        (
            USER._replace(
                to="user",
                kind="text",
                help=(
                    "用户：编号、用户名、邮箱、手机号或外部编号；已删除的用户写编号",
                    "an id, username, e-mail, phone number or external id; of somebody deleted before, the id",
                ),
            ),
            Arg(
                "--also",
                "also",
                (
                    "另要抹去的旧名字，如旧库中的编号，可多次",
                    "a former name to look for, such as the id in an old database; may be given again",
                ),
                "list",
            ),
        ),
        Facts(
            (
                Column("erased as", "instead"),
                Column("acts", "rows.audit"),
                Column("script runs", "rows.scripts"),
                Column("mails", "rows.mail"),
            )
        ),
        asks=(
            "永久删除此人，并从所有记录中抹去？不能恢复。",
            "Delete this person and take them out of every record? Nothing brings them back.",
        ),
    ),
)
