"""Templates to text. An administrator's template is data, not a program: it shows and chooses, no more."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from poolhouse.errors import InvalidInput
from poolhouse.mail.model import Rendered, Template

VARIABLES = ("pool_name", "app_name", "user_name", "email", "code", "link", "minutes")
LARGEST_TEMPLATE = 100_000

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

_html = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
_plain = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)


def check(source: str, field: str) -> None:
    """InvalidInput naming `field`: a syntax error, an unknown variable, a loop, a call, an attribute."""
    if len(source) > LARGEST_TEMPLATE:
        raise InvalidInput(field, "模板过大", "the template is too large")
    try:
        tree = _html.parse(source)
    except TemplateError as error:
        raise InvalidInput(field, f"模板语法错误：{error}", f"template syntax: {error}") from error
    for node in tree.find_all(nodes.Node):
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


def render(template: Template, values: Mapping[str, str]) -> Rendered:
    """Variables not in `values` are empty."""
    full = dict.fromkeys(VARIABLES, "") | {
        "minutes": str(max(1, round(template.expires_in_s / 60))),
        **values,
    }
    return Rendered(
        subject=_one_line(plain(template.subject, full)),
        sender=_one_line(plain(template.sender, full)),
        html=_compiled(template.content).render(full),
    )


def plain(source: str, values: Mapping[str, str]) -> str:
    return _compiled(source, escape=False).render(values)


def text_of(page: str) -> str:
    """The words of an HTML mail, for its text part."""
    body = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", "", page)
    body = re.sub(r"(?i)<(br|/p|/div|/tr|/h\d)\b[^>]*>", "\n", body)
    lines = (line.strip() for line in html.unescape(re.sub(r"<[^>]+>", "", body)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@lru_cache(maxsize=512)
def _compiled(source: str, *, escape: bool = True) -> Compiled:
    return (_html if escape else _plain).from_string(source)


def _one_line(value: str) -> str:
    """A header has no line breaks, whatever name was put into it."""
    return " ".join(value.split())
