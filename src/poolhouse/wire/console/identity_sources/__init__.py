"""Identity sources and their connections; the pages say by which kinds people can sign in."""

from __future__ import annotations

from poolhouse.wire.console import forms
from poolhouse.wire.console.identity_sources import editing, shown
from poolhouse.wire.console.page import Page

FORMS, DELETIONS = editing.FORMS, editing.DELETIONS
PAGES: tuple[Page, ...] = (
    *(page for form in FORMS for page in forms.pages_of(form)),
    *(page for form in DELETIONS for page in forms.deleting(form)),
    *shown.PAGES,
)
