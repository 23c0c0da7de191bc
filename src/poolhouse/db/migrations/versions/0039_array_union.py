"""What is granted gains the actions it lacks, without a subquery in DO UPDATE, which a sharding PostgreSQL refuses."""

UP = """
create function poolhouse_array_union(present text[], more text[]) returns text[]
  language sql immutable parallel safe
  return present || array(select one from unnest(more) one where one <> all(present));
"""

DOWN = "drop function poolhouse_array_union(text[], text[]);"
