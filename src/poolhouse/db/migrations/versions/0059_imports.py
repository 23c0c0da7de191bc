"""People of a large import are found by search a little later: their rows of the search table are the dearest part.

The transaction that brings them in says so (`poolhouse.search_later`) and notes who waits, so that nobody is forgotten
whatever happens to the import. Until then they are in every list and can log in.

An import that comes over HTTP piece by piece is a row of user_imports with a format; what it refuses is kept beside.

Decision: docs/decisions/0050-import.md.
"""

_OF = (
    *("username", "nickname", "email", "phone", "name"),
    *("company", "given_name", "family_name", "middle_name", "profile", "preferred_username", "phone_key"),
)


def _noted(when: str) -> str:
    return f"""
create or replace function poolhouse_note_searched() returns trigger language plpgsql as $$
begin
  {when}if tg_op = 'INSERT' then
    insert into user_search (pool_id, user_id, created_at, search_key)
      select pool_id, id, created_at, poolhouse_search_text({", ".join(_OF)}) from changed on conflict do nothing;
  else
    delete from user_search s using changed c
      where s.pool_id = c.pool_id and s.created_at = c.created_at and s.user_id = c.id;
  end if;
  return null;
end $$;
"""  # noqa: S608 -- names of columns


_LATER = """if tg_op = 'INSERT' and current_setting('poolhouse.search_later', true) = 'on' then
    return null;
  els"""

UP = f"""
create table user_search_waiting (
  pool_id text not null references pools (id) on delete cascade,
  first_id text not null,
  last_id text not null,
  people integer not null,
  created_at timestamptz not null default now(),
  primary key (pool_id, first_id)
);
comment on table user_search_waiting is
  'Users from first_id to last_id, some of whom user_search does not have yet.';
{_noted(_LATER)}

alter table user_imports
  add column format text, add column ignored text[] not null default '{{}}', add column cancelled_at timestamptz;
comment on column user_imports.source is 'A file by the digest of its content, listUsers, or job: and an id.';
comment on column user_imports.format is 'Of the pieces of a job; null for what is no job.';
create unique index user_imports_one_job on user_imports (pool_id)
  where format is not null and finished_at is null and cancelled_at is null;

create table user_import_errors (
  pool_id text not null,
  source text not null,
  line bigint not null,
  field text not null,
  message text not null,
  id_in_old text,
  primary key (pool_id, source, line),
  foreign key (pool_id, source) references user_imports (pool_id, source) on delete cascade
);
comment on table user_import_errors is 'The rows that a job refused, the first of them.';
"""

DOWN = f"""
lock table users in share row exclusive mode;
{_noted("")}
insert into user_search (pool_id, user_id, created_at, search_key)
  select u.pool_id, u.id, u.created_at, poolhouse_search_text({", ".join("u." + name for name in _OF)})
  from user_search_waiting w join users u on u.pool_id = w.pool_id and u.id between w.first_id and w.last_id
  on conflict do nothing;
drop table user_search_waiting;
drop table user_import_errors;
delete from user_imports where format is not null;
drop index user_imports_one_job;
alter table user_imports drop column format, drop column ignored, drop column cancelled_at;
comment on column user_imports.source is 'A file by the digest of its content, or listUsers.';
"""  # noqa: S608 -- names of columns
