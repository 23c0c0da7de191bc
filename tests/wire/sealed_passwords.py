"""Every place of the wires that takes a user's password, and passwords sealed with keys that are not the server's.

The places are read from the schema of v2 and the structs of v3: one added tomorrow is tried too.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from gmssl import sm2 as other_sm2
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from msgspec import inspect as shapes
from tests.wire.v2.calls import Call, Root, calls, fill, plain, roots

from poolhouse.crypto import sm2
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints

Path = tuple[str, ...]
"""Keys of a body from its root, `[]` for the only item of a list."""

NOT_A_PERSONS = {("connection", "password"), ("passwordResetToken",)}
"""Of a database, and of a proof."""


class Place(NamedTuple):
    what: Root | Call | Endpoint
    path: Path

    def __str__(self) -> str:
        name = f"{self.what.method} {self.what.path}" if isinstance(self.what, Endpoint) else str(self.what)
        return f"{name} {'.'.join(self.path)}"


def of_graphql() -> list[Place]:
    return [
        Place(root, path)
        for root in roots()
        for name, argument in root.field.args.items()
        for path in _within_input(argument.type, (name,))
    ]


def required(kind: Any, name: str = "") -> Any:
    """The least that a type of input takes, of nobody's things; None where nothing is needed."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    if isinstance(kind.of_type, GraphQLInputObjectType):
        fields = kind.of_type.fields.items()
        filled = {key: required(field.type, key) for key, field in fields}
        return {key: value for key, value in filled.items() if value is not None}
    return fill(kind, name, plain)


def _within_input(kind: Any, path: Path) -> Iterator[Path]:
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        yield from _within_input(kind.of_type, (*path, "[]"))
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield from _within_input(field.type, (*path, name))
    elif _is_password(path[-1]) and str(kind) == "String":
        yield path


REST: dict[str, dict[str, Any]] = {
    "POST /api/v2/users": {"userInfo": {"username": "x"}},
    "POST /api/v2/users/{userId}": {},
    "POST /api/v2/password/check": {},
    "GET /api/v2/users/password/check": {},
    "POST /api/v2/password/user-action/check": {},
    "POST /api/v2/register/email-code": {"email": "x@example.com", "code": "1234"},
    "POST /api/v2/register-email-code": {"email": "x@example.com", "code": "1234"},
    "POST /api/v2/register-phone-code": {"phone": "13800138000", "code": "1234"},
    "POST /api/v2/register-email": {"email": "x@example.com"},
    "POST /api/v2/register-username": {"account": "x"},
    "POST /api/v2/register-phone": {"account": "13800138000"},
}
"""By hand, with what else the body must have: bodies of v2's REST have no declared shape to read it from."""


def of_rest() -> list[Place]:
    return [Place(call, path_of(call)) for call in calls() if str(call) in REST]


def path_of(call: Call) -> Path:
    return ("userInfo", "password") if "userInfo" in REST[str(call)] else ("password",)


def of_v3() -> list[Place]:
    return [
        Place(row, path)
        for row in endpoints().values()
        if row.request is not None
        for path in _within_struct(shapes.type_info(row.request), (), ())
    ]


def _within_struct(kind: Any, path: Path, outer: tuple[type, ...]) -> Iterator[Path]:
    if isinstance(kind, shapes.UnionType):
        for one in kind.types:
            yield from _within_struct(one, path, outer)
    elif isinstance(kind, shapes.ListType):
        yield from _within_struct(kind.item_type, (*path, "[]"), outer)
    elif isinstance(kind, shapes.StructType) and kind.cls not in outer:
        for field in kind.fields:
            yield from _within_struct(field.type, (*path, field.encode_name), (*outer, kind.cls))
    elif isinstance(kind, shapes.StrType) and path and _is_password(path[-1]) and path not in NOT_A_PERSONS:
        yield path


def _is_password(name: str) -> bool:
    return "password" in name.lower()


def put(body: Any, path: Path, value: Any) -> None:
    """Writes `value` at `path`, making the objects and lists on the way that are not there."""
    for key, after in zip(path, (*path[1:], None), strict=True):
        here: Any = value if after is None else [{}] if after == "[]" else {}
        if key == "[]":
            body[0] = value if after is None else body[0] or {}
            body = body[0]
        elif after is None:
            body[key] = here
        else:
            body[key] = body.get(key) or here
            body = body[key]


# -- ciphertexts -----------------------------------------------------------------------------------------


def rsa_sealed(bits: int) -> str:
    """As jsencrypt seals with a key of the vendor's, whose private half nobody here has."""
    return _base64(
        rsa.generate_private_key(65537, bits).public_key().encrypt(b"secret 1", padding.PKCS1v15())
    )


def seal(pem: str, password: str) -> str:
    public = serialization.load_pem_public_key(pem.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    return _base64(public.encrypt(password.encode(), padding.PKCS1v15()))


def _base64(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def sm2_sealed() -> str:
    """As sm-crypto seals, without the prefix that v2's clients write before it."""
    text: str = sm2_encrypted(sm2.public_key_hex(sm2.generate_private_key()), b"secret 1").hex()
    return text


def sm2_encrypted(public: str, plain: bytes) -> Any:
    """By gmssl, as bytes: C1C3C2 without the prefix. `public` has its 04.

    The key is put past gmssl's constructor, which strips every leading 0 and 4 of one that begins with 04: of 256 keys
    one loses digits of its x there, and encrypt raises TypeError.
    """
    other = other_sm2.CryptSM2("", "", mode=1)
    other.public_key = public.removeprefix("04")
    while not (sealed := other.encrypt(plain)):  # None where the key stream is all zeros
        pass
    return sealed


def wrapped(text: str) -> str:
    """As Java's and Python's MIME encoders break lines."""
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + "\r\n"


FOREIGN = {
    "rsa-1024": rsa_sealed(1024),
    "rsa-1024 in lines": wrapped(rsa_sealed(1024)),
    "rsa-4096": _base64(b"\x7f" + secrets.token_bytes(511)),
}
"""What the form alone tells to be another key's."""
OF_OUR_FORM = {"rsa-2048": rsa_sealed(2048), "sm2:": "sm2:" + sm2_sealed(), "sm2": "04" + sm2_sealed()}
"""What only decrypting tells: where a password is checked it is a wrong one, or a captcha would be an oracle."""
