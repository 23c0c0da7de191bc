"""What a client asks before it acts: whether a secret, a code or a password is right, what to encrypt with, and which
countries there are.

Source: docs/contract/v3/signin.md.
"""

from __future__ import annotations

from importlib.metadata import version

from poolhouse.countries import all_countries
from poolhouse.errors import CodeExpired, CodeWrong, InvalidInput
from poolhouse.login.model import Channel
from poolhouse.users.model import UserKey
from poolhouse.wire.v3.dto.common import IsSuccessDto, LangObject, LangUnit
from poolhouse.wire.v3.dto.signin import (
    AppIdSecret,
    CountryDetailInfo,
    PreCheckCodeDataDto,
    PreCheckCodeDto,
    SystemInfoResp,
    SystemKey,
    SystemVersion,
    ValidatePasswordDto,
    ValidatePasswordResultDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.signin import PURPOSES, present, visitor


async def check_app_id_secret(request: V3Request, body: AppIdSecret) -> IsSuccessDto:
    pool_id = request.caller.pool_id
    await request.services.apps.authenticate(body.app_id, body.app_secret, "secret", "check", in_pool=pool_id)
    return IsSuccessDto(success=True)


async def pre_check_code(request: V3Request, body: PreCheckCodeDto) -> PreCheckCodeDataDto:
    caller = visitor(request)
    channel: Channel
    if body.code_type == "EMAIL":
        by_mail = present(body.email_code_payload, "emailCodePayload")
        channel, target, country_code = "email", by_mail.email, None
        asked, code = by_mail.channel, by_mail.pass_code
    else:
        by_sms = present(body.sms_code_payload, "smsCodePayload")
        channel, target, country_code = "phone", by_sms.phone, by_sms.phone_country_code
        asked, code = by_sms.channel, by_sms.pass_code
    if asked not in PURPOSES:
        raise InvalidInput("channel", "没有验证码", "has no code")
    try:
        await request.services.codes.check_only(caller, channel, target, code, PURPOSES[asked], country_code)
    except (CodeWrong, CodeExpired) as error:
        return PreCheckCodeDataDto(is_valid=False, message=error.message(caller.lang))
    return PreCheckCodeDataDto(is_valid=True)


async def validate_password(request: V3Request, body: ValidatePasswordDto) -> ValidatePasswordResultDto:
    if body.email:
        name = UserKey("email", body.email)
    elif body.phone:
        name = UserKey("phone", body.phone, body.phone_country_code)
    else:
        name = UserKey("username", present(body.username, "username"))
    password = await request.services.transport.read(body.password, body.password_encrypt_type or "auto")
    valid = await request.services.own_account.has_this_password(request.caller, password, name)
    return ValidatePasswordResultDto(valid=valid)


async def system(request: V3Request, _: None) -> SystemInfoResp:
    transport, ours = request.services.transport, version("poolhouse")
    return SystemInfoResp(
        rsa=SystemKey(public_key=transport.rsa_public_key),
        sm2=SystemKey(public_key=transport.sm2_public_key),
        version=SystemVersion(server=ours, console=ours, login=ours),
        public_ips=[],
    )


async def get_country_list(_: V3Request, __: None) -> list[CountryDetailInfo]:
    return [
        CountryDetailInfo(
            alpha2=country.alpha2,
            alpha3=country.alpha3,
            phone_country_code=country.calling_code,
            flag=country.flag,
            name=LangObject(
                zh_cn=LangUnit(enabled=True, value=country.zh), en_us=LangUnit(enabled=True, value=country.en)
            ),
        )
        for country in all_countries()
    ]


ENDPOINTS = [
    Endpoint(
        "POST",
        "check-app-id-secret",
        request=AppIdSecret,
        response=IsSuccessDto,
        handler=check_app_id_secret,
        scope="signin:read",
        summary="Whether an application's secret is right",
        access="anyone",
    ),
    Endpoint(
        "POST",
        "pre-check-code",
        request=PreCheckCodeDto,
        response=PreCheckCodeDataDto,
        handler=pre_check_code,
        scope="signin:read",
        summary="Whether a code is right, without using it",
        access="anyone",
    ),
    Endpoint(
        "POST",
        "validate-password",
        request=ValidatePasswordDto,
        response=ValidatePasswordResultDto,
        handler=validate_password,
        scope="me:read",
        summary="Whether this is the own password",
        access="user",
    ),
    Endpoint(
        "GET",
        "/api/v3/system",
        request=None,
        response=SystemInfoResp,
        handler=system,
        scope="signin:read",
        summary="The keys to encrypt passwords with, and the version",
        access="anyone",
        bare=True,
    ),
    Endpoint(
        "GET",
        "get-country-list",
        request=None,
        response=list[CountryDetailInfo],
        handler=get_country_list,
        scope="signin:read",
        summary="Countries and their telephone codes",
        access="anyone",
    ),
]
