"""Why an import refused a row is read in the reader's language, whoever sent the row: it is kept in both.

Decision: docs/decisions/0050-import.md.
"""

UP = """
alter table user_import_errors add column message_en text;
comment on column user_import_errors.message is
  'In Chinese; of a row without message_en, in the language of whoever imported.';
"""

DOWN = """
alter table user_import_errors drop column message_en;
comment on column user_import_errors.message is null;
"""
