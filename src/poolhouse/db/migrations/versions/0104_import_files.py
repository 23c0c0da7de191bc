"""Files of users that are uploaded and imported in the background: the file, its sealed bytes, who came earlier in it.

Decision: docs/decisions/0086-import-files.md.
"""

UP = """
create table import_files (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  name text not null,
  format text not null check (format in ('csv', 'jsonl')),
  size bigint not null,
  received bigint not null default 0,
  key bytea,
  encoding text,
  separator text,
  names jsonb not null default '{}',
  ignored text[] not null default '{}',
  recognized text,
  revision integer not null default 0,
  header text[] not null default '{}',
  parted_by text,
  secret text[] not null default '{}',
  actor_kind text not null,
  actor_id text not null,
  scopes text[],
  lang text not null,
  ip text,
  user_agent text not null,
  status text not null default 'UPLOADING' check (status in
    ('UPLOADING', 'UPLOADED', 'CHECKING', 'CHECKED', 'IMPORTING', 'COMPLETED', 'CANCELLED', 'STOPPED')),
  reason text[],
  done bigint not null default 0,
  stale_keys boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  served_at timestamptz not null default now(),
  ended_at timestamptz,
  emptied_at timestamptz,
  primary key (pool_id, id)
);
comment on table import_files is 'An uploaded file of users; how far its import came is in user_imports.';
comment on column import_files.key is 'Opens its pieces and its refused rows; null once they are gone.';
comment on column import_files.revision is 'How often it was said how the file is read.';
comment on column import_files.done is 'Bytes read by the check or the import that runs.';
comment on column import_files.stale_keys is 'import_file_keys has rows of a check that is over.';
comment on column import_files.served_at is 'When a worker did a piece of it: whoever waits longest comes first.';
comment on column import_files.emptied_at is 'Its pieces are gone.';
create index import_files_open on import_files (pool_id, served_at, id) where key is not null;

create table import_file_pieces (
  pool_id text not null,
  file_id text not null,
  number integer not null,
  sealed bytea not null,
  primary key (pool_id, file_id, number),
  foreign key (pool_id, file_id) references import_files (pool_id, id) on delete cascade
);
comment on table import_file_pieces is 'The bytes of an uploaded file, 1 MiB each.';
alter table import_file_pieces alter column sealed set storage external;

create table import_file_keys (
  pool_id text not null,
  file_id text not null,
  digest bytea not null,
  kind smallint not null,
  row bigint not null,
  primary key (pool_id, file_id, digest),
  foreign key (pool_id, file_id) references import_files (pool_id, id) on delete cascade
);
comment on table import_file_keys is 'Digests of names, addresses and numbers of the rows that were checked.';
create index import_file_keys_row on import_file_keys (pool_id, file_id, row);

create table import_file_erasures (
  pool_id text primary key references pools (id) on delete cascade,
  at timestamptz not null
);
comment on table import_file_erasures is 'When somebody was last erased: files that came before go.';

alter table user_imports add column of_file boolean not null default false;
comment on column user_imports.of_file is 'The rows are those of an uploaded file: no pieces are taken.';
alter table user_import_errors add column sealed bytea;
comment on column user_import_errors.sealed is 'The row of an uploaded file without passwords, for some days.';
"""

DOWN = """
alter table user_import_errors drop column sealed;
update user_imports set cancelled_at = now() where of_file and finished_at is null and cancelled_at is null;
alter table user_imports drop column of_file;
delete from user_imports where source like 'check:%';
drop table import_file_erasures;
drop table import_file_keys;
drop table import_file_pieces;
drop table import_files;
"""
