"""The commands about resources and the namespaces they are in."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.table_directory import CODE, DELETED, NAMED, SPACE, WORDS

TYPES = ("DATA", "API", "MENU", "UI", "BUTTON")
NEW_CODE = Arg("--new-code", "newCode", ("新编码", "another code"))
NAMESPACES = (Column("code", "code"), Column("label", "name"), Column("description", "description"))
NAMESPACE_COMMANDS = (
    Command(
        "namespace list",
        ("列出权限空间", "Lists the namespaces of resources and roles."),
        "GET list-namespaces",
        (WORDS._replace(help=("按编码或名称查找", "only those with this in code or name")),),
        Table(NAMESPACES),
        paged="",
    ),
    Command(
        "namespace show",
        ("显示一个权限空间", "Shows one namespace."),
        "GET get-namespace",
        (CODE,),
        Facts(NAMESPACES),
    ),
    Command(
        "namespace create",
        ("新建权限空间", "Creates a namespace."),
        "POST create-namespace",
        (CODE, *NAMED),
        Facts(NAMESPACES),
    ),
    Command(
        "namespace update",
        ("修改权限空间", "Changes a namespace."),
        "POST update-namespace",
        (CODE, *NAMED, NEW_CODE),
        Facts(NAMESPACES),
    ),
    Command(
        "namespace delete",
        (
            "删除权限空间，连同其中的资源、角色和授权",
            "Deletes namespaces with the resources, the roles and all that is granted in them.",
        ),
        "POST delete-namespaces-batch",
        (CODE._replace(name="CODE...", to="codeList"),),
        DELETED,
        asks=(
            "删除这个权限空间，连同其中的资源、角色和授权？",
            "Delete this namespace with the resources, the roles and all that is granted in it?",
        ),
    ),
)

TYPE = Arg("--type", "type", ("类型", "its type"), choices=TYPES)
ACTIONS = Arg(
    "--action",
    "actions",
    ("操作，写作“操作”或“操作=描述”，可多次", "an action, NAME or NAME=DESCRIPTION; may be given again"),
    "actions",
)
API = Arg("--api", "apiIdentifier", ("API 的地址", "the address of the API"))
RESOURCES = (
    Column("code", "code"),
    Column("label", "name"),
    Column("type", "type"),
    Column("namespace", "namespace"),
    Column("actions", "actions", "names"),
    Column("description", "description"),
)
ONE_RESOURCE = Facts((*RESOURCES, Column("api", "apiIdentifier")))
RESOURCE_COMMANDS = (
    Command(
        "resource list",
        ("列出资源", "Lists resources."),
        "GET list-common-resource",
        (
            WORDS._replace(to="keyword", help=("按编码或名称查找", "only those with this in code or name")),
            Arg(
                "--namespace",
                "namespaceCodeList",
                ("只看此权限空间的；多个以逗号分隔", "only of this namespace, or of several, with commas"),
            ),
            TYPE._replace(help=("只看此类型的", "only of this type")),
        ),
        Table(RESOURCES),
        paged="",
    ),
    Command(
        "resource show",
        ("显示一个资源", "Shows one resource."),
        "GET get-resource",
        (CODE, SPACE),
        ONE_RESOURCE,
    ),
    Command(
        "resource create",
        ("新建资源", "Creates a resource."),
        "POST create-resource",
        (CODE, TYPE._replace(needed=True), *NAMED, ACTIONS, API, SPACE),
        ONE_RESOURCE,
    ),
    Command(
        "resource update",
        (
            "修改资源；给出的操作取代原有的",
            "Changes a resource; actions that are given replace those it has.",
        ),
        "POST update-resource",
        (CODE, TYPE, *NAMED, ACTIONS, API, SPACE),
        ONE_RESOURCE,
    ),
    Command(
        "resource delete",
        ("删除资源及对它的授权", "Deletes resources with what is granted on them."),
        "POST delete-resources-batch",
        (CODE._replace(name="CODE...", to="codeList"), SPACE),
        DELETED,
        asks=("删除这个资源及对它的授权？", "Delete this resource with what is granted on it?"),
    ),
)

COMMANDS = (*NAMESPACE_COMMANDS, *RESOURCE_COMMANDS)
