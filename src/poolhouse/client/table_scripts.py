"""The commands about a pool's custom database: its scripts, and the people that move in from it."""

from __future__ import annotations

from poolhouse.client import migration, scripts
from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.table_audit import FAILED, SINCE

FOLDER = Arg(
    "FOLDER",
    "",
    (
        "文件夹：每个函数一个文件，另有 connection.toml",
        "the folder: one file a function, and connection.toml",
    ),
    needed=True,
)
SCRIPT = Arg("SCRIPT", "name", ("脚本名，如 login", "a script's name, such as login"), needed=True)
DRAFT = Arg(
    "--draft",
    "draft",
    ("最新版本，而不是已发布的", "the newest versions instead of the published ones"),
    "flag",
)
APPLY = Arg(
    "--yes",
    "apply",
    ("执行；不加则只显示将做什么", "do it; without, it is shown and nothing is changed"),
    "flag",
)
MESSAGE = Arg(
    "--message",
    "message",
    ("保存的各版本的说明", "what the saved versions are about"),
)

SCRIPTS_COMMANDS = (
    Command(
        "scripts new",
        (
            "新建一个带完整示例脚本的文件夹，不覆盖任何文件",
            "Creates a folder with example scripts for one kind of database. Overwrites nothing.",
        ),
        "",
        (
            FOLDER._replace(help=("新文件夹", "the new folder")),
            Arg(
                "--kind",
                "",
                ("postgresql、mysql、mongodb 或 http", "postgresql, mysql, mongodb or http"),
                default="postgresql",
            ),
        ),
        scripts.show_written,
        act=scripts.new,
        beside=("--json",),
    ),
    Command(
        "scripts pull",
        (
            "把已发布的脚本和连接（不含密钥）写入文件夹",
            "Writes the published scripts, and the connection without its secrets, to the folder.",
        ),
        "GET get-script-folder",
        (FOLDER, DRAFT),
        scripts.show_written,
        act=scripts.pull,
    ),
    Command(
        "scripts diff",
        (
            "比较文件夹与已发布的脚本、已保存的设置；有差异时退出状态为 1",
            "Compares the folder with the published scripts and settings; exit status 1 if they differ.",
        ),
        "POST compare-scripts",
        (FOLDER,),
        scripts.show_diff,
        act=scripts.diff,
        unless="same",
    ),
    Command(
        "scripts push",
        (
            "保存并发布有差异的内容，要么全部完成，要么都不改；再执行一次没有改动",
            "Saves and publishes all differences, or nothing. Doing it again changes nothing.",
        ),
        "POST push-scripts",
        (FOLDER, DRAFT._replace(help=("只保存，不发布", "save, but publish nothing")), MESSAGE, APPLY),
        scripts.show_pushed,
        act=scripts.push,
    ),
    Command(
        "scripts withdraw",
        (
            "撤下一个函数，其版本保留；先显示有多少人没有它就无法登录",
            "Unpublishes a function; its versions stay. First shows how many users could not sign in "
            "without it: those whose password only verifyPassword can judge.",
        ),
        "POST withdraw-script",
        (SCRIPT, APPLY),
        scripts.show_withdrawn,
    ),
    Command(
        "scripts run",
        (
            "用已保存的连接试运行文件夹中的函数；失败时退出状态为 1",
            "Runs the folder's function against the saved connection; exit status 1 if it fails.",
        ),
        "POST run-script",
        (
            FOLDER,
            SCRIPT,
            Arg(
                "ARGS...",
                "args",
                (
                    "context 之前的参数：JSON，否则为纯文本",
                    "its arguments before the context: JSON, or else plain text",
                ),
            ),
        ),
        scripts.show_run,
        act=scripts.run,
        unless="success",
    ),
    Command(
        "scripts replay",
        (
            "用最近记录的调用运行一个版本，并与已发布版本现在的返回值比较；有差异时退出状态为 1",
            "Runs a version on the calls recorded last and compares its answers with those of the published version; "
            "exit status 1 if they differ.",
        ),
        "POST replay-custom-database-script",
        (
            SCRIPT._replace(help=("getUser、searchUser 或 listUsers", "getUser, searchUser or listUsers")),
            Arg("--version", "version", ("版本号；默认最新版本", "its number; else the newest"), "number"),
            Arg(
                "--limit", "limit", ("最多几次调用，上限 20", "calls at most, up to 20"), "number", default=10
            ),
        ),
        scripts.show_replay,
        act=scripts.replay,
        unless="same",
        more=(
            "只重放读取数据的函数；含密码的调用（login 等）无法重放，因为密码从不记录。",
            "Only functions that read are replayed; login and others that are given a password cannot be, because "
            "passwords are never recorded.",
        ),
    ),
    Command(
        "scripts list",
        ("列出脚本及其版本", "Lists the scripts and their versions."),
        "GET list-custom-database-scripts",
        (),
        Table(
            (
                Column("script", "name"),
                Column("published", "publishedVersion"),
                Column("draft", "draftVersion"),
                Column("time", "publishedAt", "time"),
            ),
            "",
        ),
    ),
    Command(
        "scripts versions",
        ("列出一个脚本的各个版本，新的在前", "Lists the versions of a script, newest first."),
        "GET list-custom-database-script-versions",
        (SCRIPT,),
        Table(
            (
                Column("version", "version"),
                Column("created", "createdAt", "time"),
                Column("by", "createdByName", also="createdBy"),
                Column("message", "message"),
            ),
            "",
        ),
        paged="",
    ),
    Command(
        "scripts rollback",
        ("重新发布一个旧版本", "Publishes an older version again."),
        "POST publish-custom-database-script",
        (SCRIPT, Arg("VERSION", "version", ("版本号", "its number"), "number", needed=True)),
        Facts(
            (
                Column("script", "name"),
                Column("published", "publishedVersion"),
                Column("draft", "draftVersion"),
            )
        ),
    ),
    Command(
        "scripts logs",
        ("列出脚本的执行记录，新的在前", "Lists the calls of scripts with their results, newest first."),
        "POST list-custom-database-logs",
        (
            SCRIPT._replace(name="--script", needed=False, help=("只看此脚本", "only of this script")),
            FAILED._replace(help=("只看失败的", "only failed ones")),
            Arg(
                "--result",
                "result",
                (
                    "只看此结果：成功、失败、超时、熔断",
                    "only of this result; breaker: not tried, as the last calls lost the database",
                ),
                choices=("ok", "failed", "timeout", "breaker"),
            ),
            SINCE,
            SINCE._replace(name="--until", to="end", help=("到何时为止", "until when")),
            Arg(
                "--min-ms", "minDurationMs", ("至少这么多毫秒", "took at least these milliseconds"), "number"
            ),
            Arg("--max-ms", "maxDurationMs", ("至多这么多毫秒", "took at most these milliseconds"), "number"),
            Arg("--user", "userId", ("只看关于此用户的", "only those about this user"), "user"),
            Arg("--request", "requestId", ("只看此请求的", "only of this request, by its id")),
        ),
        Table(
            (
                Column("time", "time", "time"),
                Column("script", "name"),
                Column("version", "version"),
                Column("result", "result"),
                Column("duration", "durationMs"),
                Column("user", "userId", also="scriptUserId"),
                Column("error", "message"),
                Column("id", "id"),
            )
        ),
        paged="",
    ),
    Command(
        "scripts log",
        (
            "显示脚本的一次执行：参数、错误、控制台输出",
            "Shows one call of a script: its arguments, error and console output.",
        ),
        "GET get-custom-database-log",
        (Arg("ID", "id", ("执行编号", "the call's id"), needed=True),),
        Facts(
            (
                Column("time", "time", "time"),
                Column("script", "name"),
                Column("version", "version"),
                Column("result", "result"),
                Column("duration", "durationMs"),
                Column("user", "userId", also="scriptUserId"),
                Column("error", "message"),
                Column("id", "id"),
            ),
            rest=True,
        ),
    ),
)
MIGRATION_COMMANDS = (
    Command(
        "migration status",
        (
            "已迁入多少人，谁失败、为什么，照此速度何时结束",
            "Shows how many users have migrated, failures with reasons, and the expected end.",
        ),
        "GET get-custom-database-migration",
        (),
        migration.show_status,
    ),
    Command(
        "migration waiting",
        (
            "按 listUsers 的顺序列出尚未迁入的人",
            "Lists users who have not migrated yet, in the order of listUsers.",
        ),
        "GET list-custom-database-waiting-users",
        (Arg("--limit", "limit", ("最多几个", "at most this many"), "number", default=50),),
        Table(
            (
                Column("id", "id"),
                Column("username", "username"),
                Column("email", "email"),
                Column("phone", "phone"),
                Column("nickname", "nickname"),
            )
        ),
        act=migration.waiting,
    ),
    Command(
        "migration finish",
        (
            "迁入 listUsers 所列但从未登录的人，他们用验证码设新密码；有人未能迁入则退出状态为 1",
            "Migrates the users of listUsers who never signed in; they set a new password with a code. Exit status 1 "
            "if a user could not be migrated.",
        ),
        "POST move-migration-page",
        (
            Arg("--dry-run", "", ("只统计，不迁入任何人", "only count; move no user"), "flag"),
            Arg(
                "--resume",
                "",
                ("从上次停下的页继续", "continue at the page where the last run stopped"),
                "flag",
            ),
            Arg(
                "--errors",
                "",
                (
                    "写入与已有用户冲突的人的文件",
                    "file for users who conflict with an existing user",
                ),
                default="migration.errors.jsonl",
            ),
        ),
        migration.show_finished,
        act=migration.finish,
        unless="complete",
        more=(
            "每页是一个事务；Ctrl-C 在一页之后停下，--resume 从那里继续。",
            "Each page is one transaction; Ctrl-C stops after the current one, and --resume continues there.",
        ),
    ),
    Command(
        "migration readmit",
        (
            "允许一个已删除的用户再次从旧库迁入",
            "Lets a deleted user migrate again from the old database.",
        ),
        "POST readmit-custom-database-user",
        (Arg("ID", "scriptUserId", ("旧库中的编号", "their id in the old database"), needed=True),),
        Done(("已允许", "they may migrate again")),
    ),
)
