"""An index for each filter of the audit log, so that what is rare is found without reading all of it.

A sign-in, which most of the log is, has two more entries, its address and its request: who acted and what on is found
by whom it was about, and sign-ins as such are found among the newest. Sizes and times:
docs/decisions/0083-filters-of-the-audit-log.md.
"""

_ORDER = "at desc, id desc"

UP = (
    f"create index concurrently audit_records_operation on each partition of audit_records "
    f"(pool_id, operation, {_ORDER}) where operation <> 'login';",
    f"create index concurrently audit_records_thing on each partition of audit_records "
    f"(pool_id, resource_type, {_ORDER}) where resource_type <> 'user';",
    f"create index concurrently audit_records_resource on each partition of audit_records "
    f"(pool_id, resource_id, {_ORDER}) where resource_id <> coalesce(user_id, '');",
    f"create index concurrently audit_records_actor on each partition of audit_records "
    f"(pool_id, actor_id, {_ORDER}) where actor_id <> coalesce(user_id, '');",
    f"create index concurrently audit_records_address on each partition of audit_records "
    f"(pool_id, ip, {_ORDER}) where ip is not null;",
    f"create index concurrently audit_records_refused on each partition of audit_records "
    f"(pool_id, {_ORDER}) where not success;",
    "create index concurrently audit_records_request on each partition of audit_records using hash (request_id);",
    "analyze audit_records;",
)

DOWN = """
drop index if exists audit_records_request;
drop index if exists audit_records_refused;
drop index if exists audit_records_address;
drop index if exists audit_records_actor;
drop index if exists audit_records_resource;
drop index if exists audit_records_thing;
drop index if exists audit_records_operation;
"""
