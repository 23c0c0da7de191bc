"""What a text may hold is judged in one place, and what is put in the place of the rest passes there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import poolhouse
from poolhouse.texts import fault_of, is_storable, storable, without_nul

SOURCE = Path(poolhouse.__file__).parent
ELSEWHERE = {
    "wire/console/debugging/output.py": "shows what a script printed, where letters that cannot be are spelled out",
    "apps/redirect_uris.py": "no character of an address: all controls, blanks and quotes",
    "client/folders.py": "the line of it in a file, which imports nothing; the server judges it, too",
    "crypto/compare.py": "bytes of whatever is compared",
    "crypto/foreign_checks.py": "old programs cut a password there",
    "crypto/foreign_shapes.py": "what an old column was filled up with; what a hash's part is made of",
    "crypto/passwords.py": "bytes of whatever is typed as a password",
    "crypto/secretbox.py": "between the parts of what is authenticated",
    "crypto/transport.py": "the leading byte of a number",
    "customdb/value_sizes.py": "bytes that an answer would take, whatever it holds",
    "db/faults.py": "what the driver says of a text that came through all the same",
    "federation/providers/ldap/filters.py": "no character of a filter; how one is written in a DN",
    "fields/service.py": "no character of a key: all controls and blanks",
    "migration/import_tables.py": "what a file looks like that is read in the wrong encoding",
    "oidc/grants.py": "bytes of whatever is given as a secret",
    "oidc/service.py": "bytes of whatever is given as a secret",
    "sandbox/client.py": "bytes of a source",
    "settings_files.py": "of a file, before there is a server",
    "sandbox/process.py": "costs nothing where a frame is sound, and `storable` where not",
    "ttl_cache.py": "a place for whatever is asked for",
    "wire/json_body.py": "the bytes of a body that is not decoded yet; a JSON text inside it",
    "wire/spelling.py": "a text that is no JSON after all",
    "wire/v2/documents.py": "the bytes of a document, whose limit counts them",
}
"""Modules that speak of NUL, of halves of characters or of what to do with them, and mean something else."""
_SPOKEN = re.compile(r"[\0\ud800-\udfff]|\\x00|\\u0000|\\ud[89ab]..|surrogate(?:pass|escape)\Z")


@pytest.mark.parametrize("text", ["", "abc", "小明🐼", "\x01\n", "\ufffd"])
def test_what_postgresql_holds_stays(text: str) -> None:
    assert is_storable(text)
    assert storable(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud83d", "小\udc3c明", "\ud83d\0"])
def test_what_it_does_not_hold_is_replaced(text: str) -> None:
    assert not is_storable(text)
    assert is_storable(storable(text))


def test_why_a_text_is_not_held_is_told() -> None:
    assert fault_of("小明") is None
    assert (fault_of("a\0") or "")[1] == "contains a NUL character"
    assert (fault_of("a\ud83d") or "")[1] == "contains a lone surrogate"
    assert without_nul("a\0b\0") == "ab"


def test_no_other_module_judges_it() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if any(map(_judges, ast.walk(ast.parse(file.read_text()))))
    }
    assert found - {"texts.py"} == set(ELSEWHERE)


def _judges(node: ast.AST) -> bool:
    """A text with NUL or half of a character in it, the error of encoding one, or encoding without that error."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        return _SPOKEN.search(text) is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        return any(isinstance(arg, ast.Constant) for arg in node.args[1:]) or any(
            keyword.arg == "errors" for keyword in node.keywords
        )
    return isinstance(node, ast.Name) and node.id == "UnicodeEncodeError"
