"""Reads the pages of docs/contract/v3, which docs/contract/README.md says how to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

ENDPOINTS = "Endpoints"
AUTHENTICATION = "Endpoints of the authentication clients"
BESIDE = "Endpoints beside the management contract"

ABSENT = frozenset({"", "null", "stays", "left out"})
SIMPLE_KINDS = frozenset({"string", "integer", "number", "boolean", "object", "any", "null"})


class ContractError(Exception):
    """What is wrong with a page, and where."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`request`: the shape of the query or body; `data`: the kind of the envelope's data; "" for none.

    `section`: the heading of its table. `node` and `python` are methods of the management clients; `clients` the
    authentication clients that call it, and `reason` why it is not built, where that is decided.
    """

    page: str
    method: str
    path: str
    request: str
    data: str
    built: bool
    node: str = ""
    python: str = ""
    section: str = ENDPOINTS
    clients: tuple[str, ...] = ()
    reason: str = ""

    @property
    def url(self) -> str:
        return self.path if self.path.startswith("/") else f"/api/v3/{self.path}"


@dataclass(frozen=True, slots=True)
class Field:
    """`absent`: one of ABSENT, or the default."""

    name: str
    kind: str
    absent: str
    note: str


@dataclass(frozen=True, slots=True)
class Shape:
    page: str
    name: str
    about: str
    base: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    page: str
    name: str
    about: str
    values: tuple[str, ...]


@dataclass(slots=True)
class Contract:
    """`titles` of the pages by name; `named`: shapes and enumerations, in the order of their pages."""

    titles: dict[str, str] = field(default_factory=dict)
    endpoints: list[Endpoint] = field(default_factory=list)
    named: dict[str, Shape | Enumeration] = field(default_factory=dict)


def read(folder: Path) -> Contract:
    """Raises ContractError."""
    contract = Contract()
    for path in sorted(folder.glob("*.md")):
        _read_page(contract, path.stem, path.read_text())
    _check_named(contract)
    _check_endpoints(contract)
    return contract


def _check_named(contract: Contract) -> None:
    """Every name is somebody's, every default is of its kind, and a shape stands below the one it continues."""
    above = set[str]()
    for named in contract.named.values():
        where = f"{named.page}.md, {named.name}"
        for name in mentions(named):
            if name not in contract.named:
                raise ContractError(f"{where}: nothing is called {name}")
        if isinstance(named, Shape) and _own_base(contract, named) not in {None, *above}:
            raise ContractError(f"{where}: {named.base} must stand above it")
        for one in named.fields if isinstance(named, Shape) else ():
            if one.absent not in ABSENT and not _is_default(contract, one):
                raise ContractError(f"{where}, {one.name}: {one.absent} is no {one.kind}")
        above.add(named.name)


def _check_endpoints(contract: Contract) -> None:
    """Every name is somebody's, and no endpoint is there twice."""
    rows = set[tuple[str, str]]()
    for row in contract.endpoints:
        where = f"{row.page}.md, {row.method} {row.path}"
        for name in names_in(f"{row.request} or {row.data}"):
            if name not in contract.named:
                raise ContractError(f"{where}: nothing is called {name}")
        if (row.method, row.url) in rows:
            raise ContractError(f"{where}: it is there twice")
        rows.add((row.method, row.url))


def _is_default(contract: Contract, one: Field) -> bool:
    """Whether what a field has when absent is of its kind. A text is in quotes, a word of an enumeration is not."""
    if one.kind == "boolean":
        return one.absent in ("true", "false")
    if one.kind == "integer":
        return one.absent.isdecimal()
    if one.kind == "string":
        return len(one.absent) > 1 and one.absent[0] == one.absent[-1] == '"'
    named = contract.named.get(one.kind)
    words = named.values if isinstance(named, Enumeration) else re.findall("`([^`]+)`", one.kind)
    return one.absent in words


def _own_base(contract: Contract, shape: Shape) -> str | None:
    """The shape of the same page that it continues."""
    return shape.base if shape.base and contract.named[shape.base].page == shape.page else None


def _read_page(contract: Contract, page: str, text: str) -> None:
    for heading, lines in _sections(text):
        level, _, name = heading.partition(" ")
        if level == "#":
            contract.titles[page] = name
        elif name in (ENDPOINTS, AUTHENTICATION, BESIDE):
            contract.endpoints += [_endpoint(page, name, cells) for cells in _table(page, lines)]
        elif level == "###":
            if name in contract.named:
                raise ContractError(f"{page}.md: {name} is already in {contract.named[name].page}.md")
            contract.named[name] = _named(page, name, lines)


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            yield heading, lines
            heading, lines = line, []
        else:
            lines.append(line)
    yield heading, lines


def _table(where: str, lines: list[str]) -> list[list[str]]:
    """The cells of each row but the head's, which says how many there are."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    for row in rows:
        if len(row) != len(rows[0]):
            raise ContractError(
                f"{where}: {len(row)} cells where the head has {len(rows[0])}: {' | '.join(row)}"
            )
    return rows[2:]


def _endpoint(page: str, section: str, cells: list[str]) -> Endpoint:
    """`POST `create-user``, its request, its data; then, but for BESIDE, whether it is built and two cells more."""
    method, _, path = cells[0].partition(" ")
    one = Endpoint(page, method, path.strip("`"), cells[1], cells[2], built=True, section=section)
    if section == BESIDE:
        return one
    built, first, second = cells[3:]
    reason = built.removeprefix("no: ") if built.startswith("no: ") and section == ENDPOINTS else ""
    if built not in ("yes", "") and not reason:
        raise ContractError(f"{page}.md, {cells[0]}: built is `yes`, nothing, or `no: ` and why, not {built}")
    one = replace(one, built=built == "yes")
    if section == ENDPOINTS:
        return replace(one, node=first, python=second, reason=reason)
    if one.built == bool(second):
        raise ContractError(f"{page}.md, {cells[0]}: a reason is given where it is not built, and only there")
    return replace(one, clients=tuple(first.split(", ")), reason=second)


def _named(page: str, name: str, lines: list[str]) -> Shape | Enumeration:
    about, base, values = list[str](), "", tuple[str, ...]()
    prose = "\n".join(line for line in lines if not line.startswith("|"))
    for paragraph in filter(None, (" ".join(part.split()) for part in prose.split("\n\n"))):
        if paragraph.startswith("One of "):
            values = tuple(re.findall(r"`([^`]+)`", paragraph))
        elif inherited := re.match(r"The fields of `(\w+)`", paragraph):
            base = inherited[1]
        else:
            about.append(paragraph)
    text = " ".join(about)
    if values:
        return Enumeration(page, name, text, values)
    fields = tuple(Field(*cells) for cells in _table(f"{page}.md, {name}", lines))
    if len({one.name for one in fields}) < len(fields):
        raise ContractError(f"{page}.md, {name}: a field is there twice")
    if not fields and not base:
        raise ContractError(f"{page}.md, {name}: neither a table nor `One of`")
    return Shape(page, name, text, base, fields)


def names_in(kind: str) -> Iterator[str]:
    """The shapes and enumerations in a kind."""
    for part in kind.split(" or "):
        part = part.strip().rstrip("[]")
        if part and part not in SIMPLE_KINDS and not part.startswith("`"):
            yield part


def mentions(named: Shape | Enumeration) -> Iterator[str]:
    if isinstance(named, Shape):
        if named.base:
            yield named.base
        for one in named.fields:
            yield from names_in(one.kind)
