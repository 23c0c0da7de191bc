"""The one error of starting up."""

from __future__ import annotations

from poolhouse.errors import Unfit


class DatabaseUnfit(Unfit):
    """The server cannot start on this database; the message tells its operator why and what helps."""
