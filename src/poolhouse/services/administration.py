"""Those who administer the server."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.administrators.second_factor import SecondFactor
from poolhouse.administrators.service import AdministratorService
from poolhouse.administrators.sign_in import AdministratorSignIn
from poolhouse.services.core import Core, Raw
from poolhouse.services.sign_in import Proving
from poolhouse.statistics.service import Statistics


@dataclass(frozen=True)
class Administration:
    administrators: AdministratorService
    administrator_sign_in: AdministratorSignIn
    administrator_factor: SecondFactor
    statistics: Statistics


def build_administration(raw: Raw, core: Core, proving: Proving) -> Administration:
    factor = SecondFactor(raw.db, raw.box, core.audit)
    return Administration(
        administrators=AdministratorService(db=raw.db, hasher=raw.hasher, pools=core.pools, audit=core.audit),
        administrator_sign_in=AdministratorSignIn(
            db=raw.db,
            box=raw.box,
            hasher=raw.hasher,
            factor=factor,
            turns=proving.lockout.turns,
            audit=core.audit,
        ),
        administrator_factor=factor,
        statistics=Statistics(
            db=raw.db,
            pools=core.pools,
            customdb=core.customdb,
            mail=core.mail,
            sandbox=core.sandbox,
            has_mail_server=bool(core.settings.smtp_host),
        ),
    )
