"""Until when an account that saw too many wrong passwords lets nobody try."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0021"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("""
        alter table attempts add column locked_until timestamptz;
        comment on column attempts.locked_until is
          'No try before; set by the try that reaches the limit, later and later by each one after it.';
    """)


def downgrade() -> None:
    op.execute("alter table attempts drop column locked_until")
