"""Passkeys (WebAuthn): what a browser is asked for, and whether what it sent proves what it should.

Nothing here knows whose a passkey is or where it is kept. Source: https://www.w3.org/TR/webauthn-3/ (7.1, 7.2).

`webauthn` is imported by the first that needs it, in the thread in which it works: it takes half a second. What comes
from outside is bounded and walked first (`authenticator_data`), as the library reads all of it before it looks at the
signature.
"""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from poolhouse.aside import aside
from poolhouse.errors import InvalidInput, PasskeyRefused, TooLarge
from poolhouse.mfa.authenticator_data import after_the_head, attested
from poolhouse.texts import require_visible, written
from poolhouse.web_origins import web_origin

LONGEST = 16 * 1024
"""Characters of what a browser sends in all."""
LONGEST_NAME = 64
TIMEOUT_MS = 120_000
"""How long a person has to touch the authenticator."""
ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256, RS256: what every authenticator in use has one of."""

_KINDS = {(1, -8), (2, -7), (3, -257)}
"""Which key (COSE kty) goes with which algorithm."""
_RSA_BYTES = range(256, 513)
_RSA_EXPONENT_BYTES = 4

_Short = Annotated[str, msgspec.Meta(max_length=1400)]
"""A credential's id has 1,023 bytes at most."""
_Long = Annotated[str, msgspec.Meta(max_length=8192)]


@dataclass(frozen=True, slots=True)
class Site:
    """Who asks: `origin` as browsers write it, and the name that a passkey is bound to."""

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey as an authenticator made it. `backup_eligible`: it may be copied to other devices of its owner."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What was signed: the authenticator's counter, 0 for those that count nothing."""

    sign_count: int
    backup_eligible: bool
    backed_up: bool


class _Sent(msgspec.Struct, rename="camel"):
    client_data_json: _Long = msgspec.field(name="clientDataJSON")


class _MadeResponse(_Sent):
    attestation_object: _Long


class _UsedResponse(_Sent):
    authenticator_data: _Long
    signature: _Short
    user_handle: _Short | None = None


class MadeCredential(msgspec.Struct, rename="camel"):
    """What `navigator.credentials.create` answered, its bytes in base64url."""

    id: _Short
    type: Literal["public-key"]
    response: _MadeResponse


class UsedCredential(msgspec.Struct, rename="camel"):
    """What `navigator.credentials.get` answered."""

    id: _Short
    type: Literal["public-key"]
    response: _UsedResponse

    @property
    def credential_id(self) -> bytes:
        """Raises PasskeyRefused."""
        return bytes_of(self.id)

    @property
    def user_handle(self) -> bytes:
        """b"" where the authenticator kept none."""
        return bytes_of(self.response.user_handle or "")


def site_of(own: str) -> Site | Literal["address", "insecure"]:
    """Of our own address. Passkeys are bound to a name: browsers refuse an IP address, and plain HTTP to anything but
    `localhost`."""
    origin = web_origin(own) or web_origin(own.lower())
    if origin is None:
        return "address"
    split = urlsplit(origin)
    name = split.hostname or ""
    if _is_address(name):
        return "address"
    if split.scheme != "https" and name != "localhost" and not name.endswith(".localhost"):
        return "insecure"
    return Site(origin, name)


def to_make(
    site: Site,
    challenge: bytes,
    *,
    handle: bytes,
    account: str,
    person: str,
    others: list[bytes],
    rp_name: str = "Poolhouse",
) -> dict[str, Any]:
    """Options of `navigator.credentials.create`, bytes in base64url. `others`: passkeys of the same person, so that an
    authenticator that has one makes no second."""
    return {
        "rp": {"id": site.rp_id, "name": rp_name},
        "user": {"id": text_of(handle), "name": account, "displayName": person},
        "challenge": text_of(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": [{"type": "public-key", "id": text_of(each)} for each in others],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def to_use(site: Site, challenge: bytes, only: list[bytes] | None = None) -> dict[str, Any]:
    """Options of `navigator.credentials.get`: whichever passkey of the site the person chooses, or one of `only`."""
    return {
        "rpId": site.rp_id,
        "challenge": text_of(challenge),
        "timeout": TIMEOUT_MS,
        "allowCredentials": [{"type": "public-key", "id": text_of(each)} for each in only or ()],
        "userVerification": "required",
    }


def read_made(sent: str) -> MadeCredential:
    """Raises PasskeyRefused."""
    credential: MadeCredential = _read(sent, MadeCredential)
    return credential


def read_used(sent: str) -> UsedCredential:
    """Raises PasskeyRefused."""
    credential: UsedCredential = _read(sent, UsedCredential)
    return credential


def made(sent: MadeCredential, site: Site, challenge: bytes) -> Made:
    """For a thread of its own. Raises PasskeyRefused.

    What an authenticator says of its maker is not asked for and not read: anybody's may be used.
    """
    credential_id, client_data = bytes_of(sent.id), bytes_of(sent.response.client_data_json)
    data = attested(bytes_of(sent.response.attestation_object))
    try:
        from webauthn import verify_registration_response
        from webauthn.helpers import (
            decode_credential_public_key,
            decoded_public_key_to_cryptography,
            encode_cbor,
        )
        from webauthn.helpers.cose import COSEAlgorithmIdentifier
        from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

        _require_own_frame(client_data)
        unsaid = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        found = verify_registration_response(
            credential=RegistrationCredential(
                sent.id, credential_id, AuthenticatorAttestationResponse(client_data, unsaid)
            ),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in ALGORITHMS],
        )
        key: Any = decode_credential_public_key(found.credential_public_key)
        _require_sound(key)
        decoded_public_key_to_cryptography(key)  # a point that is not on the curve
    except Exception as error:
        raise _refused(error) from error
    if found.credential_id != credential_id:
        raise PasskeyRefused("another credential's id")
    return Made(
        credential_id,
        found.credential_public_key,
        found.sign_count,
        found.credential_device_type == "multi_device",
        found.credential_backed_up,
    )


def used(sent: UsedCredential, site: Site, challenge: bytes, public_key: bytes) -> Used:
    """For a thread of its own. Raises PasskeyRefused. The counter is for whoever keeps the last one to compare: before
    the signature is known to be right it says nothing."""
    client_data = bytes_of(sent.response.client_data_json)
    data, signature = bytes_of(sent.response.authenticator_data), bytes_of(sent.response.signature)
    after_the_head(data)
    try:
        from webauthn import verify_authentication_response
        from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

        _require_own_frame(client_data)
        found = verify_authentication_response(
            credential=AuthenticationCredential(
                sent.id,
                sent.credential_id,
                AuthenticatorAssertionResponse(client_data, data, signature),
            ),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise _refused(error) from error
    eligible = found.credential_device_type == "multi_device"
    return Used(found.new_sign_count, eligible, found.credential_backed_up)


class Known(Protocol):
    """A passkey as somebody keeps it."""

    @property
    def public_key(self) -> bytes: ...
    @property
    def backup_eligible(self) -> bool: ...


async def proven(turn: str, sent: UsedCredential, site: Site, challenge: bytes, passkey: Known) -> Used:
    """As `used`, in a thread in its turn, by a passkey that is known: PasskeyRefused has it as `passkey`."""
    try:
        found = await aside(turn, used, sent, site, challenge, passkey.public_key)
    except PasskeyRefused as error:
        raise PasskeyRefused(error.cause, passkey=passkey) from error
    if found.backup_eligible != passkey.backup_eligible:
        raise PasskeyRefused("it cannot begin or cease to be one that is copied", passkey=passkey)
    return found


def checked_name(given: str) -> str:
    """Raises InvalidInput, TooLarge."""
    name = require_visible(written(given), "name")
    if not name:
        raise InvalidInput("name", "请起一个名称", "is needed")
    if len(name) > LONGEST_NAME:
        raise TooLarge("name", f"最长 {LONGEST_NAME} 个字符", f"at most {LONGEST_NAME} characters")
    return name


def _refused(error: Exception) -> PasskeyRefused:
    """The library raises whatever the bytes made it stumble over; the log has which."""
    if isinstance(error, PasskeyRefused):
        return error
    return PasskeyRefused(f"{type(error).__name__}: {str(error)[:200]}")


def _require_own_frame(client_data: bytes) -> None:
    """A page of another site that shows ours in a frame asks in our name."""
    from webauthn.helpers import parse_client_data_json

    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyRefused("asked by a page of another site")


def _require_sound(key: Any) -> None:
    """A key that its algorithm can be checked with, in a time that does not depend on who made it."""
    if (key.kty, key.alg) not in _KINDS:
        raise PasskeyRefused("a key of another algorithm")
    if key.kty == 2 and key.crv != 1:
        raise PasskeyRefused("a key on another curve")
    if key.kty == 3 and (len(key.n) not in _RSA_BYTES or len(key.e) > _RSA_EXPONENT_BYTES):
        raise PasskeyRefused("an RSA key of another size")


def _read(sent: str, kind: type[Any]) -> Any:
    if len(sent) > LONGEST:
        raise PasskeyRefused("too long")
    try:
        return msgspec.json.decode(sent, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise PasskeyRefused("not what a browser answers") from error


def bytes_of(text: str) -> bytes:
    """Raises PasskeyRefused."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise PasskeyRefused("not base64url") from error


def text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        # As browsers read it: a name whose last part is a number is an IPv4 address, or nothing.
        return name.rstrip(".").rpartition(".")[2].isdigit() or not name
    return True
