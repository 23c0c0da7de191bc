"""All commands."""

from __future__ import annotations

from poolhouse.client import (
    table_access,
    table_administrators,
    table_apps,
    table_audit,
    table_branding,
    table_bulk,
    table_directory,
    table_fields,
    table_imports,
    table_machine,
    table_mail_server,
    table_mail_templates,
    table_policies,
    table_resource_policies,
    table_resources,
    table_scripts,
    table_server,
    table_sms,
    table_tenants,
    table_users,
)
from poolhouse.client.model import Command
from poolhouse.client.words import Words

COMMANDS: dict[str, Command] = {
    command.name: command
    for commands in (
        table_machine.SERVER_COMMANDS,
        table_users.COMMANDS,
        table_bulk.COMMANDS,
        table_directory.GROUP_COMMANDS,
        table_directory.ROLE_COMMANDS,
        table_directory.ORG_COMMANDS,
        table_resources.COMMANDS,
        table_policies.COMMANDS,
        table_resource_policies.COMMANDS,
        table_fields.COMMANDS,
        table_tenants.COMMANDS,
        table_apps.COMMANDS,
        table_server.SETTINGS_COMMANDS,
        table_branding.BRANDING_COMMANDS,
        table_audit.AUDIT_COMMANDS,
        table_scripts.SCRIPTS_COMMANDS,
        table_scripts.MIGRATION_COMMANDS,
        table_server.MAIL_COMMANDS,
        table_mail_server.MAIL_SERVER_COMMANDS,
        table_sms.SMS_COMMANDS,
        table_mail_templates.MAIL_TEMPLATE_COMMANDS,
        table_access.KEY_COMMANDS,
        table_access.SOURCE_COMMANDS,
        table_server.POOL_COMMANDS,
        table_administrators.COMMANDS,
        table_machine.FILE_COMMANDS,
        table_imports.COMMANDS,
        table_machine.SECRETS_COMMANDS,
        table_machine.SIGNING_KEY_COMMANDS,
    )
    for command in commands
}

GROUPS: dict[str, Words] = {
    "user": ("用户", "Users of a pool."),
    "group": ("分组", "Groups of users."),
    "role": ("角色", "Roles, and who has them."),
    "org": ("组织和部门", "Organizations and their departments."),
    "field": ("自定义字段", "Custom fields of users, groups, roles and departments."),
    "namespace": ("权限空间", "Namespaces of resources and roles."),
    "resource": ("资源", "Resources: what may be protected."),
    "resource-policy": ("资源策略", "Policies of resources, and whom they are assigned to."),
    "policy": ("数据策略", "Data policies, which speak about data resources."),
    "data-resource": ("数据资源", "Data resources: texts, lists and trees that policies speak about."),
    "tenant": ("租户", "Tenants: parts of a pool with members and administrators of their own."),
    "app": ("应用", "Applications of a pool."),
    "settings": ("用户池设置", "Settings of a pool: passwords, sign-ins, registrations."),
    "branding": ("登录等页面的样子", "How the hosted pages look: name, logo, color."),
    "audit": ("审计日志", "The audit log: who did what."),
    "scripts": ("自定义数据库的脚本", "The functions of a pool's custom database."),
    "migration": ("从旧库迁移的进度", "The lazy migration of users from a custom database."),
    "mail-server": ("用户池的邮件服务器", "The mail server of a pool."),
    "sms": ("短信服务", "The service that sends SMS."),
    "mail": ("邮件和短信", "E-mails and SMS: sent, waiting, failed."),
    "mail-template": ("邮件模板", "Templates of e-mails."),
    "admin": ("管理员", "Administrators of the server, and what each may do in which pool."),
    "key": ("访问密钥", "Access keys for the API."),
    "source": (
        "身份源：用户用别处的账号登录",
        "Identity sources: where people have the accounts that they sign in with.",
    ),
    "pool": ("用户池", "User pools of this server."),
    "import": ("批量导入用户", "Import users from a file."),
    "export": ("导出全部用户", "Export all users of a pool to a file."),
    "secrets": ("加密密钥", "The key that encrypts stored secrets."),
    "signing-keys": ("token 的签名密钥", "The server's keys that sign id and access tokens."),
}


def alone() -> dict[str, Words]:
    """The commands of one word."""
    return {name: command.help for name, command in COMMANDS.items() if " " not in name}


def below(group: str) -> dict[str, Words]:
    """The commands of a group, by full name."""
    return {name: command.help for name, command in COMMANDS.items() if name.startswith(f"{group} ")}
