"""Every warning of a script's run, in both languages: the one home of these sentences.

They are for the script's author. Where one is told, it is said in the reader's language: `Warned.message`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from poolhouse.errors import Lang


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning, its facts filled in."""

    zh: str
    en: str

    def message(self, lang: Lang) -> str:
        return self.en if lang == "en-US" else self.zh

    def stored(self) -> dict[str, str]:
        """As the script log keeps it."""
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def of_stored(cls, kept: object) -> Warned:
        """Of any row. One older than the Chinese sentences has an English text, which is all that is known of it; one
        of a newer version may have other languages or another shape, of which as much is read as can be."""
        if not isinstance(kept, Mapping):
            return cls(str(kept), str(kept))
        texts = [str(text) for text in kept.values()] or [""]
        en = str(kept.get("en", texts[0]))
        return cls(str(kept.get("zh", en)), en)


class Sentence(Enum):
    """Chinese and English, with the same facts in braces. A member is called with them."""

    # -- of any call --
    LEFT_OPEN = (
        "有 {left} 个数据库连接未关闭：请在 finally 中调用 end() 或 close()",
        "{left} database client(s) left open: call end() or close() in finally",
    )
    SPLICED = (
        "有参数被直接拼进了查询语句：请改为以查询参数传入",
        "an argument was written into the text of a query: pass it as a parameter",
    )
    CONSOLE_CUT = ("控制台输出过长，已截断", "the console output was cut")
    CALLED_AGAIN = (
        "回调函数被调用了多次：以第一次的结果为准",
        "the callback was called more than once: the first call is the answer",
    )
    LOST = ("返回值中无法保留的内容：{what}", "lost in the answer: {what}")
    # -- of a page and its count --
    LIMIT_IGNORED = (
        "limit 为 {limit}，脚本却返回了 {came} 行，已从中截取所请求的一页。请在查询中使用 page 和 limit。",
        "The script returned {came} rows for a limit of {limit}, so the page was cut out of them. "
        "Use page and limit in the query.",
    )
    LIMIT_EXCEEDED = (
        "limit 为 {limit}，脚本却返回了 {came} 行，多出的已舍去。请在查询中使用 page 和 limit。",
        "The script returned {came} rows for a limit of {limit}; the rest was cut off. "
        "Use page and limit in the query.",
    )
    COUNT_OF_PAGE = (
        "totalCount 为 {total}，本页却有 {came} 行。totalCount 应为全部用户数，而不是一页的行数。",
        "totalCount is {total}, but the page has {came} rows. "
        "totalCount must count all users, not those of one page.",
    )
    COUNT_LEAVES = (
        "第 {page} 页返回了 {came} 行，而按 totalCount {total} 只剩 {left} 行，多出的已舍去；"
        "totalCount 应为全部用户数，page 从 1 开始",
        "returned {came} rows on page {page}, where a totalCount of {total} leaves {left}: the rest was cut off; "
        "totalCount counts all users, and page begins at 1",
    )
    COUNT_MISSING = (
        "缺少 totalCount，已用行数 {came} 代替。",
        "totalCount is missing; the number of rows, {came}, was used.",
    )
    COUNT_BELOW_ROWS = (
        "totalCount 为 {total}，实际却有 {came} 行，已用行数代替。",
        "totalCount is {total}, but there are {came} rows; the number of rows was used.",
    )
    SEARCH_CUT = (
        "共 {total} 行，脚本只返回了 {came} 行。searchUser 不分页，其余的无法看到。",
        "The script returned {came} of {total} rows. searchUser has no pages, so the others cannot be seen.",
    )
    SAME_PAGE = (
        "第 2 页与第 1 页相同：查询没有使用 page。",
        "Page 2 equals page 1: the query does not use `page`.",
    )
    COUNT_OF_FIRST = (
        "totalCount 为 {total}，第 2 页却还有数据。totalCount 应为全部用户数，而不是一页的行数。",
        "totalCount is {total}, but page 2 has rows. totalCount must count all users, not those of one page.",
    )
    TWICE = ("同一页中有重复的 id。", "An id is on the page twice.")
    # -- of what was returned or thrown --
    LOGIN_NULL = ("login 失败时应抛出错误，却返回了 null", "login must throw; it returned null")
    NO_BOOLEAN = (
        "{name} 应返回 true 或 false，却返回了{kind}",
        "{name} must return true or false, not {kind}",
    )
    NO_PROFILE = ("{name} 应返回用户信息对象，却返回了{kind}", "{name} must return a profile, not {kind}")
    NO_PAGE = (
        "{name} 应返回 totalCount 和 list，却返回了{kind}",
        "{name} must return totalCount and list, not {kind}",
    )
    NULL_FOR_UNKNOWN = (
        "用户不存在时 getUser 应返回 null；若抛出错误，所有人都无法注册。",
        "getUser must return null for an unknown user. If it throws, nobody can sign up.",
    )
    # -- of a profile --
    NO_ID = ("返回的用户信息没有 id。", "The profile has no id.")
    MADE_ID = (
        "返回的用户信息没有 user_id，因此以邮箱或用户名作为 id。用户修改它之后会变成另一个用户。",
        "The profile has no user_id, so the e-mail or username is used as the id. "
        "A user who changes it becomes a different user.",
    )
    PASSWORD = (
        "请从返回的用户信息中去掉 password，它不会被使用。",
        "Remove `password` from the returned profile; it is ignored.",
    )
    MISFITS = ("以下字段的值类型不符：{names}", "These values have the wrong type for their field: {names}")
    UNKNOWN = ("未知字段会被忽略：{names}", "Unknown fields are ignored: {names}")
    UNKNOWN_MORE = (
        "未知字段会被忽略：{names}，以及另外 {more} 个",
        "Unknown fields are ignored: {names} and {more} more",
    )
    # -- of two calls --
    NOT_FOUND = (
        "getUser 按 login 返回的 id 找不到该用户。",
        "getUser does not find the user that login returned by the id in that profile.",
    )
    TWO_IDS = (
        "login 和 getUser 对同一用户返回了不同的 id：{login} 和 {found}",
        "login and getUser return different ids for one user: {login} and {found}",
    )
    TWO_VALUES = (
        "login 和 getUser 返回的以下字段不一致：{names}",
        "login and getUser return different values for: {names}",
    )
    MOVING_ID = (
        "两次调用返回的 id 不同：先 {first}，后 {second}",
        "The id changes between calls: {first}, then {second}",
    )

    def __call__(self, **facts: object) -> Warned:
        """A fact that has words of its own, a Warned, is said in each language."""
        zh, en = self.value
        return Warned(zh.format_map(_in(facts, "zh-CN")), en.format_map(_in(facts, "en-US")))


def _in(facts: Mapping[str, object], lang: Lang) -> dict[str, object]:
    return {name: fact.message(lang) if isinstance(fact, Warned) else fact for name, fact in facts.items()}


KINDS: Mapping[type, Warned] = {
    type(None): Warned(" null", "null"),
    dict: Warned("对象", "an object"),
    list: Warned("数组", "a list"),
    str: Warned("字符串", "a string"),
    bool: Warned("布尔值", "a boolean"),
}
_NUMBER = Warned("数字", "a number")


def kind_of(value: Any) -> Warned:
    """What a script returned, by its kind in JavaScript's words."""
    return KINDS.get(type(value), _NUMBER)
