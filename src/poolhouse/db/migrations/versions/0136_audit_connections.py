"""An index for how the last sign-ins by a connection failed, which its page tells.

Only a sign-in that failed at a step of a connection has an entry.
"""

UP = (
    "create index concurrently audit_records_connection on each partition of audit_records "
    "(pool_id, (detail->>'connection'), at desc, id desc) "
    "where not success and (detail->>'step') is not null and (detail->>'connection') is not null;",
    "analyze audit_records;",
)

DOWN = "drop index if exists audit_records_connection;"
