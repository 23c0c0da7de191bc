"""The commands about the machine, its database and its keys, and those that read or write files.

Most are functions of `commands`: they start something, or need more than one call.
"""

from __future__ import annotations

from poolhouse.client import statements
from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.passwords import ASK

SHELLS = ("bash", "zsh", "fish")
HERE = ("--data", "--database-url")
PORT = Arg("--port", "", ("监听端口，0 为任意空闲端口", "port to listen on; 0 takes a free one"), "number")
DUMP = Arg("FILE", "", ("pg_dump 自定义格式的文件", "a file of pg_dump's custom format"), "path", needed=True)

SERVER_COMMANDS = (
    Command(
        "up",
        (
            "启动服务；首次启动会建好用户池、应用和管理员",
            "Starts the server; the first start also creates a pool, an application and an administrator.",
        ),
        args=(
            Arg("--host", "", ("监听地址", "address to listen on")),
            PORT,
            Arg("--workers", "", ("服务进程数", "server processes"), "number"),
        ),
        function="server:up",
        beside=HERE,
    ),
    Command(
        "demo",
        (
            "启动一个演示服务，旁边有一个旧用户库，并说明可以试什么",
            "Starts a demo server with a legacy database, and shows commands to try.",
        ),
        args=(PORT,),
        function="demo:demo",
        beside=("--data",),
        more=(
            "旧库由 login 和 getUser 脚本连接，用户在首次登录时迁入。",
            "The scripts login and getUser connect the database; its users migrate at their first sign-in.",
        ),
    ),
    Command(
        "doctor",
        (
            "检查这台机器和数据库，说明哪里不对；有问题则退出状态为 1",
            "Checks the machine, the settings and the database; exit status 1 if it finds a problem.",
        ),
        function="doctor:doctor",
        beside=("--json", *HERE),
        more=(
            "不启动任何东西：内嵌数据库没有运行时只看文件。",
            "It starts nothing: if the embedded database is not running, only its files are checked.",
        ),
    ),
    Command(
        "statements",
        (
            "列出数据库中最慢的语句，所有用户池合在一起",
            "Lists the slowest statements of the database, over all pools.",
        ),
        "GET list-slow-statements",
        (
            Arg(
                "--sort",
                "sort",
                ("按平均耗时或总耗时", "by their mean or their total time"),
                choices=("mean", "total"),
            ),
        ),
        statements.show,
        paged="",
        beside=("--json", *HERE),
        more=(
            "值不会显示。数据库没有统计时说明原因和办法。",
            "Values are not shown. Where the database counts none, it says why and what helps.",
        ),
    ),
    Command(
        "version",
        (
            "各部分的版本",
            "Shows the versions of Poolhouse, of its runtime, and of the modules for scripts.",
        ),
        function="version:version",
        beside=("--json",),
        more=("JSON 中缺少的为 null。", "In JSON, a missing part is null."),
    ),
    Command(
        "migrate",
        (
            "把数据库结构升级到本版本，或改到另一版本",
            "Migrates the database's schema to this program's version, or to another.",
        ),
        args=(
            Arg(
                "--check",
                "",
                ("只看还差哪些；有则退出状态为 1", "only say what is pending; exit status 1 if anything is"),
                "flag",
            ),
            Arg("--to", "", ("版本，如 0007，或 base", "a version such as 0007, or base")),
            Arg(
                "--distribute",
                "",
                ("把用户池分布到 Citus 的各节点", "spread the pools over the nodes of Citus"),
                "flag",
            ),
            Arg(
                "--undistribute",
                "",
                ("把所有表收回到协调节点", "bring all tables back to the coordinator"),
                "flag",
            ),
            Arg(
                "--shards",
                "",
                ("--distribute 的分片数，默认 32", "how many shards --distribute makes; 32 if absent"),
                "number",
            ),
        ),
        function="server:migrate",
        beside=("--json", *HERE),
        more=(
            "分布和收回时须停止所有服务；中断后再执行一次会继续。步骤见 docs/operations/citus.md。",
            "Stop every server before --distribute and --undistribute. If interrupted, run it again. "
            "The steps are in docs/operations/citus.md.",
        ),
    ),
    Command(
        "backup",
        (
            "把数据库备份成一个文件，服务可以正在运行",
            "Backs up the database to a file; the server may be running.",
        ),
        args=(DUMP,),
        function="backup:backup",
        beside=("--json", *HERE),
        more=(
            "数据文件夹中的 secret.key 也要另外保存好。",
            "Back up secret.key of the data folder too, in another place.",
        ),
    ),
    Command(
        "restore",
        (
            "从备份文件恢复到空数据库，在首次启动之前",
            "Restores a backup into an empty database, before its first start.",
        ),
        args=(DUMP,),
        function="backup:restore",
        beside=("--json", *HERE),
    ),
    Command(
        "completion",
        ("输出命令补全脚本", "Prints a completion script for a shell."),
        args=(
            Arg(
                "SHELL",
                "",
                (
                    "例如 source <(poolhouse completion bash)",
                    "for example: source <(poolhouse completion bash)",
                ),
                choices=SHELLS,
                needed=True,
            ),
        ),
        function="completion:completion",
        beside=(),
    ),
)

READING = (
    Arg(
        "--encoding",
        "",
        (
            "表格的编码，识别不出时用：utf-8、utf-16、gb18030 等",
            "of a table, if it is not recognized: utf-8, utf-16, gb18030, ...",
        ),
    ),
    Arg(
        "--separator",
        "",
        (
            "表格的分隔符，识别不出时用：comma、semicolon、tab、bar 或一个字符",
            "of a table, if it is not recognized: comma, semicolon, tab, bar or a character",
        ),
    ),
    Arg(
        "--ignore-column",
        "",
        ("不看这一列或键，可多次", "leave this column or key out; may be given again"),
        "list",
    ),
)
USERS = Arg(
    "FILE",
    "",
    (
        "每行一个对象的 .jsonl 文件，或带表头的表格 .csv",
        "a .jsonl file, an object a line; or a table with a header (.csv)",
    ),
    "path",
    needed=True,
)
FILE_COMMANDS = (
    Command(
        "import users",
        (
            "从文件导入用户；已有的人不变",
            "Imports users; existing users are not changed.",
        ),
        args=(
            USERS,
            Arg("--dry-run", "", ("只检查每一行，不做改动", "check every row and change nothing"), "flag"),
            Arg(
                "--resume",
                "",
                ("从上次中断处继续", "go on where an import of this file stopped"),
                "flag",
            ),
            *READING,
            Arg(
                "--errors",
                "",
                (
                    "记录被拒绝的行的文件，默认 FILE.errors.jsonl",
                    "file for the refused rows; FILE.errors.jsonl if absent",
                ),
                "path",
            ),
        ),
        function="imports:import_users",
        more=(
            "有不认识的列时，导入前就会拒绝。有行被拒绝则退出状态为 1。",
            "An unknown column is rejected before anything is imported. Exit status 1 if a row was refused.",
        ),
    ),
    Command(
        "import check",
        (
            "用一个人的密码试一行：此人能登录吗？不导入",
            "Checks whether one row's user could sign in with a given password. Nothing is imported.",
        ),
        "POST try-import-rows",
        (
            USERS,
            Arg(
                "--user",
                "",
                (
                    "哪一行：其中的用户名、邮箱、手机号、姓名或编号",
                    "whose row: a username, e-mail address, number, name or id in it",
                ),
                needed=True,
            ),
            Arg(
                "--password",
                "",
                (
                    "此人的密码：- 从标准输入读一行，不写则提示输入",
                    "theirs: - reads a line of standard input; asked for if absent",
                ),
                "secret",
                value="known",
                default=ASK,
            ),
            *READING,
        ),
        Facts(
            (
                Column("line", "line"),
                Column("form", "form"),
                Column("fits", "fits", also="judge"),
                Column("fits as", "fitsAs"),
            )
        ),
        function="checking:check_row",
        unless="fits",
        more=(
            "不能则退出状态为 1。同一摘要换一种写法能通过时会指出。",
            "Exit status 1 if not. If the hash matches in another format, the output names it.",
        ),
    ),
    Command(
        "export users",
        (
            "把用户池的用户写入文件，含自定义数据，均为同一时刻的状态",
            "Exports the users of a pool, as one consistent snapshot, with their custom data.",
        ),
        args=(
            USERS._replace(
                help=(
                    ".jsonl 文件（每行一个对象）或表格 .csv，必须是新文件",
                    "a .jsonl file, an object a line; or a table (.csv); it must be new",
                )
            ),
            Arg(
                "--hashes",
                "",
                ("包含密码的哈希，会记入日志", "with the hashes of passwords; the audit log says so"),
                "flag",
            ),
            Arg(
                "--column",
                "",
                (
                    "只写这一列，可多次：导入所用的列名，或 customData.自定义字段的键",
                    "only this column; may be given again: a name that an import reads, or customData.KEY",
                ),
                "list",
            ),
            Arg(
                "--separator",
                "",
                ("表格的分隔符", "between the cells of a table"),
                choices=("comma", "semicolon", "tab"),
            ),
            Arg(
                "--no-bom",
                "",
                ("表格开头不写字节顺序标记", "a table without a byte-order mark at its beginning"),
                "flag",
            ),
            Arg("--words", "", ("只要含这些字的用户", "only users that these words find")),
            Arg(
                "--filter",
                "",
                (
                    "只要符合这些条件的用户：list-users 的 advancedFilter，JSON 文件，- 为标准输入",
                    "only users that meet these conditions: advancedFilter of list-users, a file of JSON, - for "
                    "standard input",
                ),
                "json",
            ),
        ),
        function="exports:export_users",
        more=(
            "`poolhouse import users` 可以读取。文件要么完整，要么不存在，只有所有者可读。",
            "`poolhouse import users` reads the file. It is complete or not there, and only its owner may read it.",
        ),
    ),
)
SECRETS_COMMANDS = (
    Command(
        "secrets rotate",
        (
            "更换加密密钥，并用它重新加密所有内容",
            "Creates a new secret key and re-encrypts every stored secret with it.",
        ),
        function="secrets:rotate_key",
        beside=("--json", *HERE),
        more=(
            "有服务缺少新密钥时会拒绝。设置 POOLHOUSE_SECRET_KEY=NEW,OLD 时密钥由您管理：用新的加密后，旧的即可去掉。",
            "Rejected while servers without it run. With POOLHOUSE_SECRET_KEY=NEW,OLD secrets are "
            "encrypted with NEW, and OLD can be removed.",
        ),
    ),
    Command(
        "secrets reset",
        (
            "密钥遗失后放弃已加密的内容，使服务能再启动；用户和密码不变",
            "Deletes the secrets of a lost secret key, so that the server starts again; users and passwords stay.",
        ),
        args=(Arg("--yes", "", ("不再确认", "do not ask"), "flag"),),
        function="secrets:reset_secrets",
        beside=("--json", *HERE),
        more=(
            "会先说明失去什么，再请您确认。请先停止所有服务。",
            "Stop every server first. Shows what will be deleted and asks for confirmation.",
        ),
    ),
)
SIGNING_KEYS = Table(
    (
        Column("id", "id"),
        Column("algorithm", "algorithm"),
        Column("state", "state"),
        Column("signs from", "signsFrom", "time"),
        Column("needed until", "neededUntil", "time"),
    )
)
SIGNING_KEY_COMMANDS = (
    Command(
        "signing-keys list",
        (
            "按公布的次序列出；被替换的密钥在它签过的全部过期后消失",
            "Lists the published keys; a replaced key is deleted when everything it signed has expired.",
        ),
        "GET list-signing-keys",
        (),
        SIGNING_KEYS,
        beside=("--json", *HERE),
    ),
    Command(
        "signing-keys rotate",
        (
            "更换签名密钥：立即公布，两分钟后开始签名；没有人会退出",
            "Creates new keys. They are published at once and used two minutes later; users stay signed in.",
        ),
        "POST rotate-signing-keys",
        (
            Arg(
                "--algorithm",
                "algorithm",
                ("只换此算法的", "only this one's key"),
                choices=("RS256", "ES256"),
            ),
            Arg(
                "--now",
                "now",
                (
                    "立即用它签名：保存了旧公钥列表的一方可能还不认识它",
                    "sign with it at once: who keeps the published keys may not know it yet",
                ),
                "flag",
            ),
        ),
        SIGNING_KEYS,
        beside=("--json", *HERE),
    ),
)
