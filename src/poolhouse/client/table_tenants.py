"""The commands about tenants, their members and administrators."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.table_directory import ADDED, DELETED, MANY, REMOVED

TENANT = Arg("TENANT_ID", "tenantId", ("租户编号", "the tenant's id"), needed=True)
NAME = Arg("--name", "name", ("名称", "its name"))
ABOUT = (
    Arg("--description", "description", ("描述", "what it is for")),
    Arg(
        "--app",
        "appIds",
        ("成员可登录的应用的编号，可多次", "id of an application of its members; may be given again"),
        "list",
    ),
    Arg(
        "--reject-hint",
        "rejectHint",
        ("拒绝登录时的提示", "shown to somebody who is refused"),
    ),
)
WORDS = Arg("--search", "keywords", ("按名称查找", "only those with this in their name"))
TENANTS = (
    Column("id", "tenantId"),
    Column("label", "name"),
    Column("code", "code"),
    Column("members", "membersCount"),
    Column("description", "description"),
)
PEOPLE = (
    Column("user id", "linkUserId"),
    Column("name", "name", also="nickname"),
    Column("username", "username"),
    Column("email", "email"),
    Column("phone", "phone"),
    Column("administrator", "isTenantAdmin"),
)
_COUNTED = {"withMembersCount": True}
_USERS = MANY._replace(to="linkUserIds")
COMMANDS = (
    Command(
        "tenant list",
        ("列出租户", "Lists tenants."),
        "GET list-tenants",
        (WORDS,),
        Table(TENANTS),
        _COUNTED,
        paged="",
    ),
    Command(
        "tenant show",
        ("显示一个租户", "Shows one tenant."),
        "GET get-tenant",
        (TENANT,),
        Facts((*TENANTS, Column("applications", "appIds"))),
        _COUNTED,
    ),
    Command(
        "tenant create",
        ("新建租户", "Creates a tenant."),
        "POST create-tenant",
        (NAME._replace(name="NAME", needed=True), ABOUT[0], ABOUT[1]._replace(default=[]), ABOUT[2]),
        Facts(TENANTS[:3]),
    ),
    Command(
        "tenant update",
        ("修改租户", "Changes a tenant."),
        "POST update-tenant",
        (TENANT, NAME, *ABOUT),
        Done(("已修改", "changed")),
    ),
    Command(
        "tenant delete",
        ("删除租户，成员仍是用户", "Deletes a tenant; its members stay users."),
        "POST delete-tenant",
        (TENANT,),
        DELETED,
        asks=("删除这个租户？", "Delete this tenant?"),
    ),
    Command(
        "tenant members",
        ("列出租户成员", "Lists the members of a tenant."),
        "POST list-tenant-users",
        (TENANT, Arg("--search", "keywords", ("按名称查找", "only those called so"))),
        Table(PEOPLE),
        paged="options.pagination",
    ),
    Command(
        "tenant add",
        ("把用户加入租户", "Makes users members of a tenant."),
        "POST add-tenant-users",
        (TENANT, _USERS),
        ADDED,
    ),
    Command(
        "tenant remove",
        ("把用户移出租户", "Takes users out of a tenant."),
        "POST remove-tenant-users",
        (TENANT, _USERS),
        REMOVED,
    ),
    Command(
        "tenant promote",
        ("设为租户管理员", "Makes members administrators of their tenant."),
        "POST set-tenant-admin",
        (TENANT, _USERS),
        Done(("已设为管理员", "made administrators")),
    ),
    Command(
        "tenant demote",
        ("取消租户管理员，仍是成员", "Ends that a member is an administrator of the tenant."),
        "POST delete-tenant-admin",
        (TENANT, MANY._replace(name="USER", to="linkUserId", kind="user")),
        Done(("已取消", "no administrator any more")),
    ),
)
