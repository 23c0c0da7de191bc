"""The list of users, filtered and shown as each administrator likes it; and what is done with many of them at once."""

from __future__ import annotations

from poolhouse.wire.console.people import bulk, export, import_files, imports, users_list

PAGES = (*users_list.PAGES, *bulk.PAGES, *export.PAGES, *imports.PAGES, *import_files.PAGES)
