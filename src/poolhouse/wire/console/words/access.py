"""Words of the pages of what people may do."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "section_access": ("权限", "Access"),
    "resources": ("资源", "Resources"),
    "namespaces": ("权限空间", "Namespaces"),
    "data_resources": ("数据资源", "Data resources"),
    "search_resources": ("资源的编码或名称", "Code or name of a resource"),
    "search_namespaces": ("权限空间的编码或名称", "Code or name of a namespace"),
    "namespaceCodeList": ("权限空间", "Namespace"),
    "access_field_code": ("编码", "Code"),
    "access_field_name": ("名称", "Name"),
    "access_field_description": ("描述", "Description"),
    "access_field_type": ("类型", "Type"),
    "access_field_action": ("操作", "Actions"),
    "access_field_action_help": (
        "每行一个，写作“操作”或“操作=描述”，如 read=查看",
        "One a line, NAME or NAME=DESCRIPTION, such as read=Look at it",
    ),
    "access_field_api": ("API 的地址", "Address of the API"),
    "goes_with_it": ("以下内容连同对它们的授权一并删除：", "Goes with it, and all that is granted on it:"),
    "namespace_fixed": ("系统内置，不能删除", "Built in: it cannot be deleted"),
    "namespace_about": ("权限空间资料", "About the namespace"),
    "namespace_contents": ("其中有", "What is in it"),
    "namespace_roles": ("其中的角色（{count}）", "Roles in it ({count})"),
    "roles_hidden": ("您的角色不能查看角色", "Your roles do not let you see roles"),
    "resource_about": ("资源资料", "About the resource"),
    "resource_actions": ("操作", "Actions"),
    "resource_actions_none": (
        "没有声明操作：授权时可以写任何操作",
        "None is declared: a grant may name any",
    ),
    "resource_granted": ("授予了谁（{count}）", "Who has it ({count})"),
    "resource_granted_none": ("还没有授予任何人", "It is granted to nobody yet"),
    "target": ("授予对象", "Given to"),
    "target_user": ("用户", "user"),
    "resource_new": ("新建资源", "New resource"),
}
