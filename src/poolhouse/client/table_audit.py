"""The commands about the audit log."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table

SINCE = Arg(
    "--since", "start", ("自何时：2h、3d 或日期", "from when: 2h, 3d ago, or a date 2026-01-31"), "moment"
)
FAILED = Arg("--failed", "success", ("只看失败的", "only failed ones"), "flag", value=False)
USER_EVENTS = (
    "login",
    "logout",
    "register",
    "verifyMfa",
    "updateUserPrefile",
    "updateUserProfile",
    "updateUserPassword",
    "updateUserEmail",
    "updateUserPhone",
    "bindMfa",
    "unbindMFA",
    "bindEmail",
    "unbindEmail",
    "bindPhone",
    "unbindPhone",
    "refreshUserTokenBySelf",
    "deleteAccount",
    "verifyFirstLogin",
    "securityResourceAccess",
)
"""Of get-user-action-logs, whose spelling of the profile's is the clients'."""
OPERATIONS = (
    "login",
    "logout",
    "register",
    "verify_mfa",
    "verify_first_login",
    "bind_mfa",
    "unbind_mfa",
    "bind_email",
    "unbind_email",
    "bind_phone",
    "unbind_phone",
    "link_identity",
    "unlink_identity",
    "update_password",
    "update_email",
    "update_phone",
    "refresh_token",
    "create",
    "update",
    "delete",
    "import",
    "export",
    "refresh",
    "publish",
    "run",
    "sync",
    "add",
    "remove",
    "move",
    "enable",
    "disable",
    "block",
    "unblock",
    "archive",
    "resign",
    "recover",
    "kick",
    "allow",
    "deny",
    "authorize",
    "revoke",
    "send",
)
"""Words of the log for what was done."""
RECORDS = (
    Column("id", "id"),
    Column("time", "timestamp", "time"),
    Column("by", "actorName", also="actorId"),
    Column("action", "operation"),
    Column("thing", "resourceType"),
    Column("of whom or what", "userDisplayName", also="resourceId"),
    Column("ok", "success"),
    Column("address", "clientIp"),
)
AUDIT_COMMANDS = (
    Command(
        "audit records",
        (
            "列出全部操作，用户和管理员的，新的在前",
            "Lists every act, by users and administrators, newest first.",
        ),
        "GET list-audit-records",
        (
            Arg(
                "--event",
                "operation",
                ("只看此操作，如 update", "only this act, such as update"),
                choices=OPERATIONS,
            ),
            Arg(
                "--thing",
                "resourceType",
                ("只看此类对象，如 application", "only on things of this kind, such as application"),
            ),
            Arg("--of", "resourceId", ("只看对此编号的对象", "only on the thing of this id")),
            Arg(
                "--user",
                "userId",
                (
                    "只看此用户做的和对其做的：编号、用户名、邮箱或手机号，含以此名失败的登录",
                    "only by and on this user: id, username, e-mail or phone number; tries under the name, too",
                ),
            ),
            Arg(
                "--actor",
                "actorId",
                ("只看此管理员或密钥做的：编号", "only by the administrator or key of this id"),
            ),
            Arg(
                "--by",
                "by",
                ("用户自己或管理员", "users themselves or administrators"),
                choices=("user", "administrator"),
            ),
            FAILED,
            Arg(
                "--reason",
                "reason",
                (
                    "只看因此被拒绝的，如 WrongCredentials",
                    "only what was refused for this reason, such as WrongCredentials",
                ),
            ),
            Arg("--ip", "clientIp", ("只看此地址", "only from this address")),
            Arg("--request", "requestId", ("只看此请求", "only in this request")),
            SINCE,
            Arg("--until", "end", ("到何时", "until when"), "moment"),
        ),
        Table(RECORDS),
        paged="",
    ),
    Command(
        "audit show",
        (
            "显示一条操作记录，含修改前后",
            "Shows one act, with what was there before and after.",
        ),
        "GET get-audit-record",
        (Arg("ID", "id", ("记录编号", "the entry's id"), needed=True),),
        Facts(
            (
                *RECORDS,
                Column("user id", "userId"),
                Column("app", "appName", also="appId"),
                Column("client", "userAgent"),
                Column("request", "requestId"),
                Column("before", "before", "json"),
                Column("after", "after", "json"),
                Column("detail", "detail", "json"),
            )
        ),
    ),
    Command(
        "audit list",
        (
            "列出用户自己的操作（登录、改密等），新的在前",
            "Lists users' actions (sign-ins, ...), newest first.",
        ),
        "POST get-user-action-logs",
        (
            Arg("--user", "userId", ("只看此用户", "only of this user"), "user"),
            FAILED,
            Arg(
                "--event",
                "eventType",
                ("只看此类操作，如 login", "only of this kind, such as login"),
                choices=USER_EVENTS,
            ),
            Arg("--ip", "clientIp", ("只看此地址", "only from this address")),
            SINCE,
        ),
        Table(
            (
                Column("time", "timestamp", "time"),
                Column("username", "userDisplayName"),
                Column("action", "eventType"),
                Column("ok", "success"),
                Column("app", "appName", also="appId"),
                Column("address", "clientIp"),
                Column("detail", "eventDetail", "json"),
            )
        ),
        paged="pagination",
    ),
    Command(
        "audit admin",
        (
            "列出管理员的操作，新的在前",
            "Lists administrators' actions, including commands, newest first.",
        ),
        "POST get-admin-audit-logs",
        (FAILED, Arg("--ip", "clientIp", ("只看此地址", "only from this address")), SINCE),
        Table(
            (
                Column("time", "timestamp", "time"),
                Column("by", "adminUserDisplayName"),
                Column("action", "operationType"),
                Column("thing", "resourceType"),
                Column("ok", "success"),
                Column("detail", "eventDetails", "json"),
            )
        ),
        paged="pagination",
    ),
    Command(
        "audit prune",
        ("删除较早的记录，所有用户池", "Deletes older entries, in every pool."),
        "POST prune-audit",
        (
            Arg(
                "--keep",
                "keepDays",
                ("保留多久：180d、26w、2y", "how much to keep: 180d, 26w, 2y"),
                "days",
                needed=True,
            ),
        ),
        Facts((Column("time", "before", "time"), Column("deleted", "deleted"))),
    ),
)
