"""The list of users by nickname reads an index: of a million it read and sorted all who have one, 0.2 s a page. So does
the outbox for one recipient, which read every message."""

UP = (
    "create index concurrently users_nickname on users (pool_id, nickname) where nickname is not null;",
    "create index concurrently mail_outbox_recipient on mail_outbox (pool_id, recipient, created_at desc, id desc);",
)

DOWN = """
drop index if exists mail_outbox_recipient;
drop index if exists users_nickname;
"""
