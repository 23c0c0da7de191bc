"""Custom fields, their values, and what a pool says about the built-in fields."""

UP = """
create table field_definitions (
  pool_id                   text not null references pools (id) on delete cascade,
  target_type               text not null,
  key                       text not null,
  data_type                 text not null,
  label                     text not null,
  description               text,
  options                   jsonb not null,
  rules                     jsonb not null,
  is_unique                 bool not null,
  encrypted                 bool not null,
  user_editable             bool not null,
  visible_in_admin_console  bool not null,
  visible_in_user_center    bool not null,
  desensitized              bool not null,
  app_ids                   jsonb not null,
  i18n                      jsonb,
  created_at                timestamptz not null default clock_timestamp(),
  updated_at                timestamptz not null default clock_timestamp(),
  primary key (pool_id, target_type, key)
);
create function digest_of_value(value jsonb) returns text immutable parallel safe language sql
  return encode(sha256(convert_to(value::text, 'UTF8')), 'hex');
create table field_values (
  pool_id        text not null references pools (id) on delete cascade,
  target_type    text not null,
  target_id      text not null,
  key            text not null,
  value          jsonb,
  sealed         bytea,
  unique_digest  text,
  number_value   numeric generated always as (
                   case when jsonb_typeof(value) = 'number' then value::numeric end
                 ) stored,
  updated_at     timestamptz not null default clock_timestamp(),
  primary key (pool_id, target_type, target_id, key),
  unique (pool_id, target_type, key, unique_digest),
  foreign key (pool_id, target_type, key)
    references field_definitions (pool_id, target_type, key) on delete cascade,
  check (num_nonnulls(value, sealed) = 1)
);
create index field_values_by_text on field_values (pool_id, target_type, key, left(value #>> '{}', 64));
create index field_values_by_number on field_values (pool_id, target_type, key, number_value);
create table base_field_settings (
  pool_id                   text not null references pools (id) on delete cascade,
  key                       text not null,
  label                     text,
  description               text,
  user_editable             bool,
  visible_in_admin_console  bool,
  visible_in_user_center    bool,
  i18n                      jsonb,
  primary key (pool_id, key)
);
"""

DOWN = """
drop table base_field_settings;
drop table field_values;
drop function digest_of_value;
drop table field_definitions;
"""
