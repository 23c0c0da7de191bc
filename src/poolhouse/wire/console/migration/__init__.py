"""The pages of a lazy migration: how far it is, who has not come, and its end."""

from poolhouse.wire.console.migration import finishing, progress

PAGES = (*progress.PAGES, *finishing.PAGES)
