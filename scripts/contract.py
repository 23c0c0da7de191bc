"""Writes the shapes of the v3 wire from the pages of docs/contract/v3. `make contract`; `--check` only compares.

Of all pages together are made

* src/poolhouse/wire/v3/dto/<page>.py: the enumerations and shapes that an endpoint marked as built needs,
* src/poolhouse/wire/v3/contract.json: the endpoints of the official management clients, built or not,
* src/poolhouse/wire/v3/authentication.json: those of the authentication clients,
* src/poolhouse/wire/v3/fields.json: what every field is, of docs/contract/fields.md.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts import contract_fields
from scripts.contract_pages import (
    AUTHENTICATION,
    ENDPOINTS,
    Contract,
    ContractError,
    Enumeration,
    Field,
    Shape,
    mentions,
    names_in,
    read,
)

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs/contract/v3"
WIRE = ROOT / "src/poolhouse/wire/v3"

KINDS = {
    "string": "str",
    "integer": "Int",
    "number": "float",
    "boolean": "bool",
    "object": "dict[str, Any]",
    "any": "Any",
    "null": "None",
}
POSITIONAL = frozenset({"UserDto"})
"""Built by position in `wire/v3`, for lists are made of them."""
LINE = 110


def files(contract: Contract) -> dict[Path, str]:
    """What `make contract` writes: the text of each file."""
    needed = _needed(contract)
    modules = dict[Path, str]()
    for page, title in contract.titles.items():
        here = [named for name, named in contract.named.items() if named.page == page and name in needed]
        if here:
            modules[WIRE / "dto" / f"{page}.py"] = _module(contract, page, title, here)
    rows = contract.endpoints
    return {
        WIRE / "contract.json": _json(
            [row.method, row.url, row.page, row.node, row.python, row.reason]
            for row in rows
            if row.section == ENDPOINTS
        ),
        WIRE / "authentication.json": _json(
            [row.method, row.url, list(row.clients), row.reason]
            for row in rows
            if row.section == AUTHENTICATION
        ),
        **_formatted(modules),
    }


def _needed(contract: Contract) -> set[str]:
    """The names that endpoints that are built come to."""
    needed = set[str]()
    waiting = [
        name for row in contract.endpoints if row.built for name in names_in(f"{row.request} or {row.data}")
    ]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += mentions(contract.named[name])
    return needed


def _json(rows: Iterable[list[Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def _module(contract: Contract, page: str, title: str, here: list[Shape | Enumeration]) -> str:
    body = "\n".join(_alias(named) if isinstance(named, Enumeration) else _struct(named) for named in here)
    return f'''"""{title}. Source: docs/contract/v3/{page}.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

{_imports(contract, page, here, body)}

{body}'''


def _imports(contract: Contract, page: str, here: list[Shape | Enumeration], body: str) -> str:
    """In three groups, as ruff sorts them."""
    used = {name for named in here for name in mentions(named)}
    ours = [_import("poolhouse.wire.v3.dto", ("Dto", "Int", "Maybe"), body)]
    for other in sorted({contract.named[name].page for name in used} - {page}):
        names = tuple(sorted(name for name in used if contract.named[name].page == other))
        ours.append(_import(f"poolhouse.wire.v3.dto.{other}", names, body))
    groups = [
        _import("typing", ("Any", "Literal"), body),
        _import("msgspec", ("UNSET", "UnsetType", "field"), body),
        "\n".join(filter(None, ours)),
    ]
    return "\n\n".join(filter(None, groups))


def _import(module: str, names: tuple[str, ...], body: str) -> str:
    """A field may be called `field`: that is no use of the name."""
    used = [name for name in names if re.search(rf"\b{name}\b(?!:)", body)]
    return f"from {module} import {', '.join(used)}" if used else ""


def _alias(named: Enumeration) -> str:
    about = f'"""{named.about}"""\n' if named.about else ""
    return f"{named.name} = {_literal(named.values)}\n{about}"


def _struct(shape: Shape) -> str:
    options = "" if shape.name in POSITIONAL else ", kw_only=True"
    lines = [f"class {shape.name}({shape.base or 'Dto'}{options}):"]
    if shape.about:
        lines += textwrap.wrap(
            f'"""{shape.about}"""', LINE, initial_indent=" " * 4, subsequent_indent=" " * 4
        )
        if len(lines) > 2:
            lines[-1] = lines[-1].removesuffix('"""')
            lines.append('    """')
        lines.append("")
    for one in shape.fields:
        lines += _field(one)
    if not shape.fields:
        lines.append("    pass")
    return "\n".join(lines) + "\n\n"


def _field(one: Field) -> list[str]:
    kind = annotation(one.kind)
    default = None
    match one.absent:
        case "":
            pass
        case "null":
            default = "None"
            kind = kind if kind == "Any" else f"{kind} | None"
        case "stays":
            default = "UNSET"
            kind = "Any | UnsetType" if kind == "Any" else f"Maybe[{kind}]"
        case "left out":
            default = "UNSET"
            kind = f"{kind} | UnsetType"
        case given:
            default = _default(one, given)
    attribute = attribute_name(one.name)
    statement = f"    {attribute}: {kind}"
    if _camel(attribute) != one.name:
        value = f", default={default}" if default is not None else ""
        statement += f' = field(name="{one.name}"{value})'
    elif default is not None:
        statement += f" = {default}"
    if not one.note:
        return [statement]
    if len(statement) + len(one.note) + 4 > LINE:
        return [f"    # {one.note}", statement]
    return [f"{statement}  # {one.note}"]


def annotation(kind: str) -> str:
    """`UserDto[]`, `string or null`, `` `Asc` or `Desc` `` as Python writes them.

    Either of two shapes is Any, for msgspec cannot tell which of them it reads.
    """
    if len(set(names_in(kind))) > 1:
        return "Any"
    parts = kind.split(" or ")
    values = tuple(part.strip("`") for part in parts if part.startswith("`"))
    others = [_plain(part) for part in parts if not part.startswith("`")]
    return " | ".join([_literal(values), *others] if values else others)


def _plain(kind: str) -> str:
    if kind.endswith("[]"):
        return f"list[{_plain(kind[:-2])}]"
    return KINDS.get(kind, kind)


def _literal(values: tuple[str, ...]) -> str:
    return f"Literal[{', '.join(json.dumps(value) for value in values)}]"


def _default(one: Field, given: str) -> str:
    if one.kind == "boolean":
        return given.title()
    return given if one.kind in ("integer", "string") else json.dumps(given)


def attribute_name(wire: str) -> str:
    """`emailVerified` is `email_verified`, `list` is `items`, `zh-CN` is `zh_cn`, `global` is `global_`."""
    if wire == "list":
        return "items"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wire.replace("-", "_"))
    name = words.lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def _camel(attribute: str) -> str:
    """What `rename="camel"` makes of it."""
    first, *others = attribute.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def _formatted(modules: dict[Path, str]) -> dict[Path, str]:
    with TemporaryDirectory() as folder:
        copies = {path: Path(folder) / path.name for path in modules}
        for path, copy in copies.items():
            copy.write_text(modules[path])
        ruff = [
            sys.executable,
            "-m",
            "ruff",
            "format",
            "--quiet",
            "--config",
            str(ROOT / "pyproject.toml"),
            folder,
        ]
        subprocess.run(ruff, check=True)
        return {path: copy.read_text() for path, copy in copies.items()}


def stale(texts: dict[Path, str]) -> list[Path]:
    """The files that are not what the pages say: other, missing, or of no page."""
    written = {path for path in (WIRE / "dto").glob("*.py") if path.name != "__init__.py"}
    differing = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
    return sorted([*differing, *(written - texts.keys())])


def main() -> int:
    try:
        texts = {**files(read(PAGES)), contract_fields.WRITTEN: contract_fields.text()}
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    old = stale(texts)
    if "--check" in sys.argv:
        for path in old:
            print(f"{path.relative_to(ROOT)} is not what docs/contract says: make contract", file=sys.stderr)
        return 1 if old else 0
    for path in old:
        if path in texts:
            path.write_text(texts[path])
        else:
            path.unlink()
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
