"""The proof that whoever brings a code is who asked for it (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets


def made() -> tuple[str, dict[str, str]]:
    """A new verifier, to be remembered, and what the authorization request says of it."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}
