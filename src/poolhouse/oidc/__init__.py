"""The OpenID Connect provider: codes, grants, consent and discovery, without any HTTP."""
