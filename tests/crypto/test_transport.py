import base64
import secrets

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from gmssl import sm3
from tests.wire.sealed_passwords import sm2_encrypted

from poolhouse.crypto.sm2 import decrypt, generate_private_key, public_key_hex
from poolhouse.crypto.transport import PasswordTransport, TransportKeys, require_plain
from poolhouse.errors import PasswordUndecryptable


@pytest.fixture(scope="module")
def transport():
    return PasswordTransport(TransportKeys.load(TransportKeys.generate().dump()))


def rsa(transport, password: bytes) -> str:
    key = serialization.load_pem_public_key(transport.rsa_public_key.encode())
    return base64.b64encode(key.encrypt(password, padding.PKCS1v15())).decode()


def sm2(transport, password: bytes) -> str:
    return "sm2:" + sm2_encrypted(transport.sm2_public_key, password).hex()


async def test_rsa_and_sm2_passwords_are_read(transport):
    for password in ("secret", "密码 with spaces", "p" * 200):
        assert await transport.read(rsa(transport, password.encode())) == password
        assert await transport.read(sm2(transport, password.encode())) == password
        assert await transport.read_new(sm2(transport, password.encode())) == password


async def test_plaintext_is_read_as_it_stands_unless_a_cipher_is_demanded(transport):
    assert await transport.read("secret") == "secret"
    assert await transport.read("secret", "none") == "secret"
    assert await transport.read("secret", "rsa") != "secret"
    with pytest.raises(PasswordUndecryptable):
        await transport.read_new("secret", "rsa")


async def test_a_forged_ciphertext_is_a_random_password_and_never_an_error(transport):
    good = base64.b64decode(rsa(transport, b"secret"))
    forgeries = [
        base64.b64encode(good[:-1] + bytes([good[-1] ^ 1])).decode(),
        base64.b64encode(secrets.token_bytes(256)).decode(),
        base64.b64encode(b"\0" * 256).decode(),
        base64.b64encode(b"\xff" * 256).decode(),
        base64.b64encode(good[:-1]).decode(),
        "x" * 344,
        "sm2:zz",
        "sm2:",
        "sm2:" + "0" * 400,
        sm2(transport, b"secret")[:-2] + "00",
        "sm2:" + "f" * 10_000,
    ]
    for forged in forgeries:
        assert await transport.read(forged, "sm2" if forged.startswith("sm2:") else "rsa") != "secret"


async def test_a_broken_ciphertext_never_becomes_a_new_password(transport):
    broken = sm2(transport, b"secret")
    with pytest.raises(PasswordUndecryptable):
        await transport.read_new(broken[:-2] + ("00" if broken[-2:] != "00" else "01"))
    with pytest.raises(PasswordUndecryptable):
        await transport.read_new(base64.b64encode(b"\xff" * 256).decode())


def test_a_point_on_another_curve_is_refused() -> None:
    """(5, 0) has order two on a curve that differs in b alone, which the arithmetic never reads: times an even
    number it is itself. So whoever knows no key can seal to it, and whether that opens tells the key's last bit."""
    shared, plain = f"{5:064x}{0:064x}", b"chosen"
    pad = bytes.fromhex(sm3.sm3_kdf(shared.encode(), len(plain)))
    sealed = bytes(a ^ b for a, b in zip(plain, pad, strict=True))
    digest = sm3.sm3_hash(list(bytes.fromhex(shared[:64]) + plain + bytes.fromhex(shared[64:])))
    assert decrypt(2 * generate_private_key(), bytes.fromhex(shared + digest) + sealed) is None


async def test_a_ciphertext_whose_leading_zero_the_client_dropped_is_read() -> None:
    transport = PasswordTransport(TransportKeys.generate())
    public = serialization.load_pem_public_key(transport.rsa_public_key.encode())
    sealed = b"x"
    while sealed[0] != 0:
        sealed = public.encrypt(b"secret", padding.PKCS1v15())
    shorter = base64.b64encode(sealed.lstrip(b"\0")).decode()
    assert await transport.read(shorter) == "secret"
    assert await transport.read_new(shorter) == "secret"


def foreign_rsa(size: int) -> str:
    return base64.b64encode(b"\x7f" + secrets.token_bytes(size - 1)).decode()


async def test_a_text_of_the_form_of_another_keys_ciphertext_is_refused_whether_set_or_checked(transport):
    for size in (124, 127, 128, 380, 383, 384, 508, 511, 512):
        for announced in ("auto", "rsa", "none"):
            for read in (transport.read, transport.read_new):
                with pytest.raises(PasswordUndecryptable):
                    await read(foreign_rsa(size), announced)


async def test_a_ciphertext_is_refused_where_plain_text_was_announced(transport):
    for sealed in (
        rsa(transport, b"secret"),
        sm2(transport, b"secret"),
        "04" + sm2(transport, b"secret")[4:],
    ):
        with pytest.raises(PasswordUndecryptable):
            await transport.read(sealed, "none")
        with pytest.raises(PasswordUndecryptable):
            require_plain(sealed)


async def test_sm2_is_known_by_its_point_without_a_prefix(transport):
    sealed = sm2(transport, b"secret").removeprefix("sm2:")
    for text in (sealed, "04" + sealed, "sm2:04" + sealed, sealed.upper()):
        assert await transport.read(text) == "secret"
        assert await transport.read_new(text, "sm2") == "secret"


async def test_lines_in_base64_are_one_text(transport):
    sealed = rsa(transport, b"secret")
    assert await transport.read(sealed[:76] + "\r\n" + sealed[76:] + "\n") == "secret"


def test_what_only_resembles_a_ciphertext_is_a_password():
    for text in (
        "a" * 172,
        "x" * 512,
        "deadbeef" * 30,
        "04" + "ab" * 120,
        foreign_rsa(64),
        foreign_rsa(129),
        foreign_rsa(200),
        foreign_rsa(128)[:-8],
        foreign_rsa(128) + "x",
        "p" * 171 + "密",
    ):
        require_plain(text)


async def test_a_public_key_that_begins_like_its_prefix_is_encrypted_for(transport):
    """One in 256: gmssl takes the 04 of its x for the prefix, and whatever zeros and fours follow."""
    private = next(
        number for number in range(1, 5000) if public_key_hex(number).removeprefix("04").startswith("04")
    )
    kept = PasswordTransport(TransportKeys(transport._keys.rsa_private, private))
    assert await kept.read(sm2(kept, b"secret")) == "secret"
