"""The commands about policies of resources and whom they are assigned to."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.table_directory import CODE, DELETED, NAMED, SPACE, WORDS

KINDS = ("USER", "ROLE", "GROUP", "DEPARTMENT")
STATEMENTS = Arg(
    "--statements",
    "statements",
    (
        "JSON 文件，- 为标准输入：语句的列表，每条有 resource、actions 和 effect",
        "a JSON file, - for standard input: a list of statements, each with resource, actions and effect",
    ),
    "json",
)
NEW_CODE = Arg("--new-code", "newCode", ("新编码", "another code"))
KIND = Arg("--type", "targetType", ("对象的类型", "what kind of target"), choices=KINDS)
TARGET = Arg(
    "TARGET",
    "targetIdentifier",
    (
        "用户或部门的编号，角色或分组的编码",
        "the id of a user or a department, the code of a role or a group",
    ),
    needed=True,
)
TARGETS = TARGET._replace(name="TARGET...", to="targetIdentifiers")
BELOW = Arg(
    "--below",
    "inheritByChildren",
    ("部门以下的部门也有", "also for the departments below a department"),
    "flag",
)
POLICIES = (
    Column("code", "code"),
    Column("description", "description"),
    Column("namespace", "namespace"),
    Column("built in", "builtIn"),
    Column("assigned to", "assignmentsCount"),
)
ONE = Facts((*POLICIES, Column("statements", "statements", "json")))
COMMANDS = (
    Command(
        "resource-policy list",
        ("列出资源策略", "Lists policies of resources."),
        "GET list-policies",
        (
            WORDS._replace(
                to="query", help=("按编码或描述查找", "only those with this in code or description")
            ),
            SPACE._replace(help=("只看此权限空间的", "only of this namespace, and built-in ones")),
        ),
        Table(POLICIES),
        paged="",
    ),
    Command(
        "resource-policy show",
        ("显示一个资源策略及其语句", "Shows one policy of resources with its statements."),
        "GET get-policy",
        (CODE, SPACE),
        ONE,
    ),
    Command(
        "resource-policy create",
        ("新建资源策略", "Creates a policy of resources."),
        "POST create-policy",
        (CODE, STATEMENTS._replace(needed=True), NAMED[1], SPACE),
        ONE,
    ),
    Command(
        "resource-policy update",
        (
            "修改资源策略；给出的语句取代原有的",
            "Changes a policy of resources; statements that are given replace those it has.",
        ),
        "POST update-policy",
        (CODE, STATEMENTS, NAMED[1], NEW_CODE, SPACE),
        ONE,
    ),
    Command(
        "resource-policy delete",
        ("删除资源策略，授予过的人不再拥有", "Deletes a policy of resources, taking it from everybody."),
        "POST delete-policy",
        (CODE, SPACE),
        DELETED,
        asks=(
            "删除这个资源策略？授予过的人不再拥有",
            "Delete this policy, taking it from everybody?",
        ),
    ),
    Command(
        "resource-policy targets",
        ("列出资源策略授予了谁", "Lists whom a policy of resources is assigned to."),
        "GET list-policy-assignments",
        (CODE, KIND._replace(help=("只看此类型的", "only of this kind")), SPACE),
        Table(
            (
                Column("type", "targetType"),
                Column("label", "targetName"),
                Column("id", "targetIdentifier"),
                Column("enabled", "enabled"),
            )
        ),
        paged="",
    ),
    Command(
        "resource-policy assign",
        ("授予资源策略", "Assigns a policy of resources."),
        "POST assign-policy",
        (CODE, TARGETS, KIND._replace(needed=True), BELOW, SPACE),
        Done(("已授予", "assigned")),
    ),
    Command(
        "resource-policy revoke",
        ("收回资源策略", "Takes a policy of resources back."),
        "POST revoke-policy",
        (CODE, TARGETS, KIND._replace(needed=True), SPACE),
        Done(("已收回", "taken back")),
    ),
    *(
        Command(
            f"resource-policy {name}",
            help_,
            "POST switch-policy-assignment",
            (CODE, TARGET, KIND._replace(needed=True), SPACE),
            Done(("已保存", "saved")),
            fixed={"enabled": enabled},
        )
        for name, help_, enabled in (
            ("enable", ("启用一条授予", "Switches an assignment of a policy on."), True),
            ("disable", ("停用一条授予，之后可以再启用", "Switches an assignment of a policy off."), False),
        )
    ),
)
