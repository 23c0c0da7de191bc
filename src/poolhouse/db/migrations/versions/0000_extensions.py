"""What the schema needs of the server."""

from alembic import op

from poolhouse.db.migrations import before

revision = "0000_extensions"
down_revision = before(revision)


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")


def downgrade() -> None:
    op.execute("drop extension if exists pg_trgm")
