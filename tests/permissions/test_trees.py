"""A tree taken apart and built again, and what is refused of one."""

import pytest

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.permissions.model import ExtendField, FieldType, Kind, Struct, TreeNode
from poolhouse.permissions.trees import MOST_ITEMS, MOST_LEVELS, MOST_NODES, rows_of, tree_of

COLOUR = ExtendField("colour", "Colour", FieldType.SELECT, options=("red",))


def chain(levels: int) -> TreeNode:
    node = TreeNode(f"n{levels}", "x")
    for level in range(levels - 1, 0, -1):
        node = TreeNode(f"n{level}", "x", children=(node,))
    return node


def test_a_tree_comes_back_as_it_was_sent_in_its_order() -> None:
    tree = (
        TreeNode("z", "Z", "1", {"colour": "red"}, (TreeNode("b", "B"), TreeNode("a", "A"))),
        TreeNode("a", "A"),
    )
    rows = rows_of(Kind.TREE, tree, [COLOUR])
    assert [row.path for row in rows] == ["", "z", "z/b", "z/a", "a"]
    assert tree_of(reversed(rows)) == tree


def test_the_deepest_and_the_largest_tree_are_taken() -> None:
    assert len(rows_of(Kind.TREE, (chain(MOST_LEVELS),), [])) == MOST_LEVELS + 1
    wide = tuple(TreeNode(f"n{at}", f"n{at}") for at in range(MOST_NODES - 1))
    assert len(rows_of(Kind.TREE, wide, [])) == MOST_NODES


REFUSED: dict[str, tuple[Kind, Struct, str]] = {
    "a text for a list": (Kind.ARRAY, "x", "struct"),
    "a list for a text": (Kind.STRING, ("x",), "struct"),
    "texts for a tree": (Kind.TREE, ("x",), "struct"),
    "nodes for a list": (Kind.ARRAY, (TreeNode("a", "a"),), "struct"),
    "an empty tree": (Kind.TREE, (), "struct"),
    "an empty list": (Kind.ARRAY, (), "struct"),
    "an empty text": (Kind.STRING, " ", "struct"),
    "an empty item": (Kind.ARRAY, ("a", ""), "struct"),
    "too many items": (Kind.ARRAY, ("a",) * (MOST_ITEMS + 1), "struct"),
    "a slash in a code": (Kind.TREE, (TreeNode("a/b", "a"),), "struct.code"),
    "no code": (Kind.TREE, (TreeNode("", "a"),), "struct.code"),
    "no name": (Kind.TREE, (TreeNode("a", ""),), "struct.name"),
    "a long code": (Kind.TREE, (TreeNode("a" * 101, "a"),), "struct.code"),
    "a code twice": (Kind.TREE, (TreeNode("a", "a"), TreeNode("a", "b")), "struct.code"),
    "a name twice": (Kind.TREE, (TreeNode("a", "a"), TreeNode("b", "a")), "struct.name"),
    "a long value": (Kind.TREE, (TreeNode("a", "a", "x" * 2001),), "struct.value"),
    "too deep": (Kind.TREE, (chain(MOST_LEVELS + 1),), "struct.children"),
    "too many nodes": (
        Kind.TREE,
        tuple(TreeNode(f"n{at}", f"n{at}") for at in range(MOST_NODES)),
        "struct",
    ),
    "a value of no field": (Kind.TREE, (TreeNode("a", "a", None, {"size": "1"}),), "struct.extendFieldValue"),
    "no option of the field": (
        Kind.TREE,
        (TreeNode("a", "a", None, {"colour": "blue"}),),
        "struct.extendFieldValue",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(name: str) -> None:
    kind, struct, field = REFUSED[name]
    with pytest.raises(InvalidInput) as refusal:
        rows_of(kind, struct, [COLOUR])
    assert refusal.value.facts["field"] == field
    assert isinstance(refusal.value, TooLarge) == name.startswith(("too", "a long value"))
