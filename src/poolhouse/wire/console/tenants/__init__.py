"""Tenants: listed, made, changed, deleted, with their applications, members and administrators."""

from __future__ import annotations

from poolhouse.wire.console import forms
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.tenants import editing, one

FORMS, DELETIONS = editing.FORMS, editing.DELETIONS
PAGES: tuple[Page, ...] = (
    *(page for form in FORMS for page in forms.pages_of(form)),
    *(page for form in DELETIONS for page in forms.deleting(form)),
    *one.PAGES,
)
