"""The one error of starting up."""


class DatabaseUnfit(Exception):
    """The server cannot start on this database; the message tells its operator why and what helps."""
