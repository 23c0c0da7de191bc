"""Values of the custom fields of users that somebody wants to filter and sort by, in a narrow table with indexes.

Whoever writes a value of a marked field writes both tables; what was there before is filled in afterwards, in pieces
(fields/postgres_index.py). Decision: docs/decisions/0049-indexed-fields.md.
"""

UP = """
alter table field_definitions add column indexed boolean not null default false;

create table field_indexes (
  pool_id      text not null references pools (id) on delete cascade,
  target_type  text not null,
  key          text not null,
  state        text not null check (state in ('FILLING', 'READY', 'EMPTYING')),
  after        text not null,
  done         bigint not null,
  total        bigint not null,
  since        timestamptz not null,
  primary key (pool_id, target_type, key),
  foreign key (pool_id, target_type, key)
    references field_definitions (pool_id, target_type, key) on delete cascade
);
comment on table field_indexes is 'How far the index of a marked field is; `after` is the last target that was noted.';
create index field_indexes_unfinished on field_indexes (since) where state <> 'READY';

create table user_field_values (
  pool_id       text not null references pools (id) on delete cascade,
  key           text not null,
  user_id       text not null,
  created_at    timestamptz not null,
  text_value    text,
  number_value  numeric,
  search_key    text,
  primary key (pool_id, key, user_id)
);
comment on table user_field_values is
  'Values of indexed fields: 200 characters, the number (of a moment: milliseconds), the text as it is searched.';
create index user_field_values_text on user_field_values (pool_id, key, text_value desc, created_at desc, user_id)
  where text_value is not null;
create index user_field_values_number on user_field_values (pool_id, key, number_value desc, created_at desc, user_id)
  where number_value is not null;
create index user_field_values_search on user_field_values using gin (search_key gin_trgm_ops, pool_id, key)
  where search_key is not null;
"""

DOWN = """
drop table user_field_values;
drop table field_indexes;
alter table field_definitions drop column indexed;
"""
