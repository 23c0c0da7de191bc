"""What whoever saved a version of a script said of it, and when a debug run of it last passed.

Decision: docs/decisions/0065-script-editor.md.
"""

UP = """
alter table custom_scripts
  add column message text not null default '',
  add column passed_at timestamptz;
comment on table custom_scripts is
  'The source of a version is never changed; publishing an older one is a rollback.';
comment on column custom_scripts.message is 'What whoever saved it said of the change.';
comment on column custom_scripts.passed_at is 'When a debug run of it last returned an answer.';
"""

DOWN = """
alter table custom_scripts drop column passed_at, drop column message;
comment on table custom_scripts is 'Versions are never changed; publishing an older one is a rollback.';
"""
