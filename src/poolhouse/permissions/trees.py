"""The structure of a data resource: its limits, a tree taken apart into rows, and built of them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.misfits import STRING, expected, listed
from poolhouse.permissions.model import WHOLE, ExtendField, FieldType, Kind, NodeRow, Struct, TreeNode
from poolhouse.texts import EMPTY, required_text

MOST_LEVELS = 6
"""A node and five levels of children below it. Source: docs/contract/v3/permissions.md"""
MOST_NODES = 5000
MOST_ITEMS = 5000
LONGEST_CODE = 100
LONGEST_NAME = 256
LONGEST_ITEM = 512
LONGEST_TEXT = 65_536
LONGEST_VALUE = 2000

T = TypeVar("T")


def rows_of(kind: Kind, struct: Struct, fields: Sequence[ExtendField]) -> list[NodeRow]:
    """The nodes, that of the resource as such first. Raises InvalidInput and TooLarge, naming the part of `struct`."""
    rows = [NodeRow(WHOLE, 0, "")]
    match kind:
        case Kind.STRING:
            if not isinstance(struct, str):
                raise InvalidInput("struct", *expected(STRING))
            required_text(struct, "struct", LONGEST_TEXT)
        case Kind.ARRAY:
            _check_items(struct)
        case Kind.TREE:
            if isinstance(struct, str) or not all(isinstance(one, TreeNode) for one in struct):
                raise InvalidInput("struct", "应为节点列表", "expected a list of nodes")
            _flatten(struct, "", 1, {field.key: field for field in fields}, rows)  # type: ignore[arg-type]
            if len(rows) == 1:
                raise InvalidInput("struct", *EMPTY)
    return rows


def tree_of(rows: Iterable[NodeRow]) -> tuple[TreeNode, ...]:
    """The nodes of a whole tree, nested, in their order."""
    return nested(
        rows, lambda row, children: TreeNode(row.code, row.name, row.value, row.extend, tuple(children))
    )


def nested(rows: Iterable[NodeRow], build: Callable[[NodeRow, list[T]], T]) -> tuple[T, ...]:
    """`build` of every node and of what was built of its children; a node without its parent is left out."""
    below: dict[str, list[NodeRow]] = {}
    for row in sorted(rows, key=lambda row: row.position):
        if row.path != WHOLE:
            below.setdefault(row.path.rpartition("/")[0], []).append(row)

    def grow(path: str) -> list[T]:
        return [build(row, grow(row.path)) for row in below.get(path, ())]

    return tuple(grow(WHOLE))


def _check_items(struct: Struct) -> None:
    if isinstance(struct, str) or not all(isinstance(one, str) for one in struct):
        raise InvalidInput("struct", *expected(listed(STRING)))
    if not struct:
        raise InvalidInput("struct", *EMPTY)
    if len(struct) > MOST_ITEMS:
        raise TooLarge("struct", f"最多 {MOST_ITEMS} 个", f"at most {MOST_ITEMS}")
    for item in struct:
        required_text(item, "struct", LONGEST_ITEM)  # type: ignore[arg-type]


def _flatten(
    nodes: Sequence[TreeNode], above: str, level: int, fields: Mapping[str, ExtendField], rows: list[NodeRow]
) -> None:
    if nodes and level > MOST_LEVELS:
        raise TooLarge("struct.children", f"最多 {MOST_LEVELS} 层", f"at most {MOST_LEVELS} levels")
    codes, names = set[str](), set[str]()
    for node in nodes:
        required_text(node.name, "struct.name", LONGEST_NAME)
        _check_code(node.code)
        if node.code in codes or node.name in names:
            raise InvalidInput(
                "struct.code" if node.code in codes else "struct.name",
                f"同层级内重复：{node.code}",
                f"twice on one level: {node.code}",
            )
        codes.add(node.code)
        names.add(node.name)
        if node.value is not None and len(node.value) > LONGEST_VALUE:
            raise TooLarge(
                "struct.value", f"最多 {LONGEST_VALUE} 个字符", f"at most {LONGEST_VALUE} characters"
            )
        path = f"{above}/{node.code}" if above else node.code
        rows.append(NodeRow(path, len(rows), node.name, node.value, _checked_values(node, fields)))
        if len(rows) > MOST_NODES:
            raise TooLarge("struct", f"最多 {MOST_NODES} 个节点", f"at most {MOST_NODES} nodes")
        _flatten(node.children, path, level + 1, fields, rows)


def _check_code(code: str) -> None:
    required_text(code, "struct.code", LONGEST_CODE)
    if "/" in code:
        raise InvalidInput("struct.code", "不能包含 /", "must not contain /")


def _checked_values(node: TreeNode, fields: Mapping[str, ExtendField]) -> Mapping[str, str] | None:
    for key, value in (node.extend or {}).items():
        field = fields.get(key)
        if field is None:
            raise InvalidInput(
                "struct.extendFieldValue", f"未定义的字段 {key[:64]}", f"no such field: {key[:64]}"
            )
        if len(value) > LONGEST_VALUE or (field.type is FieldType.SELECT and value not in field.options):
            raise InvalidInput(
                "struct.extendFieldValue", f"字段 {key} 的值不合法", f"not a value of the field {key}"
            )
    return node.extend or None
