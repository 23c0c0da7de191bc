"""Words of the pages of policies of resources."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "resource-policies": ("资源策略", "Resource policies"),
    "search_resource-policies": ("资源策略的编码或描述", "Code or description of a resource policy"),
    "make_resource_policy": ("新建资源策略", "New resource policy"),
    "edit_resource_policy": ("编辑资源策略“{called}”", "Edit the resource policy “{called}”"),
    "delete_resource_policy": ("删除资源策略“{called}”？", "Delete the resource policy “{called}”?"),
    "delete_resource_policy_about": (
        "授予过的用户、角色、分组和部门不再拥有它。",
        "It is taken from every user, role, group and department that has it.",
    ),
    "rp_field_code": ("编码", "Code"),
    "rp_field_description": ("描述", "Description"),
    "rp_field_statements": ("语句（JSON）", "Statements (JSON)"),
    "rp_field_statements_help": (
        '语句的列表，如 [{"effect": "ALLOW", "resource": "books:*", "actions": ["books:read"]}]；'
        "* 是任意文字，DENY 优先",
        'A list of statements, such as [{"effect": "ALLOW", "resource": "books:*", "actions": ["books:read"]}]; '
        "* is any text, and DENY beats ALLOW",
    ),
    "rp_built_in": ("系统内置，不能修改或删除", "Built in: it cannot be changed or deleted"),
    "rp_statements_help": (
        "* 是任意文字；books 包括 books:1 等其下的一切；DENY 优先于一切允许",
        "* is any text, books has all below it, such as books:1, and DENY beats all that allows",
    ),
    "rp_condition": ("条件", "Condition"),
    "rp_condition_help": (
        "条件由应用判断：服务器原样保存并返回，附带条件的允许在这里按不允许回答。",
        "Conditions are for the application to judge: the server keeps them and gives them back, and answers no where "
        "it is allowed under a condition only.",
    ),
    "rp_below": ("部门：其下的部门也有", "Of a department: also for the departments below"),
    "rp_state": ("状态", "State"),
    "rp_on": ("有效", "Holds"),
    "rp_off": ("已停用", "Switched off"),
    "rp_switch_on": ("启用", "Switch on"),
    "rp_switch_off": ("停用", "Switch off"),
}
