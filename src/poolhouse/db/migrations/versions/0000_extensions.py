"""What the schema needs of the server."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0000"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")


def downgrade() -> None:
    op.execute("drop extension if exists pg_trgm")
