"""One policy and whom it is given to, of either kind: a page of it, and forms that give and take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access.targets import named_target
from poolhouse.wire.console.finding import FIND
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Policies:
    """`path` below a pool; `named`: from names in it to where they go in the calls. `kinds`: of whom it is given to;
    `field`: of a call, the one that names them. `giving` and `taking`: what the calls say of one, by its kind and
    identifier; `switches`: the operation that switches what is given off and on, "" for none."""

    path: str
    named: Mapping[str, str]
    template: str
    reads: str
    lists: str
    gives: str
    takes: str
    kinds: tuple[str, ...]
    field: str
    giving: Callable[[Visit, str, str], dict[str, Any]]
    taking: Callable[[Visit, str, str], dict[str, Any]]
    switches: str = ""

    def of(self, visit: Visit) -> dict[str, Any]:
        return visit.parts(self.named)

    def here(self, visit: Visit) -> str:
        return visit.address_of(self.path)

    async def show(self, visit: Visit, rendering: Rendering) -> Response:
        number = page_of(visit.http.query)
        one = await visit.ask(self.reads, self.of(visit))
        targets = await visit.ask(self.lists, {**self.of(visit), "page": number, "limit": PAGE_SIZE})
        return rendering.page(
            visit,
            self.template,
            one=one,
            here=self.here(visit),
            targets=targets,
            policies=self,
            may_give=visit.may(self.gives) and visit.may(FIND),
            number=number,
            last=number * PAGE_SIZE >= targets["totalCount"],
        )

    async def give(self, visit: Visit, rendering: Rendering) -> Response:
        visit.form()
        await visit.ask(self.reads, self.of(visit))
        await visit.ask(self.gives, self.giving(visit, *await named_target(visit, self.field)))
        return redirect(f"{self.here(visit)}?done=done_granted")

    async def take(self, visit: Visit, rendering: Rendering) -> Response:
        form = visit.form()
        await visit.ask(self.reads, self.of(visit))
        whom = form.get("kind", ""), form.get("identifier", "")
        await visit.ask(self.takes, {**self.of(visit), **self.taking(visit, *whom)})
        return redirect(f"{self.here(visit)}?done=done_taken")

    async def switch(self, visit: Visit, rendering: Rendering) -> Response:
        form = visit.form()
        await visit.ask(self.reads, self.of(visit))
        whom = {"targetType": form.get("kind", ""), "targetIdentifier": form.get("identifier", "")}
        on = form.get("enabled") == "yes"
        await visit.ask(self.switches, {**self.of(visit), **whom, "enabled": on})
        return redirect(f"{self.here(visit)}?done=done_saved")

    @property
    def pages(self) -> tuple[Page, ...]:
        here = f"/pools/{{pool}}/{self.path}"
        switches = (Page("POST", f"{here}/switch", self.switch, calls=(self.reads, self.switches)),)
        return (
            Page("GET", here, self.show, calls=(self.reads, self.lists)),
            Page("POST", f"{here}/give", self.give, calls=(self.reads, FIND, self.gives)),
            Page("POST", f"{here}/take", self.take, calls=(self.reads, self.takes)),
            *(switches if self.switches else ()),
        )
