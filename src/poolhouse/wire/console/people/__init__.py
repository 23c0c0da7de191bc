"""The list of users: looked for, filtered, and shown as each administrator likes it."""

from __future__ import annotations

from poolhouse.wire.console.people import users_list

PAGES = users_list.PAGES
