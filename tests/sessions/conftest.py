import pytest

from poolhouse.audit.service import AuditLog
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.services.consequences import ENDINGS
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.service import SessionService


@pytest.fixture(scope="session")
def box():
    return SecretBox(b"k" * 32)


@pytest.fixture
def sessions(database, box):
    keys = KeyRing(database, box)
    return SessionService(db=database, keys=keys, endings=ENDINGS, audit=AuditLog(database))
