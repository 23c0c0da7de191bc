"""What a role does not allow stands there closed, with the reason, on every page that the role opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.console.conftest import Console, Open, Things

from poolhouse.wire.console import PAGES
from poolhouse.wire.console.page import Page

VOID = {"input", "link", "meta", "img", "br", "hr", "wbr"}
SHOWN = [page for page in PAGES if page.method == "GET" and page.access == "pool"]


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    said: list[str] = field(default_factory=list)
    is_act: bool = False

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Acts(HTMLParser):
    """Of the content of a page: what there is to do, by its visible words, and what is closed, with the reason."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.doable: set[str] = set()
        self.closed: dict[str, str] = {}
        self.feed(text[text.index("<main") : text.index("</main>")])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(Element(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        one = self.open.pop()
        assert one.tag == tag
        self._judge(one, " ".join("".join(one.said).split()))

    def handle_data(self, data: str) -> None:
        if not any("hidden" in each.classes for each in self.open):
            for each in self.open:
                each.said.append(data)

    def _judge(self, one: Element, said: str) -> None:
        if "off" in one.classes or "disabled" in one.attributes:
            self.closed[said] = one.attributes.get("title", "")
        elif said and self._is_act(one):
            self.doable.add(said)

    def _is_act(self, one: Element) -> bool:
        """A link that looks like a button or stands among the acts of a row; what sends a form; what unfolds one."""
        forms = [each.attributes.get("method") for each in self.open if each.tag == "form"]
        if one.tag == "a":
            return "button" in one.classes or any("rowacts" in each.classes for each in self.open)
        if one.tag == "button":
            return forms == ["post"]
        return one.tag == "summary" and any("adding" in each.classes for each in self.open)


async def acts(console: Console, page: Page, things: Things) -> Acts | None:
    """None of a page that is not open to them."""
    answer = await console.get(f"{things.fill(page.path)}?choose=1", follow_redirects=True)
    return Acts(answer.text) if answer.status_code == 200 and "<main" in answer.text else None


async def test_what_only_others_may_do_is_shown_closed_with_the_reason(things: Things, console: Open) -> None:
    owner, viewer = await console("owner"), await console("viewer")
    left_out, silent, closed = set(), set(), 0
    for page in SHOWN:
        ours = await acts(viewer, page, things)
        if ours is None:
            continue
        theirs = await acts(owner, page, things)
        assert theirs
        absent = theirs.doable - ours.doable
        left_out |= {(page.path, act) for act in absent - set(ours.closed)}
        silent |= {(page.path, act) for act in absent & set(ours.closed) if not ours.closed[act]}
        closed += len(absent & set(ours.closed))
    assert left_out == set()
    assert silent == set()
    assert closed > 80
