"""What is searched of users, in a narrow table of its own whose index is led by the pool.

Nobody waits: triggers keep the table from the moment it is there, and whoever was there before is noted in batches.
Older nodes search the column `search_key` of users until the last statement, which drops it.

Decision: docs/decisions/0043-searching-users.md.
"""

_TEXTS = (
    *("username", "nickname", "email", "phone", "name"),
    *("company", "given_name", "family_name", "middle_name", "profile", "preferred_username"),
)
"""The first five are what v3 looks in unless it is told."""
_OF = (*_TEXTS, "phone_key")


def _key(row: str = "") -> str:
    """The call that makes the key of a row."""
    return f"poolhouse_search_text({', '.join(row + name for name in _OF)})"


def _joined(names: tuple[str, ...]) -> str:
    return " || chr(31) || ".join(f"coalesce({name}, '')" for name in names)


def _folded(text: str) -> str:
    """A letter or digit of ASCII is followed by one of its kind or by nothing that counts as a letter. So what two of
    them are followed by can be told, and the trigrams they begin."""
    return rf"""regexp_replace(
    regexp_replace(lower(normalize({text}, nfkc)), '([a-z0-9])([^\u0001-\u007f])', '\1' || chr(30) || '\2', 'g'),
    '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])', '\1\1\1', 'g')"""


_TEXT = (
    f"{_joined(_TEXTS[:5])} || chr(31) || chr(29) || {_joined(_TEXTS[5:])} || chr(31) || chr(28) "
    "|| coalesce(phone_key, '')"
)

# Older nodes fold what they look for with poolhouse_search_key, as their column is: that stays as it is to the end.
_STRUCTURE = f"""
lock table users in share row exclusive mode;
create extension if not exists btree_gin;
create function poolhouse_search_text({", ".join(f"{name} text" for name in _OF)}) returns text
  language sql immutable parallel safe
  return {_folded(_TEXT)};

create table user_search (
  pool_id text not null,
  user_id text not null,
  created_at timestamptz not null,
  search_key text not null
);
comment on table user_search is
  'What is searched of users, folded, a field after another with chr(31) between; after chr(28) the number in E.164.';
alter table user_search alter column search_key set statistics 400;
create unique index user_search_newest on user_search (pool_id, created_at desc, user_id);

create function poolhouse_note_searched() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into user_search (pool_id, user_id, created_at, search_key)
      select pool_id, id, created_at, {_key()} from changed on conflict do nothing;
  else
    delete from user_search s using changed c
      where s.pool_id = c.pool_id and s.created_at = c.created_at and s.user_id = c.id;
  end if;
  return null;
end $$;
create trigger users_searched_in after insert on users
  referencing new table as changed for each statement execute function poolhouse_note_searched();
create trigger users_searched_out after delete on users
  referencing old table as changed for each statement execute function poolhouse_note_searched();

create function poolhouse_note_searched_anew() returns trigger language plpgsql as $$
begin
  update user_search set created_at = new.created_at, search_key = {_key("new.")}
    where pool_id = old.pool_id and created_at = old.created_at and user_id = old.id;
  return null;
end $$;
create trigger users_searched_anew after update of {", ".join(_OF)}, created_at on users for each row
  when (({", ".join(f"old.{name}" for name in _OF)}, old.created_at)
    is distinct from ({", ".join(f"new.{name}" for name in _OF)}, new.created_at))
  execute function poolhouse_note_searched_anew();
"""  # noqa: S608 -- names of columns

# `for share` waits for whoever is writing a row and reads what they wrote; whoever writes it next waits for the row of
# user_search, which their trigger then finds. Without it a name read before a change would be noted after it.
# A batch is of one pool: row locks over many are nothing that a sharding PostgreSQL takes.
_FILL = f"""
with batch as (
  select pool_id, id, created_at, {", ".join(_OF)} from users
  where pool_id = $1::jsonb ->> 0 and id > $1::jsonb ->> 1 order by id limit 2000 for share),
noted as (
  insert into user_search (pool_id, user_id, created_at, search_key)
    select pool_id, id, created_at, {_key()} from batch on conflict do nothing),
reached as (select count(*) as rows, max(id) as id from batch)
select jsonb_build_array(at.pool_id, at.id) as after, rows from reached,
  lateral (select $1::jsonb ->> 0 as pool_id, reached.id where rows > 0
    union all
    (select pool_id, '' from users where pool_id > coalesce($1::jsonb ->> 0, '') and rows = 0 order by 1 limit 1)) at;
"""  # noqa: S608 -- names of columns

_END = f"""
alter table users drop column search_key;
create or replace function poolhouse_search_key(given text) returns text
  language sql immutable parallel safe
  return {_folded("given")};
create or replace function poolhouse_search_text({", ".join(f"{name} text" for name in _OF)}) returns text
  language sql immutable parallel safe
  return poolhouse_search_key({_TEXT});
"""

UP = (
    _STRUCTURE,
    _FILL,
    # Not before the fill, whose batches would hold a pool that somebody wants to delete. Whose pool goes is deleted by
    # the trigger of their own deletion.
    "alter table user_search add foreign key (pool_id) references pools (id) on delete cascade not valid;",
    "alter table user_search validate constraint user_search_pool_id_fkey;",
    "create index concurrently user_search_text on user_search using gin (search_key gin_trgm_ops, pool_id);",
    "analyze user_search;",
    _END,
)

_OLD_SEARCH_KEY = r"""
create or replace function poolhouse_search_key(given text) returns text
  language sql immutable parallel safe
  return regexp_replace(
    lower(normalize(given, nfkc)),
    '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])', '\1\1\1', 'g');
"""

_OLD_ORDER = (
    *("username", "nickname", "email", "phone", "company", "name"),
    *("given_name", "family_name", "middle_name", "profile", "preferred_username"),
)

DOWN = f"""
lock table users in share row exclusive mode;
drop trigger if exists users_searched_anew on users;
drop trigger if exists users_searched_out on users;
drop trigger if exists users_searched_in on users;
drop function if exists poolhouse_note_searched_anew();
drop function if exists poolhouse_note_searched();
drop table if exists user_search;
drop function if exists poolhouse_search_text({", ".join("text" for _ in _OF)});
{_OLD_SEARCH_KEY}
alter table users add column if not exists search_key text not null
  generated always as (poolhouse_search_key({_joined(_OLD_ORDER)})) stored;
create index if not exists users_search on users using gin (search_key gin_trgm_ops);
drop extension if exists btree_gin;
"""
