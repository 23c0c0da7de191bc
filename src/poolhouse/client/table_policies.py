"""The commands about data resources and the policies that speak about them."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Done, Facts, Table
from poolhouse.client.table_directory import DELETED, NAMED

KINDS = ("STRING", "ARRAY", "TREE")
SEARCH = Arg("--search", "query", ("按名称查找", "only those with this in the name"))
ID = Arg("POLICY_ID", "policyId", ("策略编号", "the policy's id"), needed=True)
NAME = Arg("NAME", "policyName", ("名称", "its name"), needed=True)
STATEMENTS = Arg(
    "--statements",
    "statementList",
    (
        "JSON 文件，- 为标准输入：语句的列表，每条有 effect 和 permissions",
        "a JSON file, - for standard input: a list of statements, each with effect and permissions",
    ),
    "statements",
)
POLICIES = (Column("label", "policyName"), Column("description", "description"), Column("id", "policyId"))
POLICY_COMMANDS = (
    Command(
        "policy list",
        ("列出数据策略", "Lists data policies."),
        "GET list-data-policies",
        (SEARCH,),
        Table(POLICIES),
        paged="",
    ),
    Command(
        "policy show",
        ("显示一个数据策略及其语句", "Shows one data policy with its statements."),
        "GET get-data-policy",
        (ID,),
        Facts((*POLICIES, Column("statements", "statementList", "json"))),
    ),
    Command(
        "policy create",
        ("新建数据策略", "Creates a data policy."),
        "POST create-data-policy",
        (NAME, STATEMENTS._replace(needed=True), NAMED[1]),
        Facts(POLICIES),
    ),
    Command(
        "policy update",
        (
            "修改数据策略；给出的语句取代原有的",
            "Changes a data policy; statements that are given replace those it has.",
        ),
        "POST update-data-policy",
        (ID, NAME._replace(name="--name", needed=False), STATEMENTS, NAMED[1]),
        Facts(POLICIES),
    ),
    Command(
        "policy delete",
        ("删除数据策略，授予过的人不再拥有", "Deletes a data policy, taking it from everybody."),
        "POST delete-data-policy",
        (ID,),
        DELETED,
        asks=("删除这个数据策略？授予过的人不再拥有", "Delete this data policy, taking it from everybody?"),
    ),
)

SPACE = Arg("NAMESPACE", "namespaceCode", ("权限空间", "its namespace"), needed=True)
CODE = Arg("CODE", "resourceCode", ("编码", "its code"), needed=True)
LABEL = Arg("--name", "resourceName", ("名称", "its name"))
KIND = Arg("--type", "type", ("类型", "its type"), choices=KINDS, needed=True)
STRUCT = Arg(
    "--struct",
    "struct",
    (
        "JSON 文件，- 为标准输入：文本、文本的列表或节点的列表",
        "a JSON file, - for standard input: a text, a list of texts, or a list of nodes",
    ),
    "json",
)
ACTIONS = Arg("--action", "actions", ("操作，可多次", "an action; may be given again"), "list")
DATA = (
    Column("code", "resourceCode"),
    Column("label", "resourceName"),
    Column("type", "type"),
    Column("namespace", "namespaceCode"),
    Column("description", "description"),
)
ONE = Facts((*(one for one in DATA if one.path != "namespaceCode"), Column("actions", "actions")))
DATA_COMMANDS = (
    Command(
        "data-resource list",
        ("列出数据资源", "Lists data resources."),
        "GET list-data-resources",
        (
            SEARCH._replace(help=("按编码或名称查找", "only those with this in code or name")),
            Arg("--namespace", "namespaceCodes", ("只看此权限空间的", "only of this namespace"), "list"),
        ),
        Table(DATA),
        paged="",
    ),
    Command(
        "data-resource show",
        ("显示一个数据资源及其结构", "Shows one data resource with its structure."),
        "GET get-data-resource",
        (SPACE, CODE),
        Facts((*DATA, Column("actions", "actions"), Column("struct", "struct", "json"))),
    ),
    Command(
        "data-resource create",
        ("新建数据资源", "Creates a data resource."),
        "POST create-data-resource",
        (
            SPACE,
            CODE,
            LABEL._replace(needed=True),
            KIND,
            STRUCT._replace(needed=True),
            ACTIONS._replace(needed=True),
            NAMED[1],
        ),
        ONE,
    ),
    Command(
        "data-resource update",
        (
            "修改数据资源；去掉的节点和操作，策略中有关的语句一并删除",
            "Changes a data resource; what policies say of nodes and actions that go, goes.",
        ),
        "POST update-data-resource",
        (SPACE, CODE, LABEL, STRUCT, ACTIONS, NAMED[1]),
        ONE,
    ),
    Command(
        "data-resource delete",
        ("删除数据资源及策略中有关的语句", "Deletes a data resource with what policies say of it."),
        "POST delete-data-resource",
        (SPACE, CODE),
        Done(("已删除", "deleted")),
        asks=(
            "删除这个数据资源及策略中有关的语句？",
            "Delete this data resource with what policies say of it?",
        ),
    ),
)
COMMANDS = (*POLICY_COMMANDS, *DATA_COMMANDS)
