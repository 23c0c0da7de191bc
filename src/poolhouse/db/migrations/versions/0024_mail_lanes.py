"""The outbox is read a pool and a channel at a time, so that no pool's backlog hides another's mail."""

UP = """
create index mail_outbox_queue on mail_outbox (pool_id, channel, next_attempt_at)
  where status = 'queued';
drop index mail_outbox_due;
"""

DOWN = """
create index mail_outbox_due on mail_outbox (next_attempt_at) where status = 'queued';
drop index mail_outbox_queue;
"""
