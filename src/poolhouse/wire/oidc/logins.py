"""Whether the login that a browser has is an answer to what an application asks."""

from __future__ import annotations

from poolhouse.apps.model import App
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.sessions.model import Session
from poolhouse.times import now


def must_sign_in(app: App, asked: AuthorizationRequest, session: Session | None) -> bool:
    """Whether a session, if there is one, is no answer to this request."""
    if session is None or {"login", "select_account"} & set(asked.prompt):
        return True
    if asked.max_age is not None and (now() - session.created_at).total_seconds() > asked.max_age:
        return True
    if asked.subject not in (None, session.user_id):
        return True
    return is_apart(app, session)


def is_apart(app: App, session: Session) -> bool:
    """Whether it is a login at another application, and this one takes none: it stands alone, or asks for a second
    factor that the other did not."""
    return session.app_id != app.id and (app.settings.mfa_required or not app.settings.sso_enabled)
