"""Words of the page of the custom database."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "database": ("连接与设置", "Connection"),
    "database_title": ("自定义数据库", "Custom database"),
    "db_read_only": (
        "您的角色只能查看这些设置：需要 custom-database-editor 或 owner",
        "Your roles only show these settings: changing them takes custom-database-editor or owner",
    ),
    "db_missing": (
        "尚未发布、但此场景需要的脚本：{names}",
        "Scripts this scenario needs and that are not published: {names}",
    ),
    "db_missing_help": (
        "在发布之前，每次调用都以脚本的默认错误结束",
        "Until they are, each call of one ends with its default error",
    ),
    "db_scenario": ("使用场景", "Scenario"),
    "db_enabled": ("启用自定义数据库", "Use the custom database"),
    "db_enabled_help": ("保存后立即生效", "Takes effect at once"),
    "db_mode_lazy": ("惰性迁移用户", "Migrate users one by one"),
    "db_mode_lazy_help": (
        "用户首次登录时用您的库检验密码，通过后迁入这里，不必重设密码。需要 login 与 getUser；全部迁入后即可关闭",
        "At somebody's first sign-in your database judges the password; then they are moved here, and keep it. "
        "Takes login and getUser; switch it off when everybody has come",
    ),
    "db_mode_own": ("完全使用自己的数据库", "Use your own database"),
    "db_mode_own_help": (
        "用户始终只存在您的库中，这里不保存用户资料。八个脚本都需要",
        "Users stay in your database for good, and no profile is stored here. Takes all eight scripts",
    ),
    "db_type": ("数据库类型", "Kind of database"),
    "db_connection": ("连接", "Connection"),
    "db_connection_help": (
        "加密保存，不再显示。脚本中两种形式都可用：env.DB_CONNECTION_URI 与 env.DB_HOST 等",
        "Stored encrypted, not shown again. Scripts have both forms: env.DB_CONNECTION_URI, env.DB_HOST and so on",
    ),
    "db_by_uri": ("连接地址", "Connection URI"),
    "db_by_parts": ("主机、端口、用户名与密码", "Host, port, username and password"),
    "db_uri_help": (
        "*** 代表已保存的密码；不改密码就留着它",
        "*** stands for the saved password; leave it to keep the password",
    ),
    "db_host": ("域名或 IP", "Domain name or IP"),
    "db_port": ("端口", "Port"),
    "db_username": ("用户名", "Username"),
    "db_password": ("密码", "Password"),
    "db_password_kept": ("已保存；留空则不变", "Saved; leave it empty to keep it"),
    "db_name": ("数据库名", "Database"),
    "db_hosts": ("另外允许的主机", "Other hosts that are allowed"),
    "db_hosts_help": (
        "每行一个 host:port；脚本不能连接其他地址",
        "One host:port a line; scripts reach no other address",
    ),
    "db_limits": ("限制与行为", "Limits and behavior"),
    "db_timeout": ("每次调用的时限（毫秒，100 至 20000）", "Time of one call (ms, 100 to 20000)"),
    "db_memory": ("内存（MB，64 至 256）", "Memory (MB, 64 to 256)"),
    "db_pooled": ("连接池：数据库连接在多次调用间重用", "Pooled connections: kept from one call to the next"),
    "db_record": ("登录后用 updateUser 记下登录次数与时间", "Record sign-ins in your database by updateUser"),
    "db_errors": ("脚本抛出的错误对最终用户", "What a script throws is told to users"),
    "db_errors_script": ("原样显示", "in the script's words"),
    "db_errors_uniform": ("显示统一的提示", "in the same words always"),
    "db_dialect": ("脚本的写法", "Scripts are written for"),
    "db_timezone": ("库中不带时区的时间属于", "Time zone of times without one"),
    "db_timezone_help": ("如 Asia/Shanghai 或 +08:00", "such as Asia/Shanghai or +08:00"),
    "db_test": ("测试连接", "Test the connection"),
    "db_testing": ("正在连接……", "Connecting…"),
    "db_test_help": (
        "用页面上填写的内容从沙箱内连接一次，不保存",
        "Connects once from inside the sandbox with what stands here; nothing is saved",
    ),
    "db_retype": (
        "密码没有保留在页面上，保存前请再输入一次",
        "The password is not kept in the page: type it again before saving",
    ),
    "db_answered": ("连接成功，用时 {ms} 毫秒", "It answered within {ms} ms"),
    "db_said": ("数据库的原话：{said}", "In the database's words: {said}"),
    "db_variables": ("环境变量", "Environment variables"),
    "db_variables_help": (
        "在脚本中是 env.名称。加密保存，值不再显示",
        "In scripts, env.NAME. Stored encrypted; values are not shown again",
    ),
    "db_variable": ("名称", "Name"),
    "db_value": ("值", "Value"),
    "db_value_kept": ("已保存", "saved"),
    "db_no_variables": ("还没有环境变量", "There are no variables yet"),
    "db_set": ("设置", "Set"),
    "db_set_help": ("同名变量的值会被替换", "Replaces the value of a variable of that name"),
    "db_remove": ("移除 {named}", "Remove {named}"),
}
