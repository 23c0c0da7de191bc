"""The commands about groups, roles and organizations."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.table_users import PEOPLE, USER

CODE = Arg("CODE", "code", ("编码", "its code"), needed=True)
NAMED = (
    Arg("--name", "name", ("名称", "its name")),
    Arg("--description", "description", ("描述", "what it is for")),
)
WORDS = Arg(
    "--search", "keywords", ("按编码、名称或描述查找", "only those with this in code, name or description")
)
GROUPS = (Column("code", "code"), Column("label", "name"), Column("description", "description"))
MANY = USER._replace(name="USER...", to="userIds", kind="users")
DATA = Arg(
    "--set",
    "customData",
    ("自定义字段，写作“字段=值”，可多次", "a custom field, FIELD=VALUE; may be given again"),
    "pairs",
)
SPACE = Arg("--namespace", "namespace", ("权限空间，默认 default", "its namespace; default if absent"))
ADDED, REMOVED = Done(("已加入", "added")), Done(("已移出", "removed"))
DELETED = Done(("已删除", "deleted"))
GIVEN = USER._replace(name="USER...", to="targets", kind="targets")

GROUP_COMMANDS = (
    Command(
        "group list", ("列出分组", "Lists groups."), "GET list-groups", (WORDS,), Table(GROUPS), paged=""
    ),
    Command("group show", ("显示一个分组", "Shows one group."), "GET get-group", (CODE,), Facts(GROUPS)),
    Command(
        "group create",
        ("新建分组", "Creates a group."),
        "POST create-group",
        (CODE, NAMED[0]._replace(needed=True), NAMED[1]),
        Facts(GROUPS),
    ),
    Command(
        "group update",
        ("修改分组", "Changes a group."),
        "POST update-group",
        (CODE, *NAMED, Arg("--new-code", "newCode", ("新编码", "another code"))),
        Facts(GROUPS),
    ),
    Command(
        "group delete",
        ("删除分组，成员不受影响", "Deletes groups; their members stay users."),
        "POST delete-groups-batch",
        (CODE._replace(name="CODE...", to="codeList"),),
        DELETED,
        asks=("删除这些分组？", "Delete these groups?"),
    ),
    Command(
        "group members",
        ("列出分组成员", "Lists the members of a group."),
        "GET list-group-members",
        (CODE,),
        Table(PEOPLE),
        paged="",
    ),
    Command(
        "group add",
        ("把用户加入分组", "Adds users to a group."),
        "POST add-group-members",
        (CODE, MANY),
        ADDED,
    ),
    Command(
        "group remove",
        ("把用户移出分组", "Removes users from a group."),
        "POST remove-group-members",
        (CODE, MANY),
        REMOVED,
    ),
)
ROLE_COMMANDS = (
    Command(
        "role list", ("列出角色", "Lists roles."), "GET list-roles", (WORDS, SPACE), Table(GROUPS), paged=""
    ),
    Command("role show", ("显示一个角色", "Shows one role."), "GET get-role", (CODE, SPACE), Facts(GROUPS)),
    Command(
        "role create",
        ("新建角色", "Creates a role."),
        "POST create-role",
        (CODE, *NAMED, SPACE),
        Facts(GROUPS),
    ),
    Command(
        "role update",
        ("修改角色", "Changes a role."),
        "POST update-role",
        (CODE, *NAMED, Arg("--new-code", "newCode", ("新编码", "another code")), SPACE),
        Done(("已修改", "changed")),
    ),
    Command(
        "role delete",
        ("删除角色", "Deletes roles."),
        "POST delete-roles-batch",
        (CODE._replace(name="CODE...", to="codeList"), SPACE),
        DELETED,
        asks=("删除这些角色？", "Delete these roles?"),
    ),
    Command(
        "role members",
        ("列出有此角色的用户", "Lists the users who have a role."),
        "GET list-role-members",
        (CODE, SPACE),
        Table(PEOPLE),
        paged="",
    ),
    Command(
        "role assign",
        ("授予用户角色", "Assigns a role to users."),
        "POST assign-role",
        (CODE, GIVEN, SPACE),
        Done(("已授予", "given")),
    ),
    Command(
        "role revoke",
        ("收回用户的角色", "Revokes a role from users."),
        "POST revoke-role",
        (CODE, GIVEN, SPACE),
        Done(("已收回", "taken away")),
    ),
)

ORG = Arg("ORG", "organizationCode", ("组织编码", "the organization's code"), needed=True)
NODE = Arg(
    "--department",
    "departmentId",
    ("部门编号，默认为根部门", "a department's id; the root if absent"),
    default="root",
)
DEPARTMENT = NODE._replace(
    name="DEPARTMENT", help=("部门编号", "a department's id"), default=None, needed=True
)
PARENT = Arg(
    "PARENT",
    "parentDepartmentId",
    ("新的上级部门编号，root 为根部门", "the id of the department above, root for the root"),
    needed=True,
)
ORGS = (
    Column("code", "organizationCode"),
    Column("label", "organizationName"),
    Column("description", "description"),
    Column("members", "membersCount"),
)
NODES = (
    Column("id", "departmentId"),
    Column("label", "name"),
    Column("code", "code"),
    Column("parent", "parentDepartmentId"),
    Column("members", "membersCount"),
)
ORG_COMMANDS = (
    Command(
        "org list", ("列出组织", "Lists organizations."), "GET list-organizations", (), Table(ORGS), paged=""
    ),
    Command(
        "org create",
        ("新建组织", "Creates an organization."),
        "POST create-organization",
        (
            ORG,
            Arg("--name", "organizationName", ("名称", "its name"), needed=True),
            Arg("--description", "description", ("描述", "what it is for")),
        ),
        Facts(ORGS),
    ),
    Command(
        "org show",
        ("显示一个组织", "Shows one organization."),
        "GET get-organization",
        (ORG,),
        Facts((*ORGS, Column("id", "departmentId"))),
    ),
    Command(
        "org update",
        ("修改组织", "Changes an organization."),
        "POST update-organization",
        (
            ORG,
            Arg("--name", "organizationName", ("名称", "its name")),
            NAMED[1],
            Arg("--new-code", "organizationNewCode", ("新编码", "another code")),
        ),
        Facts(ORGS),
    ),
    Command(
        "org delete",
        (
            "删除组织及其部门，成员不受影响",
            "Deletes an organization with its departments; members stay users.",
        ),
        "POST delete-organization",
        (ORG,),
        DELETED,
        asks=("删除这个组织及其所有部门？", "Delete this organization and its departments?"),
    ),
    Command(
        "org departments",
        ("列出一个组织的所有部门", "Lists all departments of an organization."),
        "GET get-all-departments",
        (ORG,),
        Table(NODES),
    ),
    Command(
        "org children",
        (
            "列出部门的直接下级，或按名称和编码查找部门",
            "Lists the departments directly below one, or finds those of the organization by name and code.",
        ),
        "GET list-department-branch",
        (ORG, NODE, WORDS._replace(help=("按名称或编码查找", "only those with this in name or code"))),
        Table(NODES),
        paged="",
    ),
    Command(
        "org rights",
        (
            "列出部门成员因此部门及其上级而有的授权",
            "Lists what everybody in a department has by it and by the departments above.",
        ),
        "GET list-department-rights",
        (ORG, NODE),
        Table(
            (
                Column("type", "kind"),
                Column("label", "name"),
                Column("id", "id"),
                Column("namespace", "namespace"),
                Column("detail", "detail"),
                Column("given by", "departmentName"),
            )
        ),
    ),
    Command(
        "org find",
        (
            "在所有组织中按名称或编码查找部门",
            "Finds departments of any organization by name or code.",
        ),
        "GET find-departments",
        (
            Arg("WORDS", "keywords", ("名称或编码的一部分", "a part of the name or the code"), needed=True),
            Arg("--limit", "limit", ("最多几个，默认 10", "at most so many; 10 if absent"), "number"),
        ),
        Table(
            (
                Column("organization", "organizationCode"),
                Column("id", "departmentId"),
                Column("label", "name"),
                Column("code", "code"),
                Column("path", "namePath"),
            )
        ),
    ),
    Command(
        "org preview-move",
        (
            "显示移动部门会改变什么，不做任何修改",
            "Shows what moving a department would change, and changes nothing.",
        ),
        "GET preview-department-move",
        (ORG, DEPARTMENT, PARENT),
        Facts((Column("departments", "departmentsCount"), Column("members", "membersCount")), rest=True),
    ),
    Command(
        "org set-member",
        (
            "设置部门成员是否为负责人、此部门是否为其主部门",
            "Makes a member a leader of the department or not, or the department the member's main one.",
        ),
        "POST set-department-member",
        (
            ORG,
            USER._replace(name="USER", to="userId", kind="user"),
            NODE,
            Arg("--leader", "isLeader", ("是否为负责人", "whether they lead it"), "yes"),
            Arg("--main", "isMainDepartment", ("是否为主部门", "whether it is their main department"), "yes"),
        ),
        Done(("已修改", "changed")),
    ),
    Command(
        "org add-department",
        ("新建部门", "Creates a department."),
        "POST create-department",
        (
            ORG,
            Arg("--name", "name", ("名称", "its name"), needed=True),
            Arg("--code", "code", ("编码", "its code")),
            NODE._replace(
                name="--under",
                to="parentDepartmentId",
                help=("上级部门编号，默认为根部门", "the department above; the root if absent"),
            ),
        ),
        Facts(NODES),
    ),
    Command(
        "org update-department",
        ("修改部门", "Changes a department; options that are not given stay unchanged."),
        "POST update-department",
        (ORG, DEPARTMENT, *NAMED, Arg("--code", "code", ("编码", "its code")), DATA),
        Facts(NODES),
    ),
    Command(
        "org move-department",
        ("把部门连同下级移到另一个部门之下", "Moves a department and those below it under another one."),
        "POST update-department",
        (
            ORG,
            DEPARTMENT,
            PARENT,
        ),
        Facts(NODES),
    ),
    Command(
        "org delete-department",
        (
            "删除部门及其下级，成员不受影响",
            "Deletes a department and those below it; members stay users.",
        ),
        "POST delete-department",
        (ORG, DEPARTMENT),
        DELETED,
        asks=("删除这个部门及其下级？", "Delete this department and those below it?"),
    ),
    Command(
        "org members",
        ("列出部门成员", "Lists the members of a department."),
        "GET list-department-members",
        (
            ORG,
            NODE,
            Arg(
                "--below",
                "includeChildrenDepartments",
                ("含下级部门", "include the departments below"),
                "flag",
            ),
        ),
        Table(PEOPLE),
        paged="",
    ),
    Command(
        "org add",
        ("把用户加入部门", "Adds users to a department."),
        "POST add-department-members",
        (ORG, MANY, NODE),
        ADDED,
    ),
    Command(
        "org remove",
        ("把用户移出部门", "Removes users from a department."),
        "POST remove-department-members",
        (ORG, MANY, NODE),
        REMOVED,
    ),
)
