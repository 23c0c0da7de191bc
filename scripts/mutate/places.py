"""What is mutated, and by which tests it is judged."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".mutate"

JUDGES = {
    "login": (
        "tests/login",
        "tests/mfa",
        *(f"tests/wire/v2/test_{name}.py" for name in ("authentication", "refused_sign_ins", "abuse")),
        *(f"tests/wire/v3/test_{name}.py" for name in ("signin", "lockout", "own_acts")),
        *(f"tests/oidc/test_{name}.py" for name in ("flows", "mailed_links")),
    ),
    "credentials": (
        "tests/credentials",
        "tests/sessions",
        *(f"tests/wire/v3/test_{name}.py" for name in ("signature", "engine", "secrets")),
        "tests/wire/v2/test_access.py",
        "tests/wire/test_endings.py",
    ),
    "sandbox": ("tests/sandbox",),
    "directory": (
        "tests/users",
        *(
            f"tests/customdb/test_{name}.py"
            for name in (
                *("directories", "scripted_queries", "migration", "states", "belongings", "spellings"),
                *("one_spelling", "profile_names", "password_function", "auth0", "auth0_templates"),
            )
        ),
        "tests/db/test_upgrading_names.py",
        "tests/wire/v2/test_users.py",
        *(
            f"tests/wire/v3/test_{name}.py"
            for name in ("users", "users_filter", "custom_user_store_lists", "customdb_auth0")
        ),
    ),
    "crypto": ("tests/crypto",),
}
"""The nearest first: of the tests that run a line, those are tried before the others."""


def record_of(package: str) -> Path:
    return WORK / f"record-{package}.json"
