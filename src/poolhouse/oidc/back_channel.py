"""Whom an ending concerns, and what they are told of it from server to server: OpenID Connect Back-Channel Logout 1.0.

An application is told when the session it was signed in from ends, or what it was given there does: one notice for each
application and session, written in the transaction of the ending, so that there is none without the other. Of a session
that merely runs out nobody is told. Decision: docs/decisions/0038-calls-of-logout.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.apps.model import App
from poolhouse.db.database import Executor, Tx
from poolhouse.ids import new_id
from poolhouse.oidc import postgres_logout
from poolhouse.oidc.model import LogoutNotice, Party
from poolhouse.sessions.model import Ending

CHANNEL = "logout_notices"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME_S = 120
"""Of a logout token: what Back-Channel Logout 1.0 2.4 recommends."""


async def logins_ended(tx: Tx, ending: Ending) -> None:
    """The notices of an ending; before the grants are revoked with it."""
    found = await parties(tx, ending)
    if not found:
        return
    app_ids = sorted({party.app_id for party in found})
    told = await postgres_logout.apps_told(tx, ending.pool_id, app_ids)
    notices = {new_id(): party for party in found if party.app_id in told}
    if notices:
        await postgres_logout.insert(tx, ending.pool_id, notices)
        await tx.notify(CHANNEL)


async def parties(db: Executor, ending: Ending) -> list[Party]:
    """The applications that an ending concerns, each once for each session; while the grants are not revoked yet."""
    found = {(one.app_id, one.session_id): one for one in await postgres_logout.parties(db, ending)}
    for session in ending.sessions:  # a sign-in of v2 or v3 has no grant
        if session.app_id:
            party = Party(session.app_id, session.id, session.user_id)
            found.setdefault((session.app_id, session.id), party)
    return list(found.values())


def claims_of(notice: LogoutNotice, app: App, issuer: str, issued_at: int) -> dict[str, Any]:
    """Of the logout token. Its `jti` is the notice's: an application that is told twice can see it."""
    return {
        "iss": notice.issuer or issuer,
        "aud": app.id,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_S,
        "jti": notice.id,
        "events": {EVENT: {}},
        "sub": notice.subject,
        "sid": notice.session_id,
    }
