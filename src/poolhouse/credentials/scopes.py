"""What access keys and roles of administrators are limited by."""

from __future__ import annotations

FAMILIES = frozenset(
    {
        "access_keys",
        "administrators",
        "apps",
        "audit",
        "custom-database",
        "fields",
        "groups",
        "identities",
        "mail",
        "orgs",
        "posts",
        "resources",
        "roles",
        "secrets",
        "security",
        "statistics",
        "tenants",
        "users",
        "whitelist",
    }
)
"""What the operations of v3 are grouped by; each has a scope `<family>:read` and one `<family>:write`."""

SCOPES = tuple(f"{family}:{access}" for family in sorted(FAMILIES) for access in ("read", "write"))
"""Every scope there is."""
