"""SM2 decryption (GB/T 32918.4), C1C3C2. The Python libraries that have it check neither point nor digest.

The scalar is blinded by a random multiple of the order, and the only caller treats every failure as a wrong
password, so what Python's integers give away by time is not tied to the key.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.hazmat.primitives import hashes

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]


def generate_private_key() -> int:
    return secrets.randbelow(_N - 2) + 1


def public_key_hex(private_key: int) -> str:
    """`04` and the point, as sm-crypto takes it."""
    x, y = _multiply(private_key, _G)
    return f"04{x:064x}{y:064x}"


def decrypt(private_key: int, ciphertext: bytes) -> bytes | None:
    """`ciphertext`: C1 (64 bytes, no leading 04), C3 (32), C2. None if it was not made for this key."""
    point = _point(ciphertext)
    if point is None:
        return None
    x2, y2 = (each.to_bytes(32, "big") for each in _multiply(private_key, point))
    digest, sealed = ciphertext[64:96], ciphertext[96:]
    key = _derive(x2 + y2, len(sealed))
    plain = bytes(a ^ b for a, b in zip(sealed, key, strict=True))
    return plain if hmac.compare_digest(_sm3(x2 + plain + y2), digest) else None


def bare(ciphertext: bytes) -> bytes | None:
    """What `decrypt` takes of a ciphertext with or without its leading 04, None where no point of the curve leads it.

    No other bytes begin with one: one text in 2**256 does by chance.
    """
    if ciphertext[:1] == b"\x04" and _point(ciphertext[1:]) is not None:
        return ciphertext[1:]
    return ciphertext if _point(ciphertext) is not None else None


def _point(ciphertext: bytes) -> Point | None:
    """C1, where it lies on the curve and something follows it."""
    if len(ciphertext) <= 96:
        return None
    x, y = int.from_bytes(ciphertext[:32], "big"), int.from_bytes(ciphertext[32:64], "big")
    return None if x >= _P or y >= _P or (y * y - (x * x + _A) * x - _B) % _P else (x, y)


def _sm3(data: bytes) -> bytes:
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return sm3.finalize()


def _derive(secret: bytes, length: int) -> bytes:
    blocks = (length + 31) // 32
    return b"".join(_sm3(secret + i.to_bytes(4, "big")) for i in range(1, blocks + 1))[:length]


def _multiply(scalar: int, point: Point) -> Point:
    scalar += _N * (secrets.randbits(64) | 1)
    result: _Jacobian = (1, 1, 0)
    for bit in bin(scalar)[2:]:
        result = _double(result)
        if bit == "1":
            result = _add(result, (*point, 1))
    x, y, z = result
    inverse = pow(z, -1, _P)
    return x * inverse * inverse % _P, y * inverse**3 % _P


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return point
    zz, yy = z * z % _P, y * y % _P
    m = 3 * (x - zz) * (x + zz) % _P
    s = 4 * x * yy % _P
    x3 = (m * m - 2 * s) % _P
    return x3, (m * (s - x3) - 8 * yy * yy) % _P, 2 * y * z % _P


def _add(left: _Jacobian, right: _Jacobian) -> _Jacobian:
    x1, y1, z1 = left
    x2, y2, _ = right
    if not z1:
        return right
    zz = z1 * z1 % _P
    h, r = (x2 * zz - x1) % _P, (y2 * zz * z1 - y1) % _P
    if not h:
        return _double(left) if not r else (1, 1, 0)
    hh = h * h % _P
    hhh, v = h * hh % _P, x1 * hh % _P
    x3 = (r * r - hhh - 2 * v) % _P
    return x3, (r * (v - x3) - y1 * hhh) % _P, z1 * h % _P
