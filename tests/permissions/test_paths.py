import pytest

from poolhouse.errors import InvalidInput
from poolhouse.permissions.paths import Permission, ResourcePath, permission, resource_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop/orders/read", Permission("shop", "orders", "", "read")),
        ("shop/orders/*", Permission("shop", "orders", "", "*")),
        ("/shop/files/a/b/read", Permission("shop", "files", "a/b", "read")),
    ],
)
def test_permissions(text: str, expected: Permission) -> None:
    assert permission(text, "p") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", ResourcePath("orders", "")),
        ("files/a/b", ResourcePath("files", "a/b")),
        ("/files/a", ResourcePath("files", "a")),
    ],
)
def test_resource_paths(text: str, expected: ResourcePath) -> None:
    assert resource_path(text, "r") == expected


@pytest.mark.parametrize(
    "text", ["", "/", "a/b", "a//b/c", "a/b/", "//a/b/c", "a/ /c", "a/b/\0", "x/" * 1001]
)
def test_no_permission(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        permission(text, "statementList.permissions")
    assert refusal.value.facts["field"] == "statementList.permissions"


@pytest.mark.parametrize("text", ["", "/", "a/", "a//b", "\0", "x/" * 1001 + "x"])
def test_no_resource_path(text: str) -> None:
    with pytest.raises(InvalidInput):
        resource_path(text, "resources")
