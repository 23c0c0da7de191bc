"""Where somebody goes to link an identity to their own account.

Sources: docs/contract/v3/signin.md, and what the official pages say of `link-extidp`. Decision:
docs/decisions/0105-linking-ones-own-identity.md.
"""

from __future__ import annotations

from urllib.parse import urlencode

from poolhouse.errors import NotAuthenticated
from poolhouse.oidc.model import OAuthError
from poolhouse.wire.v3.dto.signin import LinkQuery, LinkUrl
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def generate_link_extidp_url(request: V3Request, query: LinkQuery) -> LinkUrl:
    """Where the browser goes to link an outside account. Which sources exist is that page's to say; for whom is in the
    ticket, so that an id token goes into no address."""
    caller = request.caller
    app_id = query.app_id or caller.app_id or ""
    return _link_url(request, caller.pool_id, caller.session_id or "", app_id, query.ext_idp_conn_identifier)


async def link_extidp(request: V3Request, query: LinkQuery) -> LinkUrl:
    """The same for whoever an id token is about. It opens nothing: the page asks for that person's own login.

    Raises NotAuthenticated: it is none of ours, of another application, or of a login that has ended.
    """
    try:
        hint = await request.services.oidc_tokens.hint(query.id_token)
    except OAuthError as error:
        raise NotAuthenticated("id_token is not a token of ours") from error
    if hint.app.id != query.app_id:
        raise NotAuthenticated("id_token is of another application")
    session = await request.services.credentials.login_in(hint.app.pool_id, hint.session_id)
    if session.user_id != hint.user_id:
        raise NotAuthenticated("id_token is not of its login")
    connection = query.ext_idp_conn_identifier
    return _link_url(request, hint.app.pool_id, session.id, hint.app.id, connection)


def _link_url(request: V3Request, pool_id: str, session_id: str, app_id: str, connection: str) -> LinkUrl:
    ticket = request.services.sealed_links.seal(pool_id, session_id, app_id, connection)
    named = {"app_id": app_id, "ext_idp_conn_identifier": connection, "ticket": ticket}
    return LinkUrl(url=f"{request.services.links.base_url}/connections/link?{urlencode(named)}")


ENDPOINTS: list[Endpoint] = [
    Endpoint(
        "GET",
        "generate-link-extidp-url",
        request=LinkQuery,
        response=LinkUrl,
        handler=generate_link_extidp_url,
        scope="me:read",
        access="user",
        summary="The address that would link an identity",
    ),
    Endpoint(
        "GET",
        "link-extidp",
        request=LinkQuery,
        response=LinkUrl,
        handler=link_extidp,
        scope="me:read",
        access="anyone",
        leads=True,
        summary="Where the person of an id token links an identity; a browser is led there",
    ),
]
