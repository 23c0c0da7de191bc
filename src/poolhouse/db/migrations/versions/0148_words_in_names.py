"""An index of the words in the names of groups, roles and departments, folded as those of people are.

A pool of 100,000 of each was read whole for a word that few of them have: twice 100 ms, and more of departments. Sizes
and times: docs/decisions/0114-single-filters.md. The expressions are those of `poolhouse.db.postgres_words`.
"""

_KEYS = {
    "nodes": ("name", "code"),
    "groups": ("code", "name", "description"),
    "roles": ("code", "name", "description"),
}


def _key(columns: tuple[str, ...]) -> str:
    return "poolhouse_search_key(" + " || ".join(f"coalesce({one}, '') || chr(31)" for one in columns) + ")"


UP = (
    *(
        f"create index concurrently {table}_words on {table} using gin ({_key(columns)} gin_trgm_ops, pool_id);"
        for table, columns in _KEYS.items()
    ),
    *(f"analyze {table};" for table in _KEYS),
)

DOWN = "".join(f"drop index if exists {table}_words;\n" for table in _KEYS)
