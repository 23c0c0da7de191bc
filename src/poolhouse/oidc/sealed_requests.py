"""What a browser keeps for us, encrypted: the request of a sign-in under way in a form, a login in a cookie, whose
account an identity is to be linked to in an address."""

from __future__ import annotations

import base64
import binascii

import msgspec

from poolhouse import clock
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.errors import InvalidInput
from poolhouse.ids import new_id
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.sessions.model import Session

LIFETIME_S = 1800
_PLACE = "oidc-request"
_LOGIN = "oidc-login"
_LINK = "identity-link"
LINK_S = 600


class _Sealed(msgspec.Struct, array_like=True):
    expires_at: float
    request: AuthorizationRequest


class SealedRequests:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, request: AuthorizationRequest) -> str:
        """Good for half an hour; safe in a URL."""
        text = msgspec.json.encode(_Sealed(clock.epoch_s() + LIFETIME_S, request)).decode()
        return _letters(self._box.encrypt(text, _PLACE))

    def unseal(self, text: str) -> AuthorizationRequest:
        """Raises InvalidInput for one that is not ours, or too old."""
        try:
            opened = self._box.decrypt(_bytes(text), _PLACE)
            sealed = msgspec.json.decode(opened, type=_Sealed)
        except (binascii.Error, ValueError, SecretUnreadable, IndexError) as error:
            raise InvalidInput("request", "登录请求无效", "not a sign-in request of ours") from error
        if sealed.expires_at < clock.epoch_s():
            raise InvalidInput(
                "request", "登录请求已过期，请返回应用重试", "too old, go back to the application"
            )
        return sealed.request

    def app_of(self, text: str) -> str | None:
        """The application of one of ours, however old."""
        try:
            opened = self._box.decrypt(_bytes(text), _PLACE)
            return msgspec.json.decode(opened, type=_Sealed).request.app_id
        except (binascii.Error, ValueError, SecretUnreadable, IndexError):
            return None


class SealedLogins:
    """A browser's login, which only these pages can have made. A login's token is in its application's hands too, who
    may even sign one; what the cookie opens is every application of the pool."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, session: Session) -> str:
        return _letters(self._box.encrypt(f"{session.pool_id} {session.id}", _LOGIN))

    def unseal(self, text: str) -> tuple[str, str] | None:
        """The ids of a pool and of a session, which may have ended; None for what is none of ours."""
        try:
            pool_id, session_id = self._box.decrypt(_bytes(text), _LOGIN).split(" ")
        except (binascii.Error, ValueError, SecretUnreadable, IndexError):
            return None
        return pool_id, session_id


class LinkAsked(msgspec.Struct, array_like=True, frozen=True):
    """That somebody, signed in, wants an identity linked: by which login, and at which connection of which
    application. `id`: what it is known by once it has been used."""

    expires_at: float
    id: str
    pool_id: str
    session_id: str
    app_id: str
    connection: str


class SealedLinks:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, pool_id: str, session_id: str, app_id: str, connection: str) -> str:
        """Good for ten minutes; safe in a URL. It says for whom, and proves nothing of who has it."""
        asked = LinkAsked(clock.epoch_s() + LINK_S, new_id(), pool_id, session_id, app_id, connection)
        return _letters(self._box.encrypt(msgspec.json.encode(asked).decode(), _LINK))

    def unseal(self, text: str) -> LinkAsked:
        """Raises InvalidInput for one that is not ours, or too old."""
        try:
            asked = msgspec.json.decode(self._box.decrypt(_bytes(text), _LINK), type=LinkAsked)
        except (binascii.Error, ValueError, SecretUnreadable, IndexError) as error:
            raise InvalidInput("ticket", "绑定请求无效", "not a request of ours") from error
        if asked.expires_at < clock.epoch_s():
            raise InvalidInput("ticket", "绑定请求已过期，请重新开始", "too old, begin again")
        return asked


def _letters(sealed: bytes) -> str:
    """Safe in a URL and in a cookie."""
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
