"""People by whatever somebody calls them: our own endpoint."""

from __future__ import annotations

from msgspec import Struct

from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class FindUsersDto(Struct, rename="camel"):
    values: list[str]


class FoundUserDto(Struct, rename="camel"):
    """`userId` is null where nobody is called so."""

    value: str
    user_id: str | None
    name: str | None


async def find_users(request: V3Request, body: FindUsersDto) -> list[FoundUserDto]:
    found = await request.services.users.find_called(request.caller, body.values)
    return [
        FoundUserDto(value, user.id if user else None, user.display_name if user else None)
        for value, user in zip(body.values, found, strict=True)
    ]


ENDPOINTS = [
    Endpoint(
        "POST",
        "find-users",
        request=FindUsersDto,
        response=list[FoundUserDto],
        handler=find_users,
        scope="users:read",
        summary="Who has each of these ids, usernames, e-mails, phones or external ids",
        ours=True,
    ),
]
