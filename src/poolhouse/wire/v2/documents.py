"""GraphQL documents: parsed, limited and validated once, then kept in a bounded cache.

A document is written by a stranger, so its size and shape are checked before anything whose cost depends
on them runs: tokens are counted while it is parsed, nodes by kind, fragments are measured with a memo (never
expanded), and only then is the document validated. What was refused once is refused again without looking.
"""

from __future__ import annotations

import copy
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    NameNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    parse,
    validate,
)

from poolhouse.aside import aside
from poolhouse.errors import InvalidInput, PoolhouseError, TooLarge
from poolhouse.texts import is_storable
from poolhouse.wire.v2 import faults
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v2.unknown_fields import known_literals

MAX_DEPTH = 12
MAX_FIELDS = 2_000
MAX_DEFINITIONS = 60
MAX_NAME = 128
MAX_ROOTS = 10
"""Operations one request may ask for, by aliases or not: each may hash a password or read a page."""

_TOO_MANY = "Parsing aborted"
"""What graphql-core says of a document with too many tokens, and of nothing else."""

CACHED_DOCUMENTS = 512
CACHED_BYTES = 1024 * 1024
LARGEST_CACHED_BYTES = 16 * 1024
REMEMBERED_REFUSALS = 1024


_VALUES = ("int", "float", "string", "boolean", "enum", "null", "list", "object")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may hold. `parts`: the most nodes of a kind, by the kind's name in graphql-core."""

    source_bytes: int
    tokens: int
    repeats: int
    """Fields whose response key another one of the same selection set has: validation compares each pair."""
    parts: Mapping[str, int]

    @classmethod
    def of(cls, source_bytes: int, tokens: int, repeats: int, values: int, **parts: int) -> Limits:
        each = dict.fromkeys([f"{kind}_value" for kind in _VALUES], values)
        return cls(source_bytes, tokens, repeats, {**each, "object_field": values, **parts})


ADMINISTRATORS = Limits.of(
    source_bytes=64 * 1024,
    tokens=10_000,
    repeats=50,
    values=1_000,
    variable_definition=200,
    argument=1_000,
    directive=100,
    fragment_definition=50,
    fragment_spread=200,
    inline_fragment=200,
)
OTHERS = Limits.of(
    source_bytes=8 * 1024,
    tokens=1_000,
    repeats=10,
    values=100,
    variable_definition=50,
    argument=100,
    directive=20,
    fragment_definition=10,
    fragment_spread=40,
    inline_fragment=40,
)
"""Also for strangers, whose document is read before anything else is known of them. The clients' own have
161 tokens and 18 variables at most."""


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
    """A least-recently-used cache, bounded by documents and by bytes of their source, and the last refusals."""

    def __init__(self, documents: int = CACHED_DOCUMENTS, source_bytes: int = CACHED_BYTES) -> None:
        self._cache: OrderedDict[str, Document] = OrderedDict()
        self._documents, self._source_bytes, self._held = documents, source_bytes, 0
        self._refusals: OrderedDict[tuple[bytes, int], PoolhouseError] = OrderedDict()

    def __len__(self) -> int:
        return len(self._cache)

    async def read(self, source: str, whose: str = "", limits: Limits = ADMINISTRATORS) -> Document:
        """Raises InvalidInput or TooLarge for everything that is not a valid document within the limits.

        What is not known yet is read in a thread, one document at a time for each `whose`.
        """
        document = self._cache.get(source)
        if document is not None:
            self._cache.move_to_end(source)
            return document
        key = (_digest(source), limits.source_bytes)
        if refusal := self._refusals.get(key):
            raise copy.copy(refusal)
        try:
            document = await aside(f"documents of {whose}", compile_document, source, limits)
        except PoolhouseError as error:
            self._refusals[key] = copy.copy(error)  # a copy holds no traceback, and so no request
            while len(self._refusals) > REMEMBERED_REFUSALS:
                self._refusals.popitem(last=False)
            raise
        if document.size <= LARGEST_CACHED_BYTES and source not in self._cache:
            self._cache[source] = document
            self._held += document.size
            while len(self._cache) > self._documents or self._held > self._source_bytes:
                _, dropped = self._cache.popitem(last=False)
                self._held -= dropped.size
        return document


def _digest(source: str) -> bytes:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest()


def compile_document(source: str, limits: Limits = ADMINISTRATORS) -> Document:
    try:
        size = len(source.encode())
    except UnicodeEncodeError as error:
        raise faults.invalid("lone surrogate") from error
    if size > limits.source_bytes:
        most = limits.source_bytes
        raise TooLarge("query", f"最大 {most} 字节", f"at most {most} bytes")
    try:
        node = parse(source, no_location=True, max_tokens=limits.tokens, max_comments=limits.tokens)
        names, has_objects = _census(node, limits)
        operations, fragments = _definitions(node)
        measure = _Measure(fragments, limits.repeats)
        for operation in operations.values():
            measure.operation(operation)
        original, node = node, known_literals(node) if has_objects else node
        if node is not original:
            operations, fragments = _definitions(node)
        # A variable that only an unknown field took is used nevertheless.
        problems = validate(SCHEMA, original, faults.ABOUT_USES, max_errors=3) or validate(
            SCHEMA, node, faults.RULES, max_errors=3
        )
    except GraphQLError as error:
        if _TOO_MANY in error.message:
            most = limits.tokens
            raise TooLarge(
                "query", f"最多 {most} 个词法单元", f"at most {most} tokens or comments"
            ) from error
        raise faults.invalid(faults.of_syntax(error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    if problems:
        raise faults.of_document(problems[0], node)
    return Document(node, operations, fragments, size, names)


def _census(document: DocumentNode, limits: Limits) -> tuple[frozenset[str], bool]:
    """The names of all fields, and whether any literal is an object. Raises for too many nodes of a kind, whose
    checking takes more than their number, and for strings that neither JSON nor PostgreSQL can hold.
    """
    seen: Counter[str] = Counter()
    names: set[str] = set()
    todo: list[Node] = [document]
    while todo:
        node = todo.pop()
        seen[node.kind] += 1
        if seen[node.kind] > limits.parts.get(node.kind, limits.tokens):
            what, most = node.kind.replace("_", " "), limits.parts[node.kind]
            raise TooLarge("query", f"最多 {most} 个 {what}", f"at most {most} of {what}")
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        elif isinstance(node, NameNode) and len(node.value) > MAX_NAME:
            raise TooLarge(
                "query", f"名称最长 {MAX_NAME} 个字符", f"names have at most {MAX_NAME} characters"
            )
        elif isinstance(node, StringValueNode) and not is_storable(node.value):
            raise faults.invalid("a string holds NUL or a lone surrogate")
        for key in node.keys:
            inner = getattr(node, key, None)
            if isinstance(inner, Node):
                todo.append(inner)
            elif isinstance(inner, tuple | list):
                todo.extend(item for item in inner if isinstance(item, Node))
    return frozenset(names), bool(seen[ObjectValueNode.kind])


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
        raise faults.invalid("the document holds no operation")
    return operations, fragments


class _Measure:
    """Depth and number of fields, a fragment counted wherever it is spread but walked once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode], most_repeats: int) -> None:
        self._fragments, self._most_repeats, self._repeats = fragments, most_repeats, 0
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

    def _selections(self, node: SelectionSetNode | None, around: set[str] | None = None) -> tuple[int, int]:
        """`around`: the response keys of the set that an inline fragment belongs to."""
        fields = depth = 0
        keys = set() if around is None else around
        for selection in node.selections if node else ():
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                self._repeats += key in keys
                keys.add(key)
                if self._repeats > self._most_repeats:
                    raise TooLarge("query", f"字段 {key} 重复过多", f"the field {key} is repeated too often")
                inner_fields, inner_depth = self._selections(selection.selection_set)
                inner_fields, inner_depth = inner_fields + 1, inner_depth + 1
            elif isinstance(selection, InlineFragmentNode):
                inner_fields, inner_depth = self._selections(selection.selection_set, keys)
            elif isinstance(selection, FragmentSpreadNode):
                inner_fields, inner_depth = self._fragment(selection.name.value)
            fields, depth = self._check(fields + inner_fields, max(depth, inner_depth))
        return fields, depth

    def _fragment(self, name: str) -> tuple[int, int]:
        if name in self._known:
            return self._known[name]
        if name in self._open:
            raise faults.invalid(f"fragment {name} spreads itself")
        if name not in self._fragments:
            raise faults.invalid(f"unknown fragment {name}")
        self._open.add(name)
        self._known[name] = self._selections(self._fragments[name].selection_set)
        self._open.discard(name)
        return self._known[name]


def _too_deep() -> PoolhouseError:
    return TooLarge("query", f"最多嵌套 {MAX_DEPTH} 层", f"at most {MAX_DEPTH} levels deep")
