"""The commands about custom fields."""

from __future__ import annotations

from poolhouse.client.custom_fields import LABELS, set_field
from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.special import one_of_list
from poolhouse.client.table_directory import DELETED

KINDS = ("USER", "ROLE", "GROUP", "DEPARTMENT")
TYPES = ("STRING", "NUMBER", "DATETIME", "BOOLEAN", "ENUM", "OBJECT")
FIELDS = (
    Column("key", "key"),
    Column("type", "dataType"),
    Column("label", "label"),
    Column("unique", "isUnique"),
    Column("indexed", "indexed"),
    Column("index", "indexProgress.state"),
    Column("done", "indexProgress.done"),
    Column("total", "indexProgress.total"),
    Column("description", "description"),
)
KEY = Arg("KEY", "list.key", ("字段的键", "the field's key"), needed=True)
OF = Arg(
    "--of",
    "list.targetType",
    ("谁的字段，默认 USER", "whose field; USER if absent"),
    choices=KINDS,
    default="USER",
)
OF_THESE = OF._replace(to="targetType")
_SHOWN = {"zh-CN": ("中文名称", "display name in Chinese"), "en-US": ("英文名称", "display name in English")}
COMMANDS = (
    Command(
        "field list",
        ("列出自定义字段", "Lists the custom fields of users, or of roles, groups or departments."),
        "GET get-custom-fields",
        (OF_THESE,),
        Table(FIELDS, ""),
    ),
    Command(
        "field set",
        ("定义或修改自定义字段", "Creates or changes a custom field."),
        "POST set-custom-fields",
        (
            KEY,
            OF,
            Arg("--label", "list.label", ("显示的名称", "display name")),
            *(Arg(f"--label-{lang[:2]}", f"list.i18n.label.{lang}.value", _SHOWN[lang]) for lang in LABELS),
            Arg("--type", "list.dataType", ("数据类型", "type of its values"), choices=TYPES),
            Arg("--description", "list.description", ("描述", "what it is for")),
            Arg(
                "--option",
                "list.options",
                (
                    "可选值，写作“值=名称”，按顺序可多次；给出后替换全部",
                    "a value to choose from, VALUE=LABEL, in order; may be given again and replaces all there were",
                ),
                "list",
            ),
            Arg(
                "--rules",
                "list.validateRules",
                (
                    "JSON 文件，- 为标准输入：值必须符合的规则的列表，给出后替换全部",
                    "a JSON file, - for standard input: the list of rules that values keep; replaces all there were",
                ),
                "json",
            ),
            Arg("--unique", "list.isUnique", ("值不可重复", "whether values must be unique"), "yes"),
            Arg(
                "--indexed",
                "list.indexed",
                ("为列表建立索引", "whether an index speeds up filtering and sorting by it"),
                "yes",
            ),
            Arg(
                "--encrypted",
                "list.encrypted",
                ("加密存储，之后不可更改", "whether it is stored encrypted; this never changes"),
                "yes",
            ),
            Arg(
                "--user-editable",
                "list.userEditable",
                ("用户可自行修改", "whether users may change it"),
                "yes",
            ),
            Arg(
                "--user-visible",
                "list.visibleInUserCenter",
                ("用户可见", "whether users see it"),
                "yes",
            ),
            Arg(
                "--admin-visible",
                "list.visibleInAdminConsole",
                ("在控制台的用户表单中显示", "whether forms of the console show it"),
                "yes",
            ),
        ),
        Table(FIELDS, ""),
        act=set_field,
    ),
    Command(
        "field order",
        (
            "排列自定义字段：先是这些，其余在后",
            "Places these custom fields first, in this order; the others behind them.",
        ),
        "POST order-custom-fields",
        (Arg("KEY...", "keys", ("字段的键", "the fields' keys"), needed=True), OF_THESE),
        Table(FIELDS, ""),
    ),
    Command(
        "field usage",
        ("统计自定义字段的值", "Counts the values of a custom field."),
        "GET get-custom-field-usage",
        (KEY._replace(to="key"), OF_THESE),
        Facts((Column("key", "key"), Column("values", "valuesCount"))),
    ),
    Command(
        "field delete",
        ("删除自定义字段及其所有值", "Deletes a custom field with all its values."),
        "POST delete-custom-fields",
        (KEY, OF),
        DELETED,
        asks=("删除这个字段及所有人的值？", "Delete this field and all its values?"),
        act=one_of_list,
    ),
)
