"""Words of a pool's first page."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "home_steps": ("待办", "To do"),
    "step_second_factor": ("为您的账号启用二次验证", "Set up a second factor for your account"),
    "step_scripts_missing": ("缺少已发布的脚本", "Scripts that are not published yet"),
    "step_draft_newer": ("草稿比已发布的版本新", "Drafts newer than what is published"),
    "step_breaker_open": (
        "自定义数据库连续失败，暂停调用脚本",
        "Scripts are not called for now: the custom database failed several times in a row",
    ),
    "step_mail_not_configured": (
        "没有配置邮件服务器，邮件不会发出",
        "No mail server is set up, so no mail is sent",
    ),
    "step_mail_failed": ("有邮件未能送达", "Some mail could not be delivered"),
    "tile_logins_today": ("今日登录", "Sign-ins today"),
    "tile_refusals_today": ("今日被拒绝", "Refused today"),
    "tile_mail_waiting": ("待发邮件", "Mail waiting"),
    "tile_mail_failed": ("失败邮件", "Mail failed"),
    "chart_logins": ("每日登录", "Sign-ins a day"),
    "chart_refusals": ("每日被拒绝的登录", "Refused sign-ins a day"),
    "chart_new_users": ("每日新用户", "New users a day"),
    "chart_moved": ("每日从自定义数据库迁入", "Moved in from the custom database a day"),
    "chart_total": ("共 {total}，单日最多 {most}", "{total} in all, {most} on one day at most"),
    "chart_figures": ("数据", "Figures"),
    "chart_day": ("日期", "Day"),
    "home_reasons": ("拒绝登录的原因（30 天）", "Why sign-ins were refused (30 days)"),
    "home_times": ("次数", "Times"),
    "home_scripts": ("脚本（最近一天）", "Scripts (last day)"),
    "home_calls": ("调用", "Calls"),
    "home_threw": ("抛出错误", "Threw"),
    "home_stopped": ("被中止", "Stopped"),
    "home_p95": ("95% 在此时间内", "95% within"),
    "milliseconds": ("{figure} 毫秒", "{figure} ms"),
    "breaker_closed": ("连接正常", "The connection works"),
    "breaker_open": ("连续失败，暂停调用", "Failed several times in a row: not called for now"),
    "breaker_half_open": ("正在重试", "Being tried again"),
    "home_until": ("已统计至", "Counted until"),
    "home_basis": (
        "日期按时区 {zone} 划分。Poolhouse {version}。",
        "Days are those of {zone}. Poolhouse {version}.",
    ),
}
