"""What Citus refuses of a statement on distributed tables, as far as the text shows it.

Each rule was tried on Citus 14 (docs/operations/scaling.md). The planner looks at parse trees and these look at
text, so they know no types: what cannot be seen is that a comparison or a cast is of a kind that is not immutable.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Set

from tests.db.statements import Statement

Rule = Callable[[Statement, Set[str]], bool]

_CALL = re.compile(r"\b([a-z_]+)\s*\(")
_MOMENT = re.compile(r"\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b")
# A day has 24 hours or not, as the time zone says, so PostgreSQL calls any sum of a time and an interval stable.
_INTERVAL = r"[+-]\s*(?:make_interval\b|interval\s*'|\$\d+::interval)"

_TABLE = re.compile(r"\b(?:(?:from|join|using)(?!\s+\w+[.(])|insert into|(?<!do )update)\s+(\w+)")


def violations(statement: Statement, mutable: Set[str]) -> set[str]:
    """The names of the rules it breaks. `mutable`: all functions that are stable or volatile."""
    return {name for name, breaks in RULES.items() if breaks(statement, mutable)}


def _mutable_in_do_update(statement: Statement, mutable: Set[str]) -> bool:
    return any(
        _is_mutable(clause, mutable) or re.search(_INTERVAL, clause)
        for clause in _clauses(statement.filled, r"\bdo update\s+set\b", ends="returning")
    )


def _mutable_in_case(statement: Statement, mutable: Set[str]) -> bool:
    """Of an UPDATE. What it sets may stand beside it in its function, and be put in."""
    changed = _updates(statement.filled)
    if any("{" in clause for clause in changed):
        changed = [statement.whole]
    return any(_is_mutable(term, mutable) for clause in changed for term in _cases(clause))


def _mutable_in_returning(statement: Statement, mutable: Set[str]) -> bool:
    return any(_is_mutable(clause, mutable) for clause in _clauses(statement.filled, r"\breturning\b"))


def _volatile_in_update(statement: Statement, mutable: Set[str]) -> bool:
    changed = _updates(statement.filled)
    return any(re.search(r"\b(clock_timestamp|random|gen_random_uuid|nextval)\s*\(", one) for one in changed)


def _interval_after_a_column(statement: Statement, mutable: Set[str]) -> bool:
    changed = [*_updates(statement.filled), *_clauses(statement.filled, r"\bdelete from\b", ends="returning")]
    return any(re.search(r"[a-z_]\s*" + _INTERVAL, one) for one in changed)


def _subquery_in_insert(statement: Statement, mutable: Set[str]) -> bool:
    """Anywhere but in INSERT ... SELECT."""
    places = r"\bdo update\s+set\b", r"\breturning\b", r"\bvalues\b"
    return any(
        re.search(r"\(\s*select\b", clause)
        for insert in _clauses(statement.filled, r"\binsert into\b")
        for place in places
        for clause in _clauses(insert, place)
    )


def _parameter_after_insert_select(statement: Statement, mutable: Set[str]) -> bool:
    return any(
        not re.search(r"\bvalues\s*\(", insert) and re.search(r"\bdo update\s+set\b.*\$\d", insert, re.DOTALL)
        for insert in _clauses(statement.filled, r"\binsert into\b")
    )


def _insert_select(statement: Statement, mutable: Set[str]) -> bool:
    """Run as COPY, which forgets the SQLSTATE of a violation."""
    return any(
        re.search(r"\bselect\b", insert) and not re.search(r"\bvalues\s*\(|\bon conflict\b", insert)
        for insert in _clauses(statement.filled, r"\binsert into\b")
    )


def _case_of_a_value(statement: Statement, mutable: Set[str]) -> bool:
    """Sent on as `case ... when null::boolean`: what it compares with is evaluated before there is a row."""
    changed = [*_updates(statement.filled), *_clauses(statement.filled, r"\binsert into\b[^;]*?\bvalues\b")]
    return any(re.search(r"\bcase\s+(?!when\b)", one) for one in changed)


def _element_set(statement: Statement, mutable: Set[str]) -> bool:
    """Takes the server down (signal 11): Citus takes what is read for an assignment to the element."""
    return any(re.search(r"(?:^|,)\s*\w+\s*=\s*[\w$.()]+\[", one) for one in _updates(statement.filled))


def _insert_of_what_changed(statement: Statement, mutable: Set[str]) -> bool:
    """Refused as "attempted to lock invisible tuple", or "missing data for column". A part put in may change rows."""
    changing = re.findall(r"\b(\w+)\s+as\s+\(\s*(?:insert into|update|delete from|\{)", statement.filled)
    return any(
        re.search(rf"\b(?:from|join)\s+{name}\b", insert)
        for insert in _clauses(statement.filled, r"\binsert into\b")
        for name in changing
    )


def _no_columns(statement: Statement, mutable: Set[str]) -> bool:
    return re.search(r"\bselect\s+from\b", statement.filled) is not None


def _limit_for_each(statement: Statement, mutable: Set[str]) -> bool:
    """Of a LATERAL, by what a CTE or a function has beside it, unless each table says which pool. A table may stand
    there."""
    text = statement.filled
    common = set(re.findall(r"\b(\w+)\s+as\s+(?:materialized\s+)?\(", text))
    for found in re.finditer(r"\bfrom\b((?:[^()]|\([^()]*\))*?)\blateral\s*\(", text):
        each = _until_closed(text, found.end(), None)
        beside = re.findall(
            r"(?:^|\bjoin)\s+(\w+)(\([^()]*\))?(?:\s+(?!cross\b|join\b|left\b)(\w+))?", found[1]
        )
        names = [alias or name for name, called, alias in beside if called or name in common]
        if re.search(r"\blimit\b", each) and any(re.search(rf"\b{name}\.", each) for name in names):
            joined = re.search(r"\bpool_id = \w+\.pool_id\b", text[found.end() + len(each) :])
            return joined is not None or not _is_of_one_pool(statement)
    return False


def _locks_over_pools(statement: Statement, mutable: Set[str]) -> bool:
    locks = re.search(r"\bfor (no key )?(update|(key )?share)\b", statement.filled)
    return locks is not None and not _is_of_one_pool(statement)


def _recursion_over_pools(statement: Statement, mutable: Set[str]) -> bool:
    return "with recursive" in statement.filled and not _is_of_one_pool(statement)


RULES: dict[str, Rule] = {
    "a function in DO UPDATE that is not immutable": _mutable_in_do_update,
    "a function in CASE or COALESCE of an UPDATE that is not immutable": _mutable_in_case,
    "a function in RETURNING that is not immutable": _mutable_in_returning,
    "a volatile function in UPDATE": _volatile_in_update,
    "an interval added to a column in UPDATE or DELETE": _interval_after_a_column,
    "CASE of a value in INSERT or UPDATE": _case_of_a_value,
    "an element of an array that an UPDATE sets": _element_set,
    "a subquery in INSERT": _subquery_in_insert,
    "a parameter in the DO UPDATE of INSERT ... SELECT": _parameter_after_insert_select,
    "INSERT ... SELECT without ON CONFLICT": _insert_select,
    "INSERT ... SELECT of what the same statement changes": _insert_of_what_changed,
    "SELECT FROM without columns": _no_columns,
    "LIMIT for each row of a CTE or a function": _limit_for_each,
    "row locks over many pools": _locks_over_pools,
    "recursion over many pools": _recursion_over_pools,
}


def mixes_what_changed(body: str, *changed: str | None) -> bool:
    """Whether a statement of a trigger reads one of the tables `changed` that hold what it is about, and another table:
    "executor could not find named tuplestore". Without the other one it is taken."""
    for statement in re.split(r";|\bloop\b|\bthen\b", body):
        tables = set(_TABLE.findall(statement))
        if tables & {*changed} and tables - {*changed}:
            return True
    return False


def _is_of_one_pool(statement: Statement) -> bool:
    return re.search(r"\bpool_id = \$\d", statement.filled) is not None


def _is_mutable(text: str, mutable: Set[str]) -> bool:
    return _MOMENT.search(text) is not None or not mutable.isdisjoint(_CALL.findall(text))


def _updates(text: str) -> list[str]:
    """From the SET to the end of each UPDATE that is one of its own; RETURNING has a rule of its own."""
    return _clauses(
        text, r"(?<!\bdo )\bupdate\s+(?:only\s+)?[a-z_]+(?:\s+(?:as\s+)?[a-z_]+)?\s+set\b", ends="returning"
    )


def _clauses(text: str, opening: str, *, ends: str | None = None) -> list[str]:
    """What follows each `opening`, as far as its parentheses go or the word `ends`."""
    return [_until_closed(text, found.end(), ends) for found in re.finditer(opening, text)]


def _until_closed(text: str, start: int, ends: str | None) -> str:
    depth = 0
    for found in re.finditer(r"[()]|\b[a-z_]+\b", text[start:]):
        word = found[0]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and word == ends):
            return text[start : start + found.start()]
    return text[start:]


def _cases(text: str) -> Iterator[str]:
    """The inside of every COALESCE and CASE."""
    yield from _clauses(text, r"\bcoalesce\s*\(")
    for found in re.finditer(r"\bcase\b", text):
        depth = 1
        for word in re.finditer(r"\b(case|end)\b", text[found.end() :]):
            depth += 1 if word[0] == "case" else -1
            if depth == 0:
                yield text[found.end() : found.end() + word.start()]
                break


def reads(function: ast.AST, attribute: str) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == attribute for node in ast.walk(function))
