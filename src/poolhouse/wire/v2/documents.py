"""GraphQL documents: parsed, limited and validated once, then kept in a bounded cache.

A document is written by a stranger, so its size and shape are checked before anything whose cost depends
on them runs: fragments are measured with a memo (never expanded), and only then is the document validated.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from poolhouse.errors import InvalidInput, PoolhouseError, TooLarge
from poolhouse.wire.v2 import faults
from poolhouse.wire.v2.schema import SCHEMA

MAX_DOCUMENT_BYTES = 64 * 1024
MAX_DEPTH = 12
MAX_FIELDS = 2_000
MAX_SAME_KEY = 100
"""Fields of one response key in one selection set: validation compares each pair of them."""
MAX_DEFINITIONS = 100
MAX_ROOTS = 10
"""Operations one request may ask for, by aliases or not: each may hash a password or read a page."""

CACHED_DOCUMENTS = 512
CACHED_BYTES = 1024 * 1024
LARGEST_CACHED_BYTES = 16 * 1024


@dataclass(slots=True)
class Document:
    """A valid document. `names` are those of all its fields. `plans` belongs to plans.py and lives as long as
    the document stays cached.
    """

    node: DocumentNode
    operations: dict[str, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    size: int
    names: frozenset[str] = frozenset()
    plans: dict[Any, Any] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        if name:
            if name not in self.operations:
                raise InvalidInput("operationName", "文档中没有该操作", "no such operation in the document")
            return self.operations[name]
        if len(self.operations) != 1:
            raise InvalidInput("operationName", "文档中有多个操作", "the document has several operations")
        return next(iter(self.operations.values()))


class Documents:
    """A least-recently-used cache, bounded by documents and by bytes of their source."""

    def __init__(self, documents: int = CACHED_DOCUMENTS, source_bytes: int = CACHED_BYTES) -> None:
        self._cache: OrderedDict[str, Document] = OrderedDict()
        self._documents, self._source_bytes, self._held = documents, source_bytes, 0

    def __len__(self) -> int:
        return len(self._cache)

    def read(self, source: str) -> Document:
        """Raises InvalidInput or TooLarge for everything that is not a valid document within the limits."""
        document = self._cache.get(source)
        if document is not None:
            self._cache.move_to_end(source)
            return document
        document = compile_document(source)
        if document.size <= LARGEST_CACHED_BYTES:
            self._cache[source] = document
            self._held += document.size
            while len(self._cache) > self._documents or self._held > self._source_bytes:
                _, dropped = self._cache.popitem(last=False)
                self._held -= dropped.size
        return document


def compile_document(source: str) -> Document:
    try:
        size = len(source.encode())
    except UnicodeEncodeError as error:
        raise _invalid("lone surrogate") from error
    if size > MAX_DOCUMENT_BYTES:
        raise TooLarge("query", f"最大 {MAX_DOCUMENT_BYTES} 字节", f"at most {MAX_DOCUMENT_BYTES} bytes")
    try:
        node = parse(source, no_location=True)
        operations, fragments = _definitions(node)
        for operation in operations.values():
            _Measure(fragments).operation(operation)
        literals = _Literals()
        visit(node, literals)
        problems = validate(SCHEMA, node, faults.RULES, max_errors=3)
    except GraphQLError as error:
        raise _invalid(faults.of_syntax(error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    if problems:
        raise _invalid(faults.of_document(problems[0], node))
    return Document(node, operations, fragments, size, frozenset(literals.names))


def _definitions(
    node: DocumentNode,
) -> tuple[dict[str, OperationDefinitionNode], dict[str, FragmentDefinitionNode]]:
    if len(node.definitions) > MAX_DEFINITIONS:
        raise TooLarge("query", f"最多 {MAX_DEFINITIONS} 个定义", f"at most {MAX_DEFINITIONS} definitions")
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for definition in node.definitions:
        match definition:
            case OperationDefinitionNode():
                operations[definition.name.value if definition.name else ""] = definition
            case FragmentDefinitionNode():
                fragments[definition.name.value] = definition
    if not operations:
        raise _invalid("the document holds no operation")
    return operations, fragments


class _Measure:
    """Depth and number of fields, a fragment counted wherever it is spread but walked once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()

    def operation(self, node: OperationDefinitionNode) -> None:
        self._check(*self._selections(node.selection_set))
        if self._roots(node.selection_set) > MAX_ROOTS:
            raise TooLarge("query", f"最多 {MAX_ROOTS} 个操作", f"at most {MAX_ROOTS} operations at once")

    def _roots(self, node: SelectionSetNode) -> int:
        """Of a set measured before, so its fragments exist and end."""
        total = 0
        for selection in node.selections:
            if isinstance(selection, InlineFragmentNode):
                total += self._roots(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._roots(self._fragments[selection.name.value].selection_set)
            else:
                total += 1
        return total

    def _check(self, fields: int, depth: int) -> tuple[int, int]:
        if depth > MAX_DEPTH:
            raise _too_deep()
        if fields > MAX_FIELDS:
            raise TooLarge("query", f"最多 {MAX_FIELDS} 个字段", f"at most {MAX_FIELDS} fields")
        return fields, depth

    def _selections(self, node: SelectionSetNode | None) -> tuple[int, int]:
        fields = depth = 0
        same: dict[str, int] = {}
        for selection in node.selections if node else ():
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                same[key] = same.get(key, 0) + 1
                if same[key] > MAX_SAME_KEY:
                    raise TooLarge("query", f"字段 {key} 重复过多", f"the field {key} is repeated too often")
                inner_fields, inner_depth = self._selections(selection.selection_set)
                inner_fields, inner_depth = inner_fields + 1, inner_depth + 1
            elif isinstance(selection, InlineFragmentNode):
                inner_fields, inner_depth = self._selections(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                inner_fields, inner_depth = self._fragment(selection.name.value)
            fields, depth = self._check(fields + inner_fields, max(depth, inner_depth))
        return fields, depth

    def _fragment(self, name: str) -> tuple[int, int]:
        if name in self._known:
            return self._known[name]
        if name in self._open:
            raise _invalid(f"fragment {name} spreads itself")
        if name not in self._fragments:
            raise _invalid(f"unknown fragment {name}")
        self._open.add(name)
        self._known[name] = self._selections(self._fragments[name].selection_set)
        self._open.discard(name)
        return self._known[name]


class _Literals(Visitor):
    """String literals may spell characters that neither JSON nor PostgreSQL can hold."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.names.add(node.name.value)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in node.value):
            raise _invalid("a string holds NUL or a lone surrogate")


def _invalid(detail: str) -> PoolhouseError:
    return InvalidInput("query", f"GraphQL 文档无效：{detail}", f"invalid GraphQL document: {detail}")


def _too_deep() -> PoolhouseError:
    return TooLarge("query", f"最多嵌套 {MAX_DEPTH} 层", f"at most {MAX_DEPTH} levels deep")
