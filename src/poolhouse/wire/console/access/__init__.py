"""Pages of what people may do: resources, the namespaces they are in, and to whom they are granted."""

from __future__ import annotations

from poolhouse.wire.console import forms
from poolhouse.wire.console.access import (
    editing,
    grants,
    may,
    namespaces,
    policies,
    resource_policies,
    resources,
)

FORMS = (*editing.FORMS, *resource_policies.FORMS)
DELETIONS = (*editing.DELETIONS, *resource_policies.DELETIONS)
PAGES = (
    *(page for form in FORMS for page in forms.pages_of(form)),
    *(page for form in DELETIONS for page in forms.deleting(form)),
    *(*namespaces.PAGES, *resources.PAGES, *grants.PAGES, *may.PAGES, *policies.PAGES),
    *resource_policies.PAGES,
)
