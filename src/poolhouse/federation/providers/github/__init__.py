"""GitHub, and GitHub Enterprise. Sources: docs.github.com "Authorizing OAuth apps", "Troubleshooting OAuth app access
token request errors", REST API "Users" and "Emails"."""

from __future__ import annotations

from poolhouse.federation.model import Manifest
from poolhouse.federation.providers.github.client import GithubClient
from poolhouse.federation.providers.github.settings import FIELDS, GithubSettings

MANIFEST = Manifest(
    kind="github",
    source_type="github",
    title=("GitHub", "GitHub"),
    settings=GithubSettings,
    fields=FIELDS,
    callback_path="github",
    redirecting=GithubClient,
    takes_parameters=True,
    social=True,
)
