"""What v2 calls the acts of the audit log. Source: docs/contract/users.md#logs."""

from __future__ import annotations

from typing import get_args

from poolhouse.audit.model import Act, Kind, Operation, Record, ResourceType
from poolhouse.errors import Lang
from poolhouse.wire.v2.shapes import camel

# The documented names. None: on anything.
_DOCUMENTED: dict[Kind, dict[tuple[str, str | None], str]] = {
    "user": {
        ("login", None): "login",
        ("logout", None): "logout",
        ("register", None): "register",
        ("delete", "user"): "deleteAccount",
        ("update", "user"): "updateUserinfo",
        ("refresh_token", None): "refreshToken",
        ("update_email", None): "updateEmail",
        ("update_phone", None): "updatePhone",
        ("update_password", None): "updatePassword",
        ("verify_mfa", None): "verifyMfa",
    },
    "administrator": {
        ("delete", "user"): "deleteUser",
        ("create", "user"): "createUser",
        ("register", None): "createUser",
        ("refresh_token", None): "refreshToken",
        ("import", "user"): "importUser",
        ("export", "user"): "exportUser",
        ("refresh", "application"): "refreshSecret",
        ("delete", "user_pool"): "deleteUserpool",
        ("create", "user_pool"): "createUserpool",
        ("update", "user_pool"): "userpool:UpdateConfig",
        ("refresh", "user_pool"): "refreshUserpoolSecret",
    },
}
_ALIASES = {"deleteUsers": "deleteUser"}

VERBS: dict[str, tuple[str, str]] = {
    "login": ("登录", "log in"),
    "logout": ("登出", "log out"),
    "register": ("注册", "register"),
    "verify_mfa": ("验证 MFA", "verify the second factor"),
    "verify_first_login": ("验证首次登录", "verify the first login"),
    "bind_mfa": ("绑定 MFA", "bind a second factor"),
    "unbind_mfa": ("解绑 MFA", "unbind a second factor"),
    "bind_email": ("绑定邮箱", "bind an email"),
    "unbind_email": ("解绑邮箱", "unbind the email"),
    "bind_phone": ("绑定手机号", "bind a phone"),
    "unbind_phone": ("解绑手机号", "unbind the phone"),
    "link_identity": ("绑定身份", "link an identity"),
    "unlink_identity": ("解绑身份", "unlink an identity"),
    "update_password": ("修改密码", "change the password"),
    "update_email": ("修改邮箱", "change the email"),
    "update_phone": ("修改手机号", "change the phone"),
    "refresh_token": ("刷新 Token", "refresh a token"),
    "create": ("创建", "create"),
    "update": ("修改", "update"),
    "delete": ("删除", "delete"),
    "import": ("导入", "import"),
    "export": ("导出", "export"),
    "refresh": ("刷新密钥", "refresh the secret of"),
    "publish": ("发布", "publish"),
    "run": ("运行", "run"),
    "sync": ("同步", "sync"),
    "add": ("添加", "add"),
    "remove": ("移除", "remove"),
    "move": ("移动", "move"),
    "enable": ("启用", "enable"),
    "disable": ("禁用", "disable"),
    "block": ("锁定", "block"),
    "unblock": ("解锁", "unblock"),
    "archive": ("归档", "archive"),
    "resign": ("办理离职", "resign"),
    "recover": ("恢复", "recover"),
    "kick": ("强制下线", "kick"),
    "allow": ("允许", "allow"),
    "deny": ("拒绝", "deny"),
    "authorize": ("授权", "authorize"),
    "revoke": ("撤销", "revoke"),
    "send": ("发送", "send"),
}
THINGS: dict[str, tuple[str, str]] = {
    "user": ("用户", "user"),
    "user_pool": ("用户池", "user pool"),
    "administrator": ("管理员", "administrator"),
    "application": ("应用", "application"),
    "agreement": ("协议", "agreement"),
    "access_account": ("编程访问账号", "access account"),
    "access_key": ("密钥", "access key"),
    "session": ("会话", "session"),
    "mfa_factor": ("MFA 要素", "second factor"),
    "passkey": ("通行密钥", "passkey"),
    "identity": ("身份", "identity"),
    "group": ("分组", "group"),
    "role": ("角色", "role"),
    "namespace": ("权限空间", "namespace"),
    "resource": ("资源", "resource"),
    "policy": ("策略", "policy"),
    "policy_assignment": ("策略授权", "policy assignment"),
    "application_access": ("应用访问权限", "application access"),
    "data_resource": ("数据资源", "data resource"),
    "data_policy": ("数据策略", "data policy"),
    "org": ("组织机构", "organization"),
    "department": ("部门", "department"),
    "post": ("岗位", "post"),
    "department_member": ("部门成员", "department member"),
    "field": ("自定义字段", "custom field"),
    "custom_data": ("自定义数据", "custom data"),
    "tenant": ("租户", "tenant"),
    "tenant_member": ("租户成员", "tenant member"),
    "tenant_administrator": ("租户管理员", "tenant administrator"),
    "identity_source": ("身份源", "identity source"),
    "whitelist": ("白名单", "whitelist"),
    "environment": ("环境变量", "environment variable"),
    "security_settings": ("安全设置", "security settings"),
    "mail_template": ("邮件模板", "mail template"),
    "mail_provider": ("邮件服务", "mail server"),
    "sms_service": ("短信服务", "SMS service"),
    "mail": ("邮件", "mail"),
    "custom_database": ("自定义数据库", "custom database"),
    "custom_database_script": ("自定义数据库脚本", "custom database script"),
    "bulk_act": ("批量操作", "bulk act"),
    "import_file": ("导入文件", "import file"),
}


def name(kind: Kind, operation: str, resource_type: str) -> str:
    """The documented name; else the verb, alone or with its thing: `verifyFirstLogin`, `createGroup`."""
    documented = _DOCUMENTED[kind]
    known = documented.get((operation, resource_type)) or documented.get((operation, None))
    if known:
        return known
    alone = resource_type == "user" and "_" in operation
    return camel(operation if alone else f"{operation}_{resource_type}")


def acts(kind: Kind, wanted: str) -> tuple[Act, ...]:
    """Everything that has this name; a name nobody has finds nothing."""
    return _BY_NAME[kind].get(_ALIASES.get(wanted, wanted)) or (Act(wanted),)


def description(record: Record, lang: Lang) -> str:
    at = 1 if lang == "en-US" else 0
    verb = VERBS.get(record.operation, (record.operation, record.operation))[at]
    thing = THINGS.get(record.resource_type, (record.resource_type, record.resource_type))[at]
    if "_" in record.operation or record.operation in ("login", "logout", "register"):
        return verb
    return f"{verb} {thing}" if lang == "en-US" else f"{verb}{thing}"


def _by_name(kind: Kind) -> dict[str, tuple[Act, ...]]:
    found: dict[str, tuple[Act, ...]] = {}
    for operation in get_args(Operation):
        for resource_type in get_args(ResourceType):
            called = name(kind, operation, resource_type)
            found[called] = (*found.get(called, ()), Act(operation, resource_type))
    return found


_BY_NAME: dict[Kind, dict[str, tuple[Act, ...]]] = {
    "user": _by_name("user"),
    "administrator": _by_name("administrator"),
}
