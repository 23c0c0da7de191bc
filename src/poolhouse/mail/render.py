"""Templates to text. An administrator's template is data, not a program: it shows and chooses, no more."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from poolhouse.errors import InvalidInput, Lang
from poolhouse.lifetimes import in_words
from poolhouse.mail.model import Rendered, Template
from poolhouse.texts import fault_of

VARIABLES = ("pool_name", "app_name", "user_name", "email", "code", "link", "lifetime", "minutes")
LARGEST_TEMPLATE = 100_000
MOST_TAGS = 500
MOST_NODES = 2_000
MOST_LEVELS = 16
LONGEST_SUBJECT = 500
LONGEST_SENDER = 100
"""Characters, once rendered: folding a long header takes the square of its length."""

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
)
_FILTERS = {"upper", "lower", "title", "trim", "default", "d", "e", "escape"}

_TAG = re.compile(r"<(!--|/?[a-z][a-z0-9]*|[!?])", re.IGNORECASE)
_BREAKS = {"br", "/p", "/div", "/tr", *(f"/h{level}" for level in range(1, 7))}
_UNSEEN = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "head")}

_html = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
_plain = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)


def check(source: str, field: str) -> None:
    """InvalidInput naming `field`: a syntax error, an unknown variable, a loop, a call, an attribute, or what
    cannot be compiled or filled in. May take a tenth of a second.
    """
    if len(source) > LARGEST_TEMPLATE:
        raise InvalidInput(field, "模板过大", "the template is too large")
    if source.count("{{") + source.count("{%") + source.count("{#") > MOST_TAGS:
        raise InvalidInput(field, f"模板最多 {MOST_TAGS} 个标签", f"a template has at most {MOST_TAGS} tags")
    try:
        _check_nodes(_html.parse(source), field)
        for env in (_html, _plain):
            template = env.from_string(source)
            _sound(template.render(_filled(dict.fromkeys(VARIABLES, "sample"))))
            _sound(template.render(_filled({})))
    except InvalidInput:
        raise
    except TemplateError as error:
        raise InvalidInput(field, f"模板语法错误：{error}", f"template syntax: {error}") from error
    except (RecursionError, SyntaxError, MemoryError) as error:  # Python's compiler, of deep nesting
        raise InvalidInput(field, "模板嵌套过深", "the template is nested too deeply") from error
    except Exception as error:  # too long a number, a filter's arguments: each fails in its own way
        raise InvalidInput(field, "模板无法填充", "the template cannot be filled in") from error


def _check_nodes(tree: nodes.Template, field: str) -> None:
    """In levels: what is nested deeply takes Python's own parser seconds, and then fails."""
    level: list[nodes.Node] = [tree]
    seen = depth = 0
    while level:
        seen, depth = seen + len(level), depth + 1
        if seen > MOST_NODES or depth > MOST_LEVELS:
            raise InvalidInput(field, "模板过于复杂", "the template is too complex")
        _check_level(level, field)
        level = [child for node in level for child in node.iter_child_nodes()]


def _check_level(level: list[nodes.Node], field: str) -> None:
    for node in level:
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__
            raise InvalidInput(field, f"模板不允许使用 {what}", f"a template may not use {what}")
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise InvalidInput(
                field, f"模板不允许使用过滤器 {node.name}", f"a template may not use the filter {node.name}"
            )
        if isinstance(node, nodes.Name) and node.name not in VARIABLES:
            raise InvalidInput(
                field,
                f"未知变量 {node.name}，可用：{', '.join(VARIABLES)}",
                f"unknown variable {node.name}; there are: {', '.join(VARIABLES)}",
            )


def render(template: Template, values: Mapping[str, str], lang: Lang) -> Rendered:
    """Variables not in `values` are empty; how long the code or link is good is the template's to tell."""
    full = _filled({**lasting(template.expires_in_s, lang), **values})
    return Rendered(
        subject=_one_line(plain(template.subject, full), LONGEST_SUBJECT),
        sender=_one_line(plain(template.sender, full), LONGEST_SENDER),
        html=_sound(_compiled(template.content).render(full)),
    )


def lasting(seconds: int, lang: Lang) -> dict[str, str]:
    """`lifetime` is a phrase in the reader's language; `minutes`, a number, is what older templates have."""
    return {"lifetime": in_words(seconds, lang), "minutes": str(max(1, round(seconds / 60)))}


def _sound(text: str) -> str:
    """ValueError for what neither a database nor a mail can hold; a string in a template may spell it."""
    if fault := fault_of(text):
        raise ValueError(fault[1])
    return text


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {**dict.fromkeys(VARIABLES, ""), **values}


def plain(source: str, values: Mapping[str, str]) -> str:
    return _compiled(source, escape=False).render(values)


def text_of(page: str) -> str:
    """The words of an HTML mail, for its text part. Reads the page once, whatever it holds."""
    words: list[str] = []
    at = 0
    while (start := page.find("<", at)) >= 0:
        words.append(page[at:start])
        tag = _TAG.match(page, start)
        if tag is None:
            words.append("<")
            at = start + 1
            continue
        name = tag[1].lower()
        end = page.find("-->" if name == "!--" else ">", tag.end())
        if end < 0:
            at = len(page)
            break
        at = end + (3 if name == "!--" else 1)
        if name in _BREAKS:
            words.append("\n")
        elif name in _UNSEEN:
            closing = _UNSEEN[name].search(page, at)
            at = closing.start() if closing else len(page)
    words.append(page[at:])
    lines = (line.strip() for line in html.unescape("".join(words)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@lru_cache(maxsize=512)
def _compiled(source: str, *, escape: bool = True) -> Compiled:
    return (_html if escape else _plain).from_string(source)


def _one_line(value: str, longest: int) -> str:
    """A header has no line breaks, whatever name was put into it."""
    return _sound(" ".join(value.split())[:longest])
