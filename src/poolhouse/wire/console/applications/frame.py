"""What stands around every tab of an application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from poolhouse.wire.console.visit import Visit, segment

ONE = "GET get-application"
CHANGE = "POST update-application"
PATH = "applications/{application}"
HERE = f"/pools/{{pool}}/{PATH}"


@dataclass(frozen=True, slots=True)
class Tab:
    """`name`: in the path below the application, "" for the first. `calls`: what it cannot be shown without."""

    name: str
    calls: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return f"app_tab_{(self.name or 'overview').replace('-', '_')}"


OVERVIEW = Tab("")
BASIC = Tab("edit", (CHANGE,))
ADDRESSES = Tab("addresses", (CHANGE,))
PROTOCOL = Tab("protocol", (CHANGE,))
SIGN_IN = Tab("sign-in", (CHANGE, "POST update-application-mfa-settings"))
ACCESS = Tab("access", ("GET get-application-permission-strategy", "POST list-applications-auth"))
CREDENTIALS = Tab("credentials")
PEOPLE = Tab("people", ("POST list-application-active-users",))
TABS = (OVERVIEW, BASIC, ADDRESSES, PROTOCOL, SIGN_IN, ACCESS, CREDENTIALS, PEOPLE)


async def framed(visit: Visit, tab: Tab, app: Any = None) -> dict[str, Any]:
    """What `applications/frame.html` shows; `app`: where it is read already. Raises AppNotFound."""
    if app is None:
        app = await visit.ask(ONE, {"appId": visit.path["application"]})
    return {
        "app": app,
        "here": address(visit),
        "tabs": [
            (one.word, address(visit, one.name), one is tab, all(map(visit.may, one.calls))) for one in TABS
        ],
        "error_word": "",
    }


def telling(tab: Tab, checks: tuple[str, ...] = ()) -> Callable[[Visit], Awaitable[Mapping[str, Any]]]:
    """As a form wants it told; `checks`: its fields that hold addresses."""

    async def tell(visit: Visit) -> Mapping[str, Any]:
        facts = await framed(visit, tab)
        if checks:
            facts["check_at"] = address(visit, f"{tab.name}/check")
            facts["checks"] = {name: [] for name in checks}
        return facts

    return tell


def address(visit: Visit, tab: str = "", application: str = "") -> str:
    own = f"{visit.pool_address}/applications/{segment(application or visit.path['application'])}"
    return f"{own}/{tab}" if tab else own
