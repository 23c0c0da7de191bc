"""The commands about settings, logs, messages and pools."""

from __future__ import annotations

from poolhouse.client import statistics
from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.special import one_setting, set_setting
from poolhouse.client.table_apps import NAME

SETTING = Arg("NAME", "name", ("设置的名字", "the setting's name"), needed=True)
SETTINGS = (
    Column("setting", "name"),
    Column("value", "value"),
    Column("default", "default"),
    Column("allowed", "allowed"),
    Column("meaning", "effect"),
)
SETTINGS_COMMANDS = (
    Command(
        "settings list",
        (
            "列出用户池的设置：当前值、默认值、可取值和作用",
            "Lists the pool's settings: value, default, what is allowed and what it does.",
        ),
        "GET list-pool-settings",
        (),
        Table(SETTINGS, ""),
    ),
    Command(
        "settings get",
        ("显示一项设置", "Shows one setting."),
        "GET list-pool-settings",
        (SETTING,),
        Facts(SETTINGS),
        act=one_setting,
    ),
    Command(
        "settings set",
        ("修改一项设置，立即生效", "Changes one setting, effective at once."),
        "POST update-pool-settings",
        (SETTING, Arg("VALUE", "value", ("新值", "the new value"), needed=True)),
        Facts(SETTINGS),
        act=set_setting,
    ),
    Command(
        "settings reset",
        ("把一项设置恢复为默认值", "Sets one setting back to its default."),
        "POST update-pool-settings",
        (SETTING,),
        Facts(SETTINGS),
        act=set_setting,
    ),
)

MESSAGE = Arg("ID", "id", ("邮件编号", "the message's id"), needed=True)
MAIL = (
    Column("id", "id"),
    Column("created", "createdAt", "time"),
    Column("status", "status"),
    Column("attempts", "attempts"),
    Column("scene", "scene"),
    Column("to", "to"),
    Column("subject", "subject"),
    Column("error", "error"),
)
SENT_MAIL = Facts((*MAIL, Column("next", "nextAttemptAt", "time"), Column("sent", "sentAt", "time")))
ONE_MAIL = Facts((*SENT_MAIL.columns, Column("text", "text", "lines")))
MAIL_COMMANDS = (
    Command(
        "mail list",
        ("列出待发和已发的邮件、短信，新的在前", "Lists e-mails and SMS in the outbox, newest first."),
        "GET list-mail",
        (
            Arg("--to", "to", ("只看此收件人", "only to this address or number")),
            Arg(
                "--status",
                "status",
                ("只看此状态", "only of this status"),
                choices=("queued", "sent", "dead"),
            ),
        ),
        Table(MAIL),
        paged="",
    ),
    Command(
        "mail show",
        (
            "显示一封邮件及正文；已送达的不再有正文",
            "Shows a message; the text is deleted after delivery.",
        ),
        "GET get-mail",
        (MESSAGE,),
        ONE_MAIL,
    ),
    Command(
        "mail retry",
        ("重新发送失败的邮件", "Queues a failed message again."),
        "POST retry-mail",
        (MESSAGE,),
        SENT_MAIL,
    ),
)
POOLS = (
    Column("id", "id"),
    Column("label", "name"),
    Column("domain", "domain"),
    Column("created", "createdAt", "time"),
)
POOL_COMMANDS = (
    Command(
        "pool list",
        ("列出用户池", "Lists the pools of this server."),
        "GET list-pools",
        (),
        Table(POOLS),
        paged="",
    ),
    Command(
        "pool show",
        ("显示一个用户池及其密钥", "Shows a pool, including its secret."),
        "GET get-pool",
        (Arg("POOL_ID", "", ("用户池编号", "the pool's id"), "pool"),),
        Facts((*POOLS, Column("secret", "secret"))),
    ),
    Command(
        "pool statistics",
        (
            "显示最近几天的登录、被拒绝的登录、新用户、脚本和邮件，以及待办事项",
            "Shows the last days in figures: sign-ins, refusals, new users, scripts, mail; and what is to be done.",
        ),
        "GET get-pool-statistics",
        (Arg("--days", "days", ("最近几天，至多 31", "how many days, at most 31"), "number", default=30),),
        statistics.show,
    ),
    Command(
        "pool create",
        ("新建用户池，显示编号和密钥", "Creates a pool and shows its id and secret."),
        "POST create-pool",
        (NAME._replace(to="name"), Arg("--domain", "domain", ("域名前缀", "its domain's first part"))),
        Facts((*POOLS, Column("secret", "secret"))),
    ),
    Command(
        "pool move",
        (
            "在运行中把用户池移到 Citus 的另一个节点",
            "Moves a pool to another node of Citus while the server runs.",
        ),
        args=(
            Arg("POOL_ID", "", ("用户池编号", "the pool's id"), needed=True),
            Arg(
                "NODE",
                "",
                (
                    "节点的主机和端口，写作 HOST:PORT，见 poolhouse doctor",
                    "HOST:PORT of the node; see poolhouse doctor",
                ),
                needed=True,
            ),
            Arg(
                "--whole-shard",
                "",
                (
                    "不独占分片：同一分片的用户池一起移动",
                    "give it no shard of its own: all pools of its shard move along",
                ),
                "flag",
            ),
        ),
        function="moves:move",
        beside=("--json", "--data", "--database-url"),
        more=(
            "用户池先独占一个分片，其间原分片上的写入等待；之后的移动不阻塞写入。移回原节点即可撤销。",
            "The pool first gets a shard of its own; writes to its former shard wait meanwhile. The move itself blocks "
            "no writes. To undo it, move the pool back.",
        ),
    ),
)
