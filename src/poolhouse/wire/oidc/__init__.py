"""The OpenID Connect endpoints and the hosted sign-in pages."""
