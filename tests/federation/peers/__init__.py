"""Who stands in for the provider of each kind in the catalog: one module a kind, its class called `StandIn`.

The module is called as the kind, with `_` for what no module's name has: `azure-ad` is `azure_ad.py`, `wechat:pc`
`wechat_pc.py`. `tests/federation/test_conformance.py` asks the same of all, and fails for a kind without one.
"""

from __future__ import annotations

import importlib
import re

from tests.federation.peers.model import StandIn


def stand_in(kind: str) -> StandIn:
    """Not serving yet. Raises ModuleNotFoundError."""
    made: StandIn = importlib.import_module(f"{__name__}.{re.sub(r'[^a-z0-9]', '_', kind)}").StandIn()
    return made
