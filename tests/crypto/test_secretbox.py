import secrets
import stat

import pytest

from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable, load_or_create_key_file, parse_key


def test_a_secret_opens_only_in_its_place():
    box = SecretBox(secrets.token_bytes(32))
    sealed = box.encrypt("postgres://密码", "pool/connections/uri")
    assert box.decrypt(sealed, "pool/connections/uri") == "postgres://密码"
    with pytest.raises(SecretUnreadable):
        box.decrypt(sealed, "other/connections/uri")


@pytest.mark.parametrize("cut", [0, 1, 5, 17, -1])
def test_changed_bytes_do_not_open(cut):
    box = SecretBox(secrets.token_bytes(32))
    sealed = box.encrypt("secret", "a")
    with pytest.raises(SecretUnreadable):
        box.decrypt(sealed[:cut], "a")
    with pytest.raises(SecretUnreadable):
        box.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), "a")


def test_an_older_key_still_opens_and_is_known_to_be_older():
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    sealed = SecretBox(old).encrypt("secret", "a")
    box = SecretBox(new, [old])
    assert box.decrypt(sealed, "a") == "secret"
    assert not box.is_current(sealed)
    assert box.is_current(box.encrypt("secret", "a"))
    with pytest.raises(SecretUnreadable):
        SecretBox(new).decrypt(sealed, "a")


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "secret.key"
    key = load_or_create_key_file(path)
    assert load_or_create_key_file(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        parse_key("c2hvcnQ=")
