"""The authorization request of a sign-in under way, encrypted into a parameter of the pages' forms."""

from __future__ import annotations

import base64
import binascii
import time

import msgspec

from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.errors import InvalidInput
from poolhouse.oidc.model import AuthorizationRequest

LIFETIME_S = 1800
_PLACE = "oidc-request"


class _Sealed(msgspec.Struct, array_like=True):
    expires_at: float
    request: AuthorizationRequest


class SealedRequests:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, request: AuthorizationRequest) -> str:
        """Good for half an hour; safe in a URL."""
        text = msgspec.json.encode(_Sealed(time.time() + LIFETIME_S, request)).decode()
        return base64.urlsafe_b64encode(self._box.encrypt(text, _PLACE)).rstrip(b"=").decode()

    def unseal(self, text: str) -> AuthorizationRequest:
        """Raises InvalidInput for one that is not ours, or too old."""
        try:
            opened = self._box.decrypt(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _PLACE)
            sealed = msgspec.json.decode(opened, type=_Sealed)
        except (binascii.Error, ValueError, SecretUnreadable, IndexError) as error:
            raise InvalidInput("request", "登录请求无效", "not a sign-in request of ours") from error
        if sealed.expires_at < time.time():
            raise InvalidInput(
                "request", "登录请求已过期，请返回应用重试", "too old, go back to the application"
            )
        return sealed.request
