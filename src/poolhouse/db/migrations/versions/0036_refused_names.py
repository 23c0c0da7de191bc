"""Refused sign-ins of names nobody has are found by the name."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0036"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("""
        create index audit_records_named on audit_records (pool_id, user_name, at desc)
          where user_id is null and user_name is not null;
    """)


def downgrade() -> None:
    op.execute("drop index audit_records_named")
