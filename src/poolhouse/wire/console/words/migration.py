"""Words of the pages of a migration."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "migration": ("迁移", "Migration"),
    "mig_off": (
        "未启用惰性迁移：没有人会从旧库迁入。",
        "Lazy migration is switched off: nobody moves in from an old database.",
    ),
    "mig_waiting": ("尚未迁入的人", "Who has not come"),
    "mig_finish": ("完成迁移", "Finish the migration"),
    "mig_refused": ("未能迁入的人", "Who was refused"),
    "mig_way": ("{all} 人中已有 {come} 人在此", "{come} of {all} people are here"),
    "mig_attempted": ("尝试", "Attempts"),
    "mig_moved": ("登录时迁入", "Moved in at a sign-in"),
    "mig_here": ("已在此", "Accounted for"),
    "mig_remaining": ("尚未迁入", "Not here yet"),
    "mig_unknown": (
        "listUsers 未发布或没有回答，所以不知道旧库还有多少人",
        "listUsers is not published or does not answer, so nobody knows how many people the old database has",
    ),
    "mig_end": ("何时结束", "When it will end"),
    "mig_estimate": ("照此速度结束于", "At this rate it ends"),
    "mig_all_here": ("全部已在此", "everybody is here"),
    "mig_no_rate": ("近来没有人迁入，无法估计", "nobody has come lately, so it cannot be told"),
    "mig_last_hour": ("最近一小时迁入", "Came in the last hour"),
    "mig_per_hour": ("平均每小时迁入", "Came an hour on average"),
    "mig_first": ("首次尝试", "First attempt"),
    "mig_last": ("最近尝试", "Last attempt"),
    "mig_finished": ("已完成", "Finished"),
    "mig_paused": ("已暂停", "Paused"),
    "mig_running": ("正在迁入", "Moving people in"),
    "mig_counts": (
        "迁入 {imported}，已在此 {skipped}，未能迁入 {failed}",
        "{imported} moved in, {skipped} were here, {failed} were refused",
    ),
    "mig_curve_caption": ("现在共 {most} 人", "{most} people now"),
    "chart_moved_so_far": ("累计已在此的人", "People here so far"),
    "mig_reasons": ("未能迁入的登录，按原因", "Sign-ins that moved nobody in, by reason"),
    "mig_reasons_log": ("在脚本日志中查看", "See them in the script log"),
    "mig_readmit": ("允许再次迁入", "Let somebody come again"),
    "mig_readmit_help": (
        "在此删除的用户不会再次迁入，除非在此允许",
        "Whoever was deleted here does not move in again, unless it is allowed here",
    ),
    "mig_readmit_do": ("允许", "Allow"),
    "mig_old_id": ("旧库中的编号", "Id in the old database"),
    "done_readmitted": ("已允许，下次登录时迁入", "Allowed: they move in at their next sign-in"),
    "mig_waiting_of": (
        "旧库第 {first} 至 {last} 人（共 {total} 人）中，有 {count} 人尚未迁入",
        "Of people {first} to {last} of {total} in the old database, {count} have not come",
    ),
    "mig_nobody_listed": ("旧库没有列出任何人", "The old database lists nobody"),
    "mig_nobody_here": ("这一页的人都已在此", "Everybody of this page is here"),
    "mig_nobody_refused": ("没有人未能迁入", "Nobody was refused"),
    "mig_field": ("字段", "Field"),
    "mig_finish_help": (
        "把 listUsers 列出但从未登录的人迁入，不含密码：连接启用时仍用旧密码登录，"
        "之后用验证码设置新密码。每页 100 人，离开此页即暂停，以后可继续。",
        "Moves in everybody whom listUsers lists and who never signed in, without their passwords: while the "
        "connection is on they sign in with the old one, afterwards they set one by a code. A hundred people "
        "a page; leaving this page pauses it, and it goes on later.",
    ),
    "mig_seen": (
        "已查看旧库 {total} 人中的 {seen} 人",
        "{seen} of {total} people of the old database were looked at",
    ),
    "mig_pause": ("暂停", "Pause"),
    "mig_go_on": ("继续", "Go on"),
    "mig_begin": ("开始迁入所有人", "Move everybody in"),
    "confirm_wrong_move": (
        "输入的与用户池名称不符，没有迁入任何人",
        "That is not the pool's name: nobody was moved in",
    ),
}
