"""The table of a user's fields is what the database and both wires have; what is not in them is listed here."""

from __future__ import annotations

import re

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from poolhouse.apps.model import SCOPES
from poolhouse.db.database import Database
from poolhouse.fields.base import BASE_FIELDS
from poolhouse.oidc.claims import CLAIMS, user_claims
from poolhouse.users.model import User
from poolhouse.users.profile_fields import FIELDS, SEARCHED_FIELDS, SELF_WRITABLE, TEXT, WRITABLE, Kind
from poolhouse.users.profiles import NAMES
from poolhouse.users.rules import spelled
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v3.dto import users as dtos
from poolhouse.wire.v3.dto.common import UserDto

KEPT_BESIDE = {"pool_id", "password_hash", "phone_key"}
"""Columns of `users` that are no fields of a profile."""
TYPES: dict[Kind, str] = {
    "boolean": "boolean",
    "count": "integer",
    "time": "timestamp with time zone",
    "stamp": "timestamp with time zone",
    "list": "ARRAY",
}
"""Others are text."""
NOT_IN_V3 = {"blocked", "is_deleted", "unionid", "openid", "locality", "oauth"} | {
    "token_expired_at",
    "expired_at",
    "direct_management",
}
NOT_IN_V2 = {"identity_number", "user_source_type", "user_source_id", "last_login_app", "last_mfa_time"} | {
    "password_last_set_at",
    "password_security_level",
    "reset_password_on_next_login",
    "status_changed_at",
}
ASIDE = {"user_id", "work_status", "tenant_id", "department_ids", "identities", "custom_data", "post_id_list"}
OF_REQUESTS = {"metadata", "metadata_source", "tenant_ids", "options", "otp", "password", "salt"}
"""What the dtos have besides fields of a profile."""
V2_ASIDE = {"arn", "userPoolId", "token", "newlyCreated", "mainDepartmentCode", "password"} | {
    "identities",
    "customData",
    "departments",
    "groups",
    "roles",
    "authorizedResources",
}


async def test_the_rows_are_the_columns(database: Database) -> None:
    rows = await database.fetch(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'public' and table_name = 'users'"
    )
    columns = {name: kind for name, kind in rows if name not in KEPT_BESIDE}
    assert columns == {name: TYPES.get(row.kind, "text") for name, row in FIELDS.items()}


async def test_the_searched_fields_are_joined_in_their_order(database: Database) -> None:
    joined = await database.fetchval(
        "select pg_get_functiondef(oid) from pg_proc where proname = 'poolhouse_search_text'"
    )
    assert re.findall(r"COALESCE\((\w+)", joined) == [*SEARCHED_FIELDS, "phone_key"]


def test_the_rows_are_the_attributes_of_a_user() -> None:
    assert set(User.__struct_fields__) == {*FIELDS, "pool_id"}


def test_every_text_says_how_long_it_may_be() -> None:
    texts: set[Kind] = {"text", "link", "day", "login name", "foreign id"}
    assert {name for name, row in FIELDS.items() if row.kind in texts} <= TEXT.keys()
    assert {FIELDS[name].kind for name in TEXT} <= texts | {"choice"}


def test_v3_shows_every_field() -> None:
    assert set(UserDto.__struct_fields__) == (FIELDS.keys() - NOT_IN_V3 - {"id"}) | ASIDE


@pytest.mark.parametrize(
    "dto",
    [dtos.CreateUserReqDto, dtos.CreateUserInfoDto, dtos.UpdateUserReqDto, dtos.UpdateUserInfoDto],
    ids=lambda dto: dto.__name__,
)
def test_v3_writes_what_people_say_of_themselves_and_nothing_unknown(dto: type) -> None:
    names = set(dto.__struct_fields__)  # type: ignore[attr-defined]
    assert names - ASIDE - OF_REQUESTS <= WRITABLE
    assert names >= SELF_WRITABLE - NOT_IN_V3


def test_v2_shows_and_writes_every_field() -> None:
    shown, created = SCHEMA.type_map["User"], SCHEMA.type_map["CreateUserInput"]
    assert isinstance(shown, GraphQLObjectType)
    assert isinstance(created, GraphQLInputObjectType)
    assert set(shown.fields) == {spelled(name) for name in FIELDS.keys() - NOT_IN_V2} | V2_ASIDE
    assert {spelled(name) for name in SELF_WRITABLE} <= set(created.fields)
    assert set(created.fields) - {"password", "salt"} <= {spelled(name) for name in WRITABLE}


def test_what_is_made_from_the_rows() -> None:
    """A row is enough to be read from scripts, listed and claimed."""
    assert {NAMES[name] for name in NAMES} == WRITABLE | {"created_at", "updated_at"}
    labelled = {name for name, row in FIELDS.items() if row.label}
    assert len(BASE_FIELDS) == len(labelled) + 1
    assert BASE_FIELDS["lastIp"].label == "最近登录 IP"
    assert set(CLAIMS) <= set(SCOPES)
    claims = user_claims(User("1", "p", preferred_username="Bob", photo="/b.png"), SCOPES)
    assert (claims["preferred_username"], claims["picture"]) == ("Bob", "/b.png")
