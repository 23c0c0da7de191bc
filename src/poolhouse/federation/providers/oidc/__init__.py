"""OpenID Connect: any provider that has a discovery document. Sources: OpenID Connect Core 1.0, Discovery 1.0,
RFC 7636, RFC 9207, and for the modes docs.authing.cn "OIDC" (the front mode is `id_token` by `form_post`)."""

from poolhouse.federation.providers.oidc.client import MANIFEST as MANIFEST
