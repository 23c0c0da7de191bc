"""How long a total took to count is kept with it: a slow one is shown for longer, and counted anew beside the requests.

Decision: docs/decisions/0051-kept-lists.md.
"""

UP = """
alter table kept_lists add column took_ms integer not null default 0;
comment on column kept_lists.took_ms is 'How long the total took to count.';
"""

DOWN = "alter table kept_lists drop column took_ms;"
