"""Those who administer the server."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.administrators.held import HeldForms
from poolhouse.administrators.passkeys import Passkeys
from poolhouse.administrators.proof import Proof
from poolhouse.administrators.second_factor import SecondFactor
from poolhouse.administrators.service import AdministratorService
from poolhouse.administrators.sign_in import AdministratorSignIn
from poolhouse.administrators.statements import SlowStatements
from poolhouse.administrators.tries import Tries
from poolhouse.services.core import Core, Raw
from poolhouse.services.people import Memberships
from poolhouse.services.sign_in import Proving
from poolhouse.statistics.service import Statistics


@dataclass(frozen=True)
class Administration:
    administrators: AdministratorService
    administrator_sign_in: AdministratorSignIn
    administrator_factor: SecondFactor
    administrator_passkeys: Passkeys
    administrator_held: HeldForms
    statistics: Statistics
    slow_statements: SlowStatements


def build_administration(raw: Raw, core: Core, proving: Proving, memberships: Memberships) -> Administration:
    factor = SecondFactor(raw.db, raw.box, core.audit)
    tries = Tries(raw.db)
    proof = Proof(raw.db, raw.hasher, factor, tries)
    passkeys = Passkeys(raw.db, raw.box, proof, core.audit)
    return Administration(
        administrators=AdministratorService(
            db=raw.db,
            hasher=raw.hasher,
            pools=core.pools,
            require_applications=core.apps.require_ids,
            require_departments=memberships.orgs.require_nodes,
            audit=core.audit,
        ),
        administrator_sign_in=AdministratorSignIn(
            db=raw.db,
            box=raw.box,
            hasher=raw.hasher,
            factor=factor,
            tries=tries,
            proof=proof,
            passkeys=passkeys,
            turns=proving.lockout.turns,
            audit=core.audit,
        ),
        administrator_factor=factor,
        administrator_passkeys=passkeys,
        administrator_held=HeldForms(raw.box),
        statistics=Statistics(
            db=raw.db,
            pools=core.pools,
            customdb=core.customdb,
            mail=core.mail,
            sandbox=core.sandbox,
            has_mail_server=bool(core.settings.smtp_host),
        ),
        slow_statements=SlowStatements(raw.db),
    )
