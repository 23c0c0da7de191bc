"""Whose passwords the pool's verifyPassword judges is counted without reading everybody."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0030"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("""
        create index users_judged_by_function on users (pool_id)
          where starts_with(password_hash, '{verifyPassword');
    """)


def downgrade() -> None:
    op.execute("drop index users_judged_by_function")
