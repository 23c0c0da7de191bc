"""What an unpublished script does: it throws its documented sentence, to the letter.

The trailing spaces and the two sentences copied from another function are the documents' own.
Source: docs/contract/custom-database.md#stubs. `verifyPassword` is ours.
"""

from __future__ import annotations

from poolhouse.customdb.model import AUTH0_NAMES, ScriptName

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
    "verifyPassword": "Please implement the Verify Password script for this user pool",
    "changePassword": _SENTENCE.format("Change Password", ""),
    "verify": _SENTENCE.format("Verify", ""),
    "changeEmail": _SENTENCE.format("Change Email", ""),
    "changeUsername": _SENTENCE.format("Change Username", ""),
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
    "verifyPassword": "password, hash, salt, user, context",
}
AUTH0_PARAMETERS: dict[ScriptName, str] = {
    "login": "email, password, callback",
    "getUser": "email, callback",
    "createUser": "user, callback",
    "deleteUser": "id, callback",
    "changePassword": "email, newPassword, callback",
    "verify": "email, callback",
    "changeEmail": "email, newEmail, verified, callback",
    "changeUsername": "username, newUsername, callback",
}


def stub(name: ScriptName) -> str:
    """The source an editor starts with."""
    if name in AUTH0_NAMES:
        return (
            f"function {name}({AUTH0_PARAMETERS[name]}) {{\n  callback(new Error('{MESSAGES[name]}'));\n}}\n"
        )
    return f"async function {name}({PARAMETERS[name]}) {{\n  throw new Error('{MESSAGES[name]}');\n}}\n"
