"""Pages of one application, a tab each: what it is, its addresses, its protocol, how people sign in, who may, and its
secret."""

from __future__ import annotations

from poolhouse.wire.console import forms
from poolhouse.wire.console.applications import access, credentials, editing, overview, sign_in_methods

FORMS, DELETIONS = editing.FORMS, editing.DELETIONS
PAGES = (
    *(page for form in FORMS for page in forms.pages_of(form)),
    *(page for form in DELETIONS for page in forms.deleting(form)),
    *(*editing.PAGES, *sign_in_methods.PAGES, *access.PAGES, *credentials.PAGES, *overview.PAGES),
)
