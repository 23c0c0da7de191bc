"""Words of the page that replays recorded calls."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "replay": ("重放", "Replay"),
    "replay_title": ("重放 {script} 的调用", "Replay calls of {script}"),
    "replay_help": (
        "用最近记录的调用运行一个版本，并用同样的参数运行已发布的版本，比较返回值。只用于读取数据的函数，不会更改数据。"
        "记录中没有当时的返回值，所以比较的是两者现在的返回值。",
        "Runs a version on the calls recorded last, and the published version with the same arguments, and compares "
        "what they return. Only for functions that read: nothing is changed. The log does not keep what was returned "
        "then, so what both return now is compared.",
    ),
    "replay_password": (
        "{script} 的参数含有密码，密码从不记录，无法重放；请用调试运行它",
        "{script} is given a password, which is never recorded: it cannot be replayed. Debug it instead",
    ),
    "replay_writes": ("{script} 会更改数据，不能重放", "{script} changes data, so it is not replayed"),
    "replay_what": ("重放什么", "What to replay"),
    "replay_limit": ("最多几次参数不同的调用", "Calls with different arguments, at most"),
    "replay_run": ("重放", "Replay"),
    "replay_verdict": ("比较", "Comparison"),
    "replay_then": ("当时", "Then"),
    "replay_same": ("相同", "Same"),
    "replay_different": ("不同", "Different"),
    "replay_fixed": ("不再出错", "Fails no longer"),
    "replay_broken": ("现在出错", "Fails now"),
    "replay_absent": ("（无）", "(absent)"),
    "replay_nothing": (
        "没有可以重放的调用：此函数还没有被调用过，或记录已过期",
        "There is no call to replay: the function was not called yet, or its records have expired",
    ),
    "replay_unpublished": (
        "没有已发布的版本：与当时的结果比较",
        "No version is published: compared with how the calls ended then",
    ),
    "replay_skipped": (
        "参数不完整而跳过的调用：{count}",
        "Calls left out as their arguments are not whole: {count}",
    ),
    "replay_left": ("时间已到，没有运行的调用：{count}", "Calls not run for lack of time: {count}"),
}
