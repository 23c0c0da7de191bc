"""What the schema needs of the server."""

UP = "create extension if not exists pg_trgm;"

DOWN = "drop extension if exists pg_trgm;"
