"""The commands that do one thing to many people."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table

ACTS = (
    "BLOCK",
    "ACTIVATE",
    "END_SESSIONS",
    "ADD_TO_GROUP",
    "REMOVE_FROM_GROUP",
    "ASSIGN_ROLE",
    "REVOKE_ROLE",
    "ADD_TO_DEPARTMENT",
    "REMOVE_FROM_DEPARTMENT",
    "SET_FIELD",
    "DELETE",
)
ACT = Arg("ACT-ID", "actId", ("批量操作的编号", "id of the bulk act"), needed=True)

BULK = (
    Column("id", "actId"),
    Column("action", "act"),
    Column("status", "status"),
    Column("total", "expected"),
    Column("done", "done"),
    Column("failed", "failed"),
    Column("created", "createdAt", "time"),
    Column("finished", "endedAt", "time"),
)
ONE = Facts((*BULK, Column("reason", "reason")))

COMMANDS = (
    Command(
        "user bulk",
        (
            "对许多用户做同一件事，在后台逐个进行：指定的用户，或所有符合条件的用户",
            "Does one thing to many users in the background: to those named, or to all that match.",
        ),
        "POST start-bulk-act",
        (
            Arg("ACT", "act", ("做什么", "what is done"), choices=ACTS, needed=True),
            Arg(
                "--user",
                "userIds",
                (
                    "用户：编号、用户名、邮箱、手机号或外部编号，可多次",
                    "an id, username, e-mail, phone number or external id; may be given again",
                ),
                "users",
            ),
            Arg("--words", "match.keywords", ("所有含这些字的用户", "all users that these words find")),
            Arg(
                "--filter",
                "match.advancedFilter",
                (
                    "所有符合这些条件的用户：list-users 的 advancedFilter，JSON 文件，- 为标准输入",
                    "all users that meet these conditions: advancedFilter of list-users, a file of JSON, - for "
                    "standard input",
                ),
                "json",
            ),
            Arg("--everybody", "match.everybody", ("用户池的所有用户", "everybody of the pool"), "flag"),
            Arg("--group", "group", ("分组的编码", "code of the group")),
            Arg("--role", "role", ("角色的编码", "code of the role")),
            Arg("--namespace", "namespace", ("角色的权限空间", "namespace of the role")),
            Arg("--org", "organizationCode", ("组织的编码", "code of the organization")),
            Arg(
                "--department", "departmentId", ("部门编号，root 为组织本身", "id of the department, or root")
            ),
            Arg("--field", "field", ("字段或自定义字段的键", "a field, or a custom field's key")),
            Arg("--value", "value", ("字段的新值", "what the field is set to")),
            Arg("--note", "note", ("原因，记入审计日志", "why; the audit log keeps it")),
            Arg(
                "--confirm",
                "confirm",
                ("删除时须写明人数", "of DELETE: how many users are to be deleted"),
                "number",
            ),
        ),
        ONE,
    ),
    Command(
        "user bulk-list",
        ("列出批量操作，新的在前", "Lists bulk acts, newest first."),
        "GET list-bulk-acts",
        (),
        Table(BULK),
        paged="",
    ),
    Command(
        "user bulk-show",
        ("显示一个批量操作进行到哪里", "Shows how far a bulk act has come."),
        "GET get-bulk-act",
        (ACT,),
        ONE,
    ),
    Command(
        "user bulk-results",
        ("列出批量操作中每个用户的结果", "Lists what became of each user of a bulk act."),
        "GET list-bulk-act-results",
        (
            ACT,
            Arg("--outcome", "outcome", ("只看这种结果", "only of this outcome"), choices=("DONE", "FAILED")),
        ),
        Table(
            (
                Column("line", "row"),
                Column("user id", "userId"),
                Column("label", "name"),
                Column("status", "outcome"),
                Column("message", "message"),
            )
        ),
        paged="",
    ),
    Command(
        "user bulk-cancel",
        ("停止一个批量操作；已做的不撤销", "Ends a bulk act; what is done stays done."),
        "POST cancel-bulk-act",
        (ACT,),
        ONE,
    ),
)
