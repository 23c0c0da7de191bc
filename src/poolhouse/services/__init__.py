"""The composition root: what exists, and what it is built from. `app.py` serves it.

Owns the builders, one a floor of the house (`core`, `people`, `access`, `sign_in`), the order they run in
(`assembly.py`), and whom a deletion or a change must tell (`consequences.py`). A collaborator is passed by keyword,
to a constructor: nothing is set later, so nothing can be forgotten. Decides nothing itself.
"""

from poolhouse.services.assembly import NODE, Services, WireServices, build, opened
from poolhouse.services.core import secret_keys

__all__ = ["NODE", "Services", "WireServices", "build", "opened", "secret_keys"]
