"""`poolhouse pool passwords` and `pool lockout`: how a pool guards its users' passwords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from cyclopts import App

from poolhouse.commands.directory import Json, on_services, operator
from poolhouse.commands.output import facts
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.crypto.policy import Strength
from poolhouse.services import Services

pools = App(name="pool", help="User pools of this server.")


@pools.command(name="passwords")
def pool_passwords(
    pool_id: str | None = None,
    /,
    *,
    strength: Strength | None = None,
    pattern: str | None = None,
    message: str | None = None,
    expires_after_days: int | None = None,
    remembered: int | None = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows what new passwords of a pool must be, after changing what is given.

    Parameters
    ----------
    strength
        none; low: 6 characters; medium: of two kinds; high: of three; custom: as the pattern says.
    pattern
        A regular expression, for custom.
    message
        What somebody is told whose password does not fit the pattern.
    expires_after_days
        Then a login asks for a new one; 0: never.
    remembered
        Of a user's last passwords, so many may not come back; 0: all may.
    """
    given = {"level": strength, "pattern": pattern, "message": message}
    cycles = {"forced_cycle": expires_after_days, "difference_cycle": remembered}

    async def work(services: Services) -> None:
        caller = await operator(services, pool_id)
        pool = await services.pools.get(caller.pool_id)
        chosen, times = _given(given), _given(cycles)
        if chosen or times:
            pool = await services.pools.update_password_policy(caller, chosen, times)
        settings = pool.settings
        policy, rotation = settings.password_strength, settings.password_update_policy
        shown = {
            "strength": policy.level,
            "pattern": policy.pattern,
            "message": policy.message,
            "expires after days": rotation.forced_cycle if rotation.enabled else 0,
            "remembered": rotation.difference_cycle if rotation.enabled else 0,
        }
        facts("passwords", shown, as_json=as_json)

    on_services(data, database_url, work)


@pools.command(name="lockout")
def pool_lockout(
    pool_id: str | None = None,
    /,
    *,
    after: int | None = None,
    within_s: int | None = None,
    strategy: Literal["block-account", "captcha"] | None = None,
    off: bool = False,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows what a pool does about wrong passwords, after changing what is given.

    Parameters
    ----------
    after
        So many wrong passwords for one account; turns the check on.
    within_s
        Seconds in which they count.
    strategy
        block-account: none for a minute, then one try and none for two, and so on up to an hour; captcha.
    off
        Turns the check off; 100 in ten minutes are refused all the same.
    """

    async def work(services: Services) -> None:
        caller = await operator(services, pool_id)
        settings = (await services.pools.get(caller.pool_id)).settings
        check = {"limit": after, "time_interval": within_s, "enabled": False if off else after and True}
        changes: dict[str, Any] = {"login_fail_strategy": strategy} if strategy else {}
        if chosen := _given(check):
            changes["login_password_fail_check"] = chosen
        if changes:
            settings = (await services.pools.update(caller, {}, changes)).settings
        found = settings.login_password_fail_check
        shown = {
            "on": found.enabled,
            "after": found.limit,
            "within s": found.time_interval,
            "strategy": settings.login_fail_strategy,
            "a code unlocks": settings.self_unlock,
        }
        facts("lockout", shown, as_json=as_json)

    on_services(data, database_url, work)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
