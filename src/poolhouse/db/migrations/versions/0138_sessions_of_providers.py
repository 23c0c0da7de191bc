"""By what an identity source calls a sign-in the session that it opened, so that the source may say that it is over.

Decision: docs/decisions/0109-single-sign-out.md.
"""

UP = (
    """
alter table sessions add column upstream bytea;
comment on column sessions.upstream is
  'Digest of what an identity source calls the sign-in that opened it: null where it says nothing of its end.';
""",
    "create index concurrently sessions_upstream on sessions (pool_id, upstream) where upstream is not null;",
)

DOWN = """
drop index if exists sessions_upstream;
alter table sessions drop column if exists upstream;
"""
