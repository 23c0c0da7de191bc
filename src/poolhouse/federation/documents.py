"""XML from outside, read without anything that makes it longer than it is: no document type, no entities, no network.

The bounds hold before the costly work (canonical XML sorts the attributes of each element, and looks for each prefix
among all that are declared): size and counts before the parser, depth and attributes before anything else.
"""

from __future__ import annotations

from lxml import etree

from poolhouse.errors import ProviderFailed

LONGEST = 256 * 1024
"""Bytes of a response or of metadata."""
MOST_TAGS = 8_000
MOST_EQUALS = 8_000
MOST_NAMESPACES = 800
DEEPEST = 24
"""A response with an attribute's value that is itself an element, and that signed, has 9."""
MOST_ATTRIBUTES = 40
"""Of one element, its namespaces not among them."""
_TYPED = (
    "含有文档类型声明（是网页，而非 SAML？）",
    "has a document type declaration (a web page, not SAML?)",
)


def parser() -> etree.XMLParser:
    """A new one for each document: they are not shared between threads. It leaves out comments, which the canonical
    form that we take has neither, so that a text is in one piece."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        recover=False,
    )


def read(data: bytes, what: tuple[str, str]) -> etree._Element:
    """The root element of `data`, UTF-8. `what` it is, in Chinese and English, for the reason.

    Raises ProviderFailed (step "xml").
    """
    if len(data) > LONGEST:
        raise _malformed(what, f"超过 {LONGEST // 1024} kB", f"is longer than {LONGEST // 1024} kB")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(what, "不是 UTF-8", "is not UTF-8") from None
    _require_no_types(data, what)
    too_many = (
        data.count(b"<") > MOST_TAGS
        or data.count(b"=") > MOST_EQUALS
        or data.count(b"xmlns") > MOST_NAMESPACES
    )
    if too_many:
        raise _malformed(what, "元素或属性过多", "has too many elements or attributes")
    try:
        root = etree.fromstring(data, parser())
    except (etree.LxmlError, ValueError):
        raise _malformed(what, "不是格式正确的 XML", "is not well-formed XML") from None
    if root.getroottree().docinfo.doctype:
        raise _malformed(what, *_TYPED)
    _require_flat(root, what)
    return root


def _require_no_types(data: bytes, what: tuple[str, str]) -> None:
    """Nothing that begins with `<!` but comments and CDATA: a document type is refused before the parser meets it."""
    at = data.find(b"<!")
    while at >= 0:
        if not data.startswith((b"<!--", b"<![CDATA["), at):
            raise _malformed(what, *_TYPED)
        at = data.find(b"<!", at + 2)


def _require_flat(root: etree._Element, what: tuple[str, str]) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "pi")):
        if event == "pi":
            raise _malformed(what, "含有处理指令", "has a processing instruction")
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise _malformed(what, "嵌套过深", "is nested too deep")
        if event == "start" and len(element.attrib) > MOST_ATTRIBUTES:
            raise _malformed(what, "元素或属性过多", "has too many elements or attributes")


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of that name, and no deeper ones."""
    return [child for child in element if child.tag == name]


def only_child(element: etree._Element, name: str) -> etree._Element | None:
    """The one child of that name; None if there is none, or more than one."""
    found = children(element, name)
    return found[0] if len(found) == 1 else None


def text(element: etree._Element | None) -> str:
    """An element's text without the blanks around it; "" of none, and of one that has elements within it."""
    return "" if element is None or len(element) else (element.text or "").strip(" \t\r\n")


def quoted(said: str, most: int = 200) -> str:
    """For an administrator's log, what a stranger's document has in the place of a name: as far as it can be one."""
    return (
        said if 0 < len(said) <= most and said.isascii() and said.isprintable() and " " not in said else "?"
    )


def _malformed(what: tuple[str, str], zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("xml", f"{what[0]}{zh}", f"{what[1]} {en}")
