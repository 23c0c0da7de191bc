"""What an unpublished script does: it throws its documented sentence, to the letter.

The trailing spaces and the two sentences copied from another function are the documents' own.
Source: reference/custom-database.md 1.1.
"""

from __future__ import annotations

from poolhouse.customdb.model import ScriptName

_SENTENCE = "Please implement the {} script for this database connection{}"

MESSAGES: dict[ScriptName, str] = {
    "login": _SENTENCE.format("Login", ""),
    "getUser": _SENTENCE.format("Find User", " "),
    "searchUser": _SENTENCE.format("Search User", " "),
    "createUser": _SENTENCE.format("Find User", " "),
    "updateUser": _SENTENCE.format("Find User", " "),
    "deleteUser": _SENTENCE.format("Delete Account", ""),
    "listUsers": _SENTENCE.format("List Users", ""),
    "validatePassword": _SENTENCE.format("Validate Password", ""),
}

PARAMETERS: dict[ScriptName, str] = {
    "login": "query, password, context",
    "getUser": "query, context",
    "searchUser": "keyword, context",
    "createUser": "userinfo, context",
    "updateUser": "id, updates, context",
    "deleteUser": "id, context",
    "listUsers": "page, limit, context",
    "validatePassword": "id, password, context",
}


def stub(name: ScriptName) -> str:
    """The source an editor starts with."""
    return f"async function {name}({PARAMETERS[name]}) {{\n  throw new Error('{MESSAGES[name]}');\n}}\n"
