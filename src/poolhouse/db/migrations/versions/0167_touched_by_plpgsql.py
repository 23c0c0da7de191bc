"""Touches people by a function that Citus can plan on PostgreSQL before 18, too: there a function in SQL is planned
without its arguments, and a statement of an unknown pool is refused. See docs/decisions/0117-distributed-by-pool.md.
"""

_TOUCH = """
  update users u set updated_at = now() from (
    select id from users where pool_id = $1 and id = any($2) and updated_at < now()
    order by id for no key update
  ) touched where u.pool_id = $1 and u.id = touched.id
"""

UP = f"""
create or replace function poolhouse_touch_users(pool text, ids text[]) returns void language plpgsql as $$
begin
{_TOUCH};
end $$;
"""

DOWN = f"""
create or replace function poolhouse_touch_users(pool text, ids text[]) returns void language sql as $$
{_TOUCH}
$$;
"""
