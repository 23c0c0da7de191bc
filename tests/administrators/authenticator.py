"""An authenticator as a browser's scripts see it, of which every field can be made wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP, UV, BE, BS, AT, ED = 1, 4, 8, 16, 64, 128
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """`made` and `used` answer the JSON a page sends; what is named among `wrong` is put in place of the right one."""

    origin: str
    rp_id: str
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    count: int = 0

    def made(self, options: Mapping[str, Any], **wrong: Any) -> str:
        self.handle = unb64(options["user"]["id"])
        client = self.client_data("webauthn.create", options, wrong)
        length = wrong.get("id_length", len(self.credential_id))
        inner = bytes(16) + length.to_bytes(2, "big") + wrong.get("inner_id", self.credential_id)
        inner += wrong.get("cose") or cbor2.dumps(wrong.get("public_key", self.public_key()))
        data = wrong.get("data", self.data(UP | UV | AT, wrong) + inner + wrong.get("after", b""))
        attestation = {"fmt": "none", "attStmt": {}, "authData": data} | wrong.get("attested", {})
        response = {
            "clientDataJSON": b64(client),
            "attestationObject": b64(wrong.get("attestation", cbor2.dumps(attestation))),
        }
        return self.sent(response, wrong)

    def used(self, options: Mapping[str, Any], **wrong: Any) -> str:
        client = self.client_data("webauthn.get", options, wrong)
        data = wrong.get("data", self.data(UP | UV, wrong) + wrong.get("after", b""))
        signed = wrong.get("signed", data) + hashlib.sha256(wrong.get("signed_client", client)).digest()
        signature = wrong.get("signature", self.sign(signed))
        handle = wrong.get("handle", self.handle)
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": b64(handle) if handle is not None else None,
        }
        return self.sent(response, wrong)

    def client_data(self, kind: str, options: Mapping[str, Any], wrong: Mapping[str, Any]) -> bytes:
        told = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        } | wrong.get("client", {})
        return wrong.get("client_data") or json.dumps(told).encode()

    def data(self, flags: int, wrong: Mapping[str, Any]) -> bytes:
        rp = hashlib.sha256(wrong.get("rp_id", self.rp_id).encode()).digest()
        return rp + bytes([wrong.get("flags", flags)]) + wrong.get("count", self.count).to_bytes(4, "big")

    def sent(self, response: dict[str, Any], wrong: Mapping[str, Any]) -> str:
        credential = {
            "id": b64(self.credential_id),
            "type": "public-key",
            "response": response | wrong.get("response", {}),
        }
        return wrong.get("text") or json.dumps(credential | wrong.get("credential", {}))

    def public_key(self) -> dict[int, Any]:
        """As COSE has it."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            numbers = self.key.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        of_rsa = self.key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: of_rsa.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(content, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(content)
        return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
