"""What tells the rows of `user_search` apart, which has no primary key: a table is copied to another machine while it
is written only where each row that goes can be named there. Decision: docs/decisions/0117-distributed-by-pool.md.
"""

UP = ("alter table user_search replica identity using index user_search_newest;",)

DOWN = "alter table user_search replica identity default;"
