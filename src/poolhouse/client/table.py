"""All commands: those that are a call (`COMMANDS`), and the others by name (`OTHERS`), which `commands` carries out."""

from __future__ import annotations

from poolhouse.client import table_administrators, table_directory, table_server, table_users
from poolhouse.client.model import Command
from poolhouse.client.words import Words

COMMANDS: dict[str, Command] = {
    command.name: command
    for commands in (
        table_users.COMMANDS,
        table_directory.GROUP_COMMANDS,
        table_directory.ROLE_COMMANDS,
        table_directory.ORG_COMMANDS,
        table_directory.FIELD_COMMANDS,
        table_server.APP_COMMANDS,
        table_server.SETTINGS_COMMANDS,
        table_server.AUDIT_COMMANDS,
        table_server.SCRIPTS_COMMANDS,
        table_server.MIGRATION_COMMANDS,
        table_server.MAIL_COMMANDS,
        table_server.POOL_COMMANDS,
        table_administrators.COMMANDS,
    )
    for command in commands
}

GROUPS: dict[str, Words] = {
    "user": ("用户", "Users of a pool."),
    "group": ("分组", "Groups of users."),
    "role": ("角色", "Roles, and who has them."),
    "org": ("组织和部门", "Organizations and their departments."),
    "field": ("自定义字段", "Custom fields of users, groups, roles and departments."),
    "app": ("应用", "Applications of a pool."),
    "settings": ("用户池设置", "What a pool asks of passwords, sign-ins and registrations."),
    "audit": ("操作日志", "Who did what."),
    "scripts": ("自定义数据库的脚本", "The functions of a pool's custom database."),
    "migration": ("从旧库迁移的进度", "How far users have moved in from a custom database."),
    "mail": ("邮件和短信", "Mails and short messages: sent, waiting, failed."),
    "admin": ("管理员", "Administrators of the server, and what each may do in which pool."),
    "pool": ("用户池", "User pools of this server."),
    "import": ("批量导入用户", "Bring in many users from a file."),
    "export": ("导出全部用户", "Take everybody of a pool out into a file."),
    "secrets": ("加密密钥", "The key that encrypts what must not be read."),
    "signing-keys": ("令牌签名密钥", "The server's keys that sign id and access tokens."),
}

OTHERS: dict[str, Words] = {
    "up": (
        "启动服务；首次启动会建好用户池和管理员",
        "Start the server; the first start also creates a pool and an administrator.",
    ),
    "demo": (
        "启动一个演示服务，旁边有一个旧用户库",
        "Start a server with a legacy database beside it, and say what to try.",
    ),
    "doctor": ("检查这台机器和数据库", "Say what this machine gives the server, and what is wrong."),
    "version": ("各部分的版本", "The versions of Poolhouse and of what it runs on."),
    "migrate": ("升级数据库结构", "Bring the database's schema to this version, or to another."),
    "backup": ("把数据库备份成一个文件", "Write the database into one file."),
    "restore": ("从备份文件恢复到空数据库", "Read such a file into an empty database."),
    "completion": ("输出命令补全脚本", "Print what makes a shell complete these commands."),
    "app show": ("显示应用及其 OpenID Connect 设置", "Show an application and how it speaks OpenID Connect."),
    "app set": ("修改应用的 OpenID Connect 设置", "Change how an application speaks OpenID Connect."),
    "pool passwords": ("密码规则", "Show or change what new passwords must be."),
    "pool lockout": ("密码错误的处理", "Show or change what wrong passwords lead to."),
    "scripts new": ("新建脚本文件夹", "Begin a folder with complete example scripts."),
    "scripts pull": ("把已发布的脚本写入文件夹", "Write the published scripts into a folder."),
    "scripts diff": ("比较文件夹与已发布的脚本", "Show how a folder differs from what is published."),
    "scripts push": ("保存并发布文件夹中的改动", "Save and publish what differs."),
    "scripts withdraw": ("撤下一个脚本", "Publish no version of a function any more."),
    "scripts run": ("用已保存的连接试运行一个脚本", "Run a folder's function against the saved connection."),
    "migration status": ("迁移进度", "How many came, who failed and why, and when it ends."),
    "migration waiting": ("尚未迁入的用户", "Who has not come yet."),
    "migration finish": ("迁入从未登录的用户，结束迁移", "Move in everybody who never logged in."),
    "import users": ("从文件导入用户", "Import users from a file."),
    "import check": ("用一个人的密码试一行", "Try one row of a file with its person's password."),
    "export users": ("把全部用户写入文件", "Write everybody of a pool to a file."),
    "secrets rotate": ("更换加密密钥", "Make a new secret key and close every secret with it."),
    "secrets reset": ("密钥遗失后放弃已加密的内容", "Give up what a lost secret key closed."),
    "signing-keys list": ("列出签名密钥", "List the signing keys as they are published."),
    "signing-keys rotate": ("更换签名密钥", "Make new signing keys; nobody is logged out."),
}
"""They read files, start servers, or need the database itself."""


def below(group: str) -> dict[str, Words]:
    """The commands of a group, by full name."""
    own = {name: command.help for name, command in COMMANDS.items() if command.group == group}
    return own | {name: words for name, words in OTHERS.items() if name.startswith(f"{group} ")}
