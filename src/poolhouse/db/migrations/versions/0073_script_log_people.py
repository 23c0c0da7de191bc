"""Whom a call of a script was about, and an index that has all the log is filtered by.

A pool keeps 100,000 rows of it at most (0012, pruned every hour), each with what the script said: a page is looked for
in the index, and only its own rows are read.
"""

UP = (
    """
    alter table custom_script_logs add column script_user_id text;
    comment on column custom_script_logs.script_user_id is
      'Whom the call was about, as the scripts call them, where its arguments or its answer say so.';
    """,
    """
    create index concurrently custom_script_logs_read on custom_script_logs (pool_id, at desc, id desc)
      include (name, outcome, duration_ms, request_id, script_user_id);
    """,
    "drop index concurrently if exists custom_script_logs_newest;",
)

DOWN = """
create index custom_script_logs_newest on custom_script_logs (pool_id, at desc, id);
drop index if exists custom_script_logs_read;
alter table custom_script_logs drop column if exists script_user_id;
"""
