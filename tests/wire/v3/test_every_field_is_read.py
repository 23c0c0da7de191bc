"""No field of v3 is taken and forgotten: the handler reads it, if only to refuse it, or it says nothing here.

Found in the source (reading.py), for a field that is forgotten leaves no trace in an answer.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
from tests.wire.v3.conftest import V3Client, connect
from tests.wire.v3.reading import structs_in, unread
from tests.wire.v3.samples import sow

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.table import endpoints

_LIKE_GIVEN = "the contract's required word for what userId and tenantId say; keys have one type here"
_POOLS_FIELDS = "custom fields are the pool's, and its tenants have no others; the contract requires it"
_NO_CONDITION = "no policy here has a condition to judge"
_SENT_BACK = "what get-mfa-status told, sent back; the factors are read"
_REFUSED_ANYWAY = "belongs to what is refused when it is switched on"
_NOT_BELIEVED = "an address that somebody without credentials tells of themselves is not believed"
_PIPELINES = "for the pool's pipelines, and none run here"
_OWN_ADDRESS = "the code is of the user's own address, whichever is written beside it"

SAYS_NOTHING: dict[tuple[str, str], str] = {
    ("CreateAccessKeyDto", "type"): _LIKE_GIVEN,
    ("ListAccessKeyQuery", "type"): _LIKE_GIVEN,
    (
        "GetAccessKeyQuery",
        "user_id",
    ): "a key's id is the pool's; the contract requires it, and clients send \"\"",
    (
        "CreateIdentityDto",
        "access_token",
    ): "a source's own tokens are not kept: users/model.py, IdentityDraft",
    ("CreateIdentityDto", "refresh_token"): "likewise",
    ("SendCreateAccountNotificationDto", "app_id"): _REFUSED_ANYWAY,
    ("SendResetPasswordNotificationDto", "app_id"): _REFUSED_ANYWAY,
    ("CreatePostDto", "id"): "update-post's; of a new one it is made here",
    ("ListPostQuery", "skip_count"): "the counts are there anyway, in the row",
    ("ListPostBatchDto", "skip_count"): "likewise",
    ("ListPostQuery", "metadata_no_field_id"): _REFUSED_ANYWAY,
    ("ListPostBatchDto", "metadata_no_field_id"): _REFUSED_ANYWAY,
    ("GetDepartmentSyncRelationsQuery", "with_custom_data"): "there never are any relations",
    ("SubjectDto", "name"): "the id says who",
    ("CheckPermissionDto", "judge_condition_enabled"): _NO_CONDITION,
    ("CheckPermissionDto", "auth_env_params"): _NO_CONDITION,
    ("CheckExternalUserPermissionDto", "judge_condition_enabled"): _NO_CONDITION,
    ("CheckExternalUserPermissionDto", "auth_env_params"): _NO_CONDITION,
    ("CheckUserSameLevelPermissionDto", "judge_condition_enabled"): _NO_CONDITION,
    ("CheckUserSameLevelPermissionDto", "auth_env_params"): _NO_CONDITION,
    ("UnlinkIdentity", "is_social"): "the contract: may be anything, and will go",
    **{
        ("GetMfaInfoDataDto", name): _SENT_BACK
        for name in (
            "mfa_token",
            "mfa_phone",
            "mfa_phone_country_code",
            "mfa_email",
            "nickname",
            "username",
            "phone",
            "phone_country_code",
            "application_mfa",
        )
    },
    ("CheckRoleParamsDto", "name"): "a name may stand twice, a code not",
    ("GetCustomFieldsQuery", "tenant_id"): _POOLS_FIELDS,
    ("ListCustomFieldsQuery", "tenant_id"): _POOLS_FIELDS,
    ("SetCustomFieldsReqDto", "tenant_id"): _POOLS_FIELDS,
    ("DeleteCustomFieldsReqDto", "tenant_id"): _POOLS_FIELDS,
    ("ListUserBaseFieldsQuery", "tenant_id"): _POOLS_FIELDS,
    ("SetCustomDataReqDto", "tenant_id"): "the target's id says whose",
    ("SetCustomDataDto", "tenant_id"): "the target's id says whose",
    ("GetCustomDataQuery", "tenant_id"): "the target's id says whose",
    ("SignInOptions", "client_ip"): _NOT_BELIEVED,
    ("SignUpOptions", "client_ip"): _NOT_BELIEVED,
    ("SignInOptions", "context"): _PIPELINES,
    ("SignUpOptions", "context"): _PIPELINES,
    ("SignInByMobileOptions", "context"): _PIPELINES,
    **{
        (f"BindBy{what}", "action"): "the address says which act it is"
        for what in ("Account", "EmailCode", "PhoneCode", "NewAccount")
    },
    ("EmailPassCode", "email"): _OWN_ADDRESS,
    ("PhonePassCode", "phone_number"): _OWN_ADDRESS,
    ("PhonePassCode", "phone_country_code"): _OWN_ADDRESS,
    ("SendEnrollFactor", "profile"): "of a factor by mail or SMS, which are refused",
    ("EnrollmentData", "photo"): "of a face, which is refused",
    ("EnrollmentData", "is_external_photo"): "likewise",
    ("LinkQuery", "id_token"): "the caller's own token says who links",
    (
        "LoginAnomalyDetectionConfigDto",
        "robot_verify_login_password_fail_check",
    ): "one count of wrong passwords is kept: loginPasswordFailCheck",
    ("LoginAnomalyDetectionConfigDto", "robot_verifylogin_week_start_end_time"): _REFUSED_ANYWAY,
    ("LoginIpWhitelistCheckConfigDto", "ip_whitelist"): _REFUSED_ANYWAY,
}
"""Fields that no handler need read, and why: struct and attribute."""


def forgotten(row: Endpoint) -> set[tuple[str, str]]:
    assert row.request is not None
    return {one for one in unread(row.handler, row.request) if one not in SAYS_NOTHING}


@pytest.mark.parametrize(
    "row", [row for row in endpoints().values() if row.request], ids=lambda row: row.name
)
def test_no_field_is_forgotten(row: Endpoint) -> None:
    assert forgotten(row) == set()


def test_every_reason_is_for_a_field_that_is_not_read() -> None:
    found = {one for row in endpoints().values() if row.request for one in unread(row.handler, row.request)}
    assert set(SAYS_NOTHING) <= found


class Inner(msgspec.Struct):
    kept: str
    lost: str


class Outer(msgspec.Struct):
    read: str
    forgotten: str
    inner: Inner | None = None
    many: list[Inner] = []
    named: str = ""
    aside: str = ""


async def _handler(request: V3Request, body: Outer) -> Any:
    values = [getattr(body, name) for name in ("named",)]
    return values, body.read, [_kept(one) for one in body.many], body.inner and body.inner.kept


def _kept(one: Inner) -> str:
    return one.kept


async def _by_loop(request: V3Request, body: Outer) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.__struct_fields__ if name != "aside"}


def test_what_a_handler_does_not_read_is_found() -> None:
    assert set(unread(_handler, Outer)) == {("Outer", "forgotten"), ("Outer", "aside"), ("Inner", "lost")}
    assert ("Outer", "aside") in set(unread(_by_loop, Outer))
    assert structs_in(list[Inner] | None) == {Inner}


@pytest.fixture(scope="module")
async def world(services: Services, v3_http: httpx.AsyncClient) -> tuple[V3Client, dict[str, Any]]:
    v3 = await connect(services, v3_http)
    return v3, (await sow(services, v3.pool_id)).values


PASSWORD = {"connection": "PASSWORD", "passwordPayload": {"username": "bob", "password": "correct horse"}}
DEPARTMENT = {"organizationCode": "acme", "departmentId": "", "name": "Lab"}
NOT_BUILT: list[tuple[str, dict[str, Any], str, Any]] = [
    ("POST create-organization", {"organizationName": "A", "organizationCode": "NEW"}, "metadata", {"a": 1}),
    (
        "POST create-department",
        {"organizationCode": "acme", "name": "B", "parentDepartmentId": "root"},
        "metadata",
        {"a": 1},
    ),
    ("POST update-department", DEPARTMENT, "metadata", {"a": 1}),
    ("GET get-department", DEPARTMENT, "flatCustomData", True),
    ("GET get-user", {"userId": ""}, "flatCustomData", True),
    ("GET get-user-batch", {"userIds": ""}, "flatCustomData", True),
    ("POST list-users", {}, "options.flatCustomData", True),
    ("GET list-post", {}, "flatCustomData", True),
    ("POST list-post", {}, "withMetadata", True),
    ("GET list-tenants", {}, "withAppDetail", True),
    ("GET list-tenants", {}, "source", "APP"),
    ("GET list-custom-fields", {"targetType": "USER"}, "accessControl", True),
    ("GET list-user-base-fields", {"targetType": "USER"}, "lang", "zh-CN"),
    ("POST signin", PASSWORD, "options.tenantId", "x"),
    ("POST signin", PASSWORD, "options.customData", {"school": "x"}),
    ("POST signin", PASSWORD, "options.captchaToken", "x"),
    (
        "POST signup",
        {"connection": "PASSWORD", "passwordPayload": {"username": "NEW", "password": "correct horse"}},
        "options.phonePassCodeForInformationCompletion",
        "123456",
    ),
]


@pytest.mark.parametrize(
    ("row", "given", "name", "value"), NOT_BUILT, ids=lambda one: one if isinstance(one, str) else ""
)
async def test_what_is_not_built_is_refused_by_its_name_and_nothing_is_not(
    world: tuple[V3Client, dict[str, Any]], row: str, given: dict[str, Any], name: str, value: Any
) -> None:
    v3, sown = world
    new = f"n{new_id()}"
    plain = {key: json.loads(json.dumps(one or sown[key]).replace("NEW", new)) for key, one in given.items()}
    method, path = row.split()
    place, _, field = name.rpartition(".")

    async def answer(said: Any) -> dict[str, Any]:
        asked = plain | ({place: {field: said}} if place else {field: said})
        if method == "GET":
            return await v3.get(path, **asked)
        return await v3.post(path, asked, headers={"x-authing-app-id": sown["appId"]})

    refused = await answer(value)
    assert (refused["statusCode"], field in refused["message"]) == (501, True), refused
    nothing = type(value)() if method == "POST" or isinstance(value, bool) else ""
    done = 403 if path == "signin" else 200  # Bob has a second factor
    assert (await answer(nothing))["statusCode"] == done
