import pytest

from poolhouse.audit.service import AuditLog
from poolhouse.oidc.postgres import grant_ends
from poolhouse.services.consequences import ENDINGS
from poolhouse.sessions.service import SessionService


@pytest.fixture
def box(services):
    """The server's: its own signing keys are in the database that every test shares."""
    return services.box


@pytest.fixture
def sessions(services, database):
    return SessionService(
        db=database,
        keys=services.sessions.keys,
        endings=ENDINGS,
        grant_ends=grant_ends,
        audit=AuditLog(database),
    )
