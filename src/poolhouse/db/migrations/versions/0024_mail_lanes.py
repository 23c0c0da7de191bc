"""The outbox is read a pool and a channel at a time, so that no pool's backlog hides another's mail."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0024"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("""
        create index mail_outbox_queue on mail_outbox (pool_id, channel, next_attempt_at)
          where status = 'queued';
        drop index mail_outbox_due;
    """)


def downgrade() -> None:
    op.execute("""
        create index mail_outbox_due on mail_outbox (next_attempt_at) where status = 'queued';
        drop index mail_outbox_queue;
    """)
