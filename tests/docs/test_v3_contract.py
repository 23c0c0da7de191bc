"""The pages of docs/contract/v3: the shapes are written from them, and they say what is served."""

from __future__ import annotations

import importlib
import typing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from scripts.contract import PAGES, WIRE, annotation, attribute_name, files, stale
from scripts.contract_pages import ContractError, Shape, read

from poolhouse.wire.v3.table import endpoints

PAGE = """# Dogs

## Endpoints

| endpoint | request | data | built | Node | Python |
|---|---|---|---|---|---|
| POST `create-dog` | DogDto | DogDto | yes | createDog | create_dog |

## Shapes

### DogDto

| field | kind | when absent | note |
|---|---|---|---|
| name | string | | |
| age | integer | 1 | |

### PuppyDto

The fields of `DogDto`, and:

| field | kind | when absent | note |
|---|---|---|---|
| mother | DogDto | null | |
"""


def test_the_shapes_are_what_the_pages_say() -> None:
    assert not stale(files(read(PAGES))), "run: make contract"


def test_what_is_marked_as_built_is_what_the_wire_serves() -> None:
    marked = {(row.method, row.url): (row.request, row.data) for row in read(PAGES).endpoints if row.built}
    served = {
        key: (row.request.__name__ if row.request else "", _kind(row.response))
        for key, row in endpoints().items()
        if key in marked or not row.ours
    }
    assert marked == served


def _kind(data: Any) -> str:
    """A type of Python as the pages write it."""
    if data is None:
        return ""
    if data is Any:
        return "any"
    if typing.get_origin(data) is list:
        return f"{_kind(typing.get_args(data)[0])}[]"
    name = "object" if typing.get_origin(data) is dict else data.__name__
    return {"str": "string", "bool": "boolean"}.get(name, name)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("| name | string |", "| name | strnig |", r"dogs\.md, DogDto: nothing is called strnig"),
        (
            "| DogDto | DogDto |",
            "| DogDto | CatDto |",
            r"dogs\.md, POST create-dog: nothing is called CatDto",
        ),
        (
            "| age | integer | 1 | |",
            "| age | integer | 1 |",
            r"dogs\.md, DogDto: 3 cells where the head has 4",
        ),
        ("| age | integer | 1 | |", "| name | integer | 1 | |", r"dogs\.md, DogDto: a field is there twice"),
        ("| age | integer | 1 | |", "| age | integer | old | |", r"dogs\.md, DogDto, age: old is no integer"),
        ("| name | string | |", "| name | string | nul |", r"dogs\.md, DogDto, name: nul is no string"),
        ("### PuppyDto", "### DogDto", r"dogs\.md: DogDto is already in dogs\.md"),
        ("of `DogDto`", "of `PuppyDto`", r"dogs\.md, PuppyDto: PuppyDto must stand above it"),
        (
            "| yes |",
            "| soon |",
            r"dogs\.md, POST `create-dog`: built is `yes`, nothing, or `no: ` and why, not soon",
        ),
    ],
)
def test_a_mistake_on_a_page_is_told_with_its_place(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    (tmp_path / "dogs").with_suffix(".md").write_text(PAGE.replace(right, wrong))
    with pytest.raises(ContractError, match=message):
        files(read(tmp_path))


def test_every_shape_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = read(PAGES)
    contract.endpoints = [replace(row, built=True) for row in contract.endpoints]
    package = tmp_path / "every_shape"
    package.mkdir()
    (package / "__init__.py").write_text((WIRE / "dto" / "__init__.py").read_text())
    for path, text in files(contract).items():
        (package / path.name).write_text(text.replace("poolhouse.wire.v3.dto", "every_shape"))
    monkeypatch.syspath_prepend(tmp_path)
    modules = {
        path.stem: importlib.import_module(f"every_shape.{path.stem}") for path in package.glob("[a-z]*.py")
    }
    shapes = {name: named.page for name, named in contract.named.items() if isinstance(named, Shape)}
    assert set(modules) == set(contract.titles)
    msgspec.json.schema_components([getattr(modules[page], name) for name, page in shapes.items()])


def test_only_what_is_built_is_written(tmp_path: Path) -> None:
    (tmp_path / "dogs").with_suffix(".md").write_text(PAGE)
    (module,) = (text for path, text in files(read(tmp_path)).items() if path.name == "dogs.py")
    assert "class DogDto(Dto, kw_only=True):\n    name: str\n    age: Int = 1\n" in module
    assert "PuppyDto" not in module


@pytest.mark.parametrize(
    ("kind", "python"),
    [
        ("string", "str"),
        ("UserDto[]", "list[UserDto]"),
        ("string or integer", "str | Int"),
        ("`Asc` or `Desc`", 'Literal["Asc", "Desc"]'),
        ("object or null", "dict[str, Any] | None"),
        ("UserDto[] or UserDto", "list[UserDto] | UserDto"),
        ("UserDto or RoleDto or null", "Any"),
    ],
)
def test_kinds_become_annotations(kind: str, python: str) -> None:
    assert annotation(kind) == python


@pytest.mark.parametrize(
    ("wire", "attribute"),
    [
        ("emailVerified", "email_verified"),
        ("customCSSEnabled", "custom_css_enabled"),
        ("list", "items"),
        ("zh-CN", "zh_cn"),
        ("global", "global_"),
        ("country_code2", "country_code2"),
    ],
)
def test_names_of_the_wire_become_attributes(wire: str, attribute: str) -> None:
    assert attribute_name(wire) == attribute
