"""OAuth 2.0: any provider with a code and an address that tells who somebody is, or with scripts that know better.
Sources: RFC 6749, RFC 7636; the settings and scripts as docs.authing.cn "Configure custom social login" has them.
Decision: docs/decisions/0099-oauth2-scripts.md."""

from poolhouse.federation.providers.oauth2.client import MANIFEST as MANIFEST
