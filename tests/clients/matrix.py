"""The clients that the suite drives: which, by what driver, and what fails for reasons that are not ours.

A row more is a client more. Its driver walks the documented calls by a protocol of lines (`runs.py`);
`docs/reference/clients.md` and the table in README.md are made of the rows and of their recorded runs (`make clients`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients.packages import Modules, Packages, Wheels
from tests.clients.walk_v3 import WALK as V3


@dataclass(frozen=True, slots=True)
class Client:
    """`settings`: what is set besides `host`. `theirs`: calls that fail, and why no server can mend it.
    `ours`: calls that fail, and what is not built or wrong here; they are to go. `walk`: the calls, where the driver
    takes them from us; else it has its own."""

    name: str
    registry: str
    version: str
    language: str
    packages: Packages
    begin: str
    settings: str = ""
    walk: list[dict[str, Any]] | None = None
    theirs: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def file(self) -> str:
        """The name of its recorded run."""
        return f"{self.name}-{self.version}".replace("/", "_").replace("@", "")


TOKENS = dict.fromkeys(
    ["getUserInfoByAccessToken", "introspectToken", "getNewAccessTokenByRefreshToken"],
    "the tokens of `signin` are no tokens of OpenID Connect yet",
)

CLIENTS = [
    Client(
        name="authing-node-sdk",
        registry="npm",
        version="4.0.1",
        language="JavaScript",
        packages=Modules("v3", "authing-node-sdk"),
        begin="`new ManagementClient({ accessKeyId, accessKeySecret, host })`",
        walk=V3,
        ours=TOKENS,
    ),
    Client(
        name="authing",
        registry="PyPI",
        version="5.1.0",
        language="Python",
        packages=Wheels("v3"),
        begin="`ManagementClient(access_key_id, access_key_secret, host=host)`",
        walk=V3,
        ours=TOKENS,
    ),
]
"""In the order of the page."""
