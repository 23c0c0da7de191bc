"""Why no statements are counted, and what helps, in both languages."""

from __future__ import annotations

from poolhouse.db.postgres_statements import Missing

WHY: dict[Missing, tuple[str, str]] = {
    "not_loaded": (
        "数据库没有加载 pg_stat_statements",
        "the database does not load pg_stat_statements",
    ),
    "not_created": (
        "数据库中没有扩展 pg_stat_statements",
        "the database lacks the extension pg_stat_statements",
    ),
    "not_readable": (
        "数据库账号无权读取 pg_stat_statements",
        "the database role may not read pg_stat_statements",
    ),
    "outdated": (
        "扩展 pg_stat_statements 的版本过旧",
        "the extension pg_stat_statements is of an old version",
    ),
}
TO_DO: dict[Missing, tuple[str, str]] = {
    "not_loaded": (
        "请把 pg_stat_statements 加入 postgresql.conf 的 shared_preload_libraries 并重启数据库，"
        "再以超级用户在本数据库中执行 create extension pg_stat_statements",
        "Add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart the database; then run "
        "create extension pg_stat_statements as a superuser in this database",
    ),
    "not_created": (
        "请以超级用户在本数据库中执行 create extension pg_stat_statements",
        "Run create extension pg_stat_statements as a superuser in this database",
    ),
    "not_readable": (
        "请以超级用户在本数据库中对此账号执行 grant select on pg_stat_statements, pg_stat_statements_info",
        "Run grant select on pg_stat_statements, pg_stat_statements_info to this role as a superuser in this database",
    ),
    "outdated": (
        "请以超级用户在本数据库中执行 alter extension pg_stat_statements update",
        "Run alter extension pg_stat_statements update as a superuser in this database",
    ),
}
