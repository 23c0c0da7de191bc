"""Words of custom fields."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "fields_USER": ("用户", "Users"),
    "fields_ROLE": ("角色", "Roles"),
    "fields_GROUP": ("分组", "Groups"),
    "fields_DEPARTMENT": ("部门", "Departments"),
    "fields_none": ("还没有自定义字段", "No custom fields yet"),
    "fields_none_help": (
        "自定义字段保存内置字段之外的资料，如工号、入职日期",
        "Custom fields hold what the built-in ones do not, such as a staff number or a hiring date",
    ),
    "field_who": ("谁可以", "Who may"),
    "field_index": ("索引", "Index"),
    "field_filling": ("建立中：{done} / {total}", "Being built: {done} of {total}"),
    "field_ready": ("已建立", "Ready"),
    "field_emptying": ("正在删除", "Being removed"),
    "field_mark_unique": ("唯一", "Unique"),
    "field_mark_encrypted": ("加密", "Encrypted"),
    "field_users_edit": ("用户可修改", "Users change it"),
    "field_users_see": ("用户可见", "Users see it"),
    "field_admins_only": ("仅管理员", "Administrators only"),
    "field_not_in_forms": ("不在表单中", "Not in forms"),
    "field_acts": ("{name} 的操作", "What to do about {name}"),
    "field_up": ("上移", "Up"),
    "field_down": ("下移", "Down"),
    "field_values": ("值（无法恢复）", "Values, which cannot be brought back"),
    "field_key": ("键", "Key"),
    "field_key_help": (
        "程序中的名称，如 staffNo；之后不可更改",
        "Its name in programs, such as staffNo; this never changes",
    ),
    "field_label": ("名称", "Name"),
    "field_label_help": ("没有某种语言的名称时显示", "Shown where there is none in the reader's language"),
    "field_label_zh": ("中文名称", "Name in Chinese"),
    "field_label_en": ("英文名称", "Name in English"),
    "field_type": ("类型", "Type"),
    "field_type_help": ("之后不可更改", "This never changes"),
    "field_type_string": ("文本", "Text"),
    "field_type_number": ("数字", "Number"),
    "field_type_datetime": ("时间", "Date and time"),
    "field_type_boolean": ("是或否", "Yes or no"),
    "field_type_object": ("JSON 对象或列表", "JSON: an object or a list"),
    "field_type_enum": ("从选项中选择", "One of some values"),
    "field_option": ("选项", "Values to choose from"),
    "field_option_help": (
        "每行一个，按显示的顺序，写作“值=名称”；已有的值不会随选项改变",
        "One a line, in the order they are shown, as VALUE=NAME; values that people have stay as they are",
    ),
    "field_rules": ("校验规则（JSON）", "Rules (JSON)"),
    "field_rules_help": (
        '规则的列表，如 [{"type": "regExp", "content": "^[0-9]{4}$", "errorMessage": "须为四位数字"}]；'
        "类型有 regExp、email、phone、isNumber；已有的值不会再检查；留空则没有规则",
        'A list of rules, such as [{"type": "regExp", "content": "^[0-9]{4}$", "errorMessage": "Four digits"}]; '
        "types are regExp, email, phone and isNumber; values that are there already are not judged again; "
        "empty for none",
    ),
    "field_unique": ("值不可重复", "No two may have the same value"),
    "field_unique_help": ("仅限文本与数字，且不加密", "For texts and numbers that are not encrypted"),
    "field_indexed": ("建立索引", "Index"),
    "field_indexed_help": (
        "用户很多时，按它筛选和排序才会快；加密字段不支持",
        "Makes filtering and sorting by it fast where there are many users; not for encrypted fields",
    ),
    "field_encrypted": ("加密存储", "Store encrypted"),
    "field_encrypted_help": (
        "不能按它查找；之后不可更改",
        "It cannot be searched then; this never changes",
    ),
    "field_user_editable": ("用户可自行修改", "Users may change it themselves"),
    "field_user_visible": ("在用户中心可见", "Users see it in their own pages"),
    "field_admin_visible": ("在控制台的表单中显示", "Shown in forms of the console"),
    "field_admin_visible_help": ("不填则显示", "Shown if this is left empty"),
    "field_description": ("描述", "Description"),
    "field_description_help": ("显示在表单中该字段的下方", "Shown below the field in forms"),
}
