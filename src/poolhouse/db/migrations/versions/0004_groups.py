"""Groups and who is in them."""

from alembic import op

from poolhouse.db.migrations.chain import previous

revision = "0004"
down_revision = previous(revision)


def upgrade() -> None:
    op.execute("""
        create table groups (
          pool_id      text not null references pools (id) on delete cascade,
          id           text not null,
          code         text not null,
          name         text not null,
          description  text,
          type         text not null,
          created_at   timestamptz not null default clock_timestamp(),
          updated_at   timestamptz not null default clock_timestamp(),
          primary key (pool_id, id),
          unique (pool_id, code)
        )
    """)
    op.execute("create index groups_newest on groups (pool_id, created_at desc, id desc)")
    op.execute("""
        create table group_members (
          pool_id     text not null references pools (id) on delete cascade,
          group_id    text not null,
          user_id     text not null,
          created_at  timestamptz not null default clock_timestamp(),
          primary key (pool_id, group_id, user_id),
          foreign key (pool_id, group_id) references groups (pool_id, id) on delete cascade
        )
    """)
    op.execute("create index group_members_of_user on group_members (pool_id, user_id)")
    op.execute("""
        create index group_members_newest
        on group_members (pool_id, group_id, created_at desc, user_id desc)
    """)


def downgrade() -> None:
    op.execute("drop table group_members")
    op.execute("drop table groups")
