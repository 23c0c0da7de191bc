"""`poolhouse app`: applications of a pool, and how each speaks OpenID Connect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from poolhouse.apps.model import App as Application
from poolhouse.apps.model import GrantType, IdTokenAlgorithm, ResponseMode, ResponseType, TokenEndpointAuth
from poolhouse.commands.directory import Json, Pool, on_services, operator
from poolhouse.commands.output import facts
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.errors import InvalidInput
from poolhouse.services import Services

apps = App(name="app", help="Applications of a pool.")

SHOWN = (
    "id_token_algorithm",
    "token_endpoint_auth",
    "client_jwks",
    "require_pkce",
    "grant_types",
    "client_credentials_scopes",
    "response_types",
    "response_modes",
    "refresh_token_rotation",
    "code_expires_after",
    "id_token_expires_after",
    "access_token_expires_after",
    "refresh_token_expires_after",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
)
LARGEST_FILE = 100_000


@apps.command(name="show")
def show_app(
    app_id: str,
    /,
    *,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows an application and how it speaks OpenID Connect; never its secret."""

    async def work(services: Services) -> None:
        caller = await operator(services, pool)
        facts("application", _facts(await services.apps.get(caller, app_id)), as_json=as_json)

    on_services(data, database_url, work)


@apps.command(name="set")
def set_app(
    app_id: str,
    /,
    *,
    id_token_algorithm: IdTokenAlgorithm | None = None,
    token_endpoint_auth: Annotated[
        TokenEndpointAuth | None, Parameter(help="How the client says who it is; none is a public client.")
    ] = None,
    jwks: Annotated[
        Path | None, Parameter(help="A file with the public keys of private_key_jwt: a JWK set or a JWK.")
    ] = None,
    require_pkce: bool | None = None,
    grant_type: Annotated[
        list[GrantType] | None, Parameter(help="Those it uses; give it several times.")
    ] = None,
    client_credentials_scope: Annotated[
        list[str] | None, Parameter(help="Scopes of tokens of its own; likewise. '' takes all away.")
    ] = None,
    response_type: Annotated[list[ResponseType] | None, Parameter(help="Likewise.")] = None,
    response_mode: Annotated[list[ResponseMode] | None, Parameter(help="Likewise.")] = None,
    refresh_token_rotation: bool | None = None,
    code_expires_after: Annotated[int | None, Parameter(help="Seconds, as the three below.")] = None,
    id_token_expires_after: int | None = None,
    access_token_expires_after: int | None = None,
    refresh_token_expires_after: int | None = None,
    backchannel_logout_uri: Annotated[
        str | None, Parameter(help="Where the server tells it of logouts; empty for nowhere.")
    ] = None,
    backchannel_logout_session_required: bool | None = None,
    frontchannel_logout_uri: Annotated[
        str | None, Parameter(help="What the page of a logout frames for it; empty for nothing.")
    ] = None,
    frontchannel_logout_session_required: bool | None = None,
    redirect_uri: Annotated[list[str] | None, Parameter(help="All of them; give it several times.")] = None,
    logout_redirect_uri: Annotated[list[str] | None, Parameter(help="Likewise.")] = None,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Changes how an application speaks OpenID Connect. What is not given stays."""
    settings: dict[str, Any] = {
        "id_token_algorithm": id_token_algorithm,
        "token_endpoint_auth": token_endpoint_auth,
        "client_jwks": None if jwks is None else _read(jwks),
        "require_pkce": require_pkce,
        "grant_types": grant_type,
        "client_credentials_scopes": None
        if client_credentials_scope is None
        else [one for one in client_credentials_scope if one],
        "response_types": response_type,
        "response_modes": response_mode,
        "refresh_token_rotation": refresh_token_rotation,
        "code_expires_after": code_expires_after,
        "id_token_expires_after": id_token_expires_after,
        "access_token_expires_after": access_token_expires_after,
        "refresh_token_expires_after": refresh_token_expires_after,
        "backchannel_logout_uri": backchannel_logout_uri,
        "backchannel_logout_session_required": backchannel_logout_session_required,
        "frontchannel_logout_uri": frontchannel_logout_uri,
        "frontchannel_logout_session_required": frontchannel_logout_session_required,
    }
    addresses = {"redirect_uris": redirect_uri, "logout_redirect_uris": logout_redirect_uri}

    async def work(services: Services) -> None:
        app = await services.apps.update(
            await operator(services, pool),
            app_id,
            {name: tuple(given) for name, given in addresses.items() if given is not None},
            {name: given for name, given in settings.items() if given is not None},
        )
        facts("application", _facts(app), as_json=as_json)

    on_services(data, database_url, work)


def _read(file: Path) -> Any:
    """Raises InvalidInput for what is no JSON; a file that cannot be read is told as every such file is."""
    try:
        with file.open("rb") as opened:
            return json.loads(opened.read(LARGEST_FILE))
    except ValueError as error:
        raise InvalidInput("--jwks", "不是 JSON", "not JSON") from error


def _facts(app: Application) -> dict[str, Any]:
    settings: dict[str, Any] = msgspec.to_builtins({name: getattr(app.settings, name) for name in SHOWN})
    return {
        "id": app.id,
        "name": app.name,
        "redirect_uris": list(app.redirect_uris),
        "logout_redirect_uris": list(app.logout_redirect_uris),
        **settings,
    }
