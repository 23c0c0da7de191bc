"""What is searched of users, in a narrow table of its own whose index is led by the pool."""

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


# A letter or digit of ASCII is followed by one of its kind or by nothing that counts as a letter. So what two of them
# are followed by can be told, and the trigrams they begin.
_SEARCH_KEY = r"""
create or replace function poolhouse_search_key(given text) returns text
  language sql immutable parallel safe
  return regexp_replace(
    regexp_replace(lower(normalize(given, nfkc)), '([a-z0-9])([^\u0001-\u007f])', '\1' || chr(30) || '\2', 'g'),
    '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])', '\1\1\1', 'g');
"""

_OLD_SEARCH_KEY = r"""
create or replace function poolhouse_search_key(given text) returns text
  language sql immutable parallel safe
  return regexp_replace(
    lower(normalize(given, nfkc)),
    '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])', '\1\1\1', 'g');
"""

UP = f"""
lock table users in share row exclusive mode;
create extension if not exists btree_gin;
alter table users drop column search_key;
{_SEARCH_KEY}
create function poolhouse_search_text({", ".join(f"{name} text" for name in _OF)}) returns text
  language sql immutable parallel safe
  return poolhouse_search_key({_joined(_TEXTS[:5])} || chr(31) || chr(29) || {_joined(_TEXTS[5:])} || chr(31) || chr(28)
    || coalesce(phone_key, ''));

create table user_search (
  pool_id text not null,
  user_id text not null,
  created_at timestamptz not null,
  search_key text not null
);
comment on table user_search is
  'What is searched of users, folded, a field after another with chr(31) between; after chr(28) the number in E.164.';
insert into user_search (pool_id, user_id, created_at, search_key)
  select pool_id, id, created_at, {_key()} from users on conflict do nothing;
alter table user_search alter column search_key set statistics 400,
  add foreign key (pool_id) references pools (id) on delete cascade;
create unique index user_search_newest on user_search (pool_id, created_at desc, user_id);
create index user_search_text on user_search using gin (search_key gin_trgm_ops, pool_id);

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
analyze user_search;
"""  # noqa: S608 -- names of columns

_OLD_ORDER = (
    *("username", "nickname", "email", "phone", "company", "name"),
    *("given_name", "family_name", "middle_name", "profile", "preferred_username"),
)

DOWN = f"""
lock table users in share row exclusive mode;
drop trigger users_searched_anew on users;
drop trigger users_searched_out on users;
drop trigger users_searched_in on users;
drop function poolhouse_note_searched_anew();
drop function poolhouse_note_searched();
drop table user_search;
drop function poolhouse_search_text({", ".join("text" for _ in _OF)});
{_OLD_SEARCH_KEY}
alter table users add column search_key text not null
  generated always as (poolhouse_search_key({_joined(_OLD_ORDER)})) stored;
create index users_search on users using gin (search_key gin_trgm_ops);
drop extension btree_gin;
"""
