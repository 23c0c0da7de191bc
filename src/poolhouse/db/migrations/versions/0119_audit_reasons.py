"""An index for the reason why something was refused, so that what is rare among many refusals is found at once.

A sign-in that was not refused has no entry. Sizes: docs/decisions/0083-filters-of-the-audit-log.md.
"""

UP = (
    "create index concurrently audit_records_reason on each partition of audit_records "
    "(pool_id, (left(detail->>'reason', 64)), at desc, id desc) where not success;",
    "analyze audit_records;",
)

DOWN = "drop index if exists audit_records_reason;"
