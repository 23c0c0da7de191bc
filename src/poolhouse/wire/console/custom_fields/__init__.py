"""The custom fields of users, roles, groups and departments: their order, what each is, and what deleting one loses."""

from __future__ import annotations

from poolhouse.wire.console import forms
from poolhouse.wire.console.custom_fields import editing, listing
from poolhouse.wire.console.page import Page

FORMS, DELETIONS = editing.FORMS, editing.DELETIONS
PAGES: tuple[Page, ...] = (
    *listing.PAGES,
    *(page for form in FORMS for page in forms.pages_of(form)),
    *(page for form in DELETIONS for page in forms.deleting(form)),
)
