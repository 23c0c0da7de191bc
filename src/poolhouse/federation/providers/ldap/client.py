"""The client of both kinds, as the frame knows it."""

from __future__ import annotations

from poolhouse.errors import ProviderAccountRefused, ProviderFailed, ProviderRefused, ProviderStep
from poolhouse.federation.model import ExternalId, ExternalUser, Here, Settled
from poolhouse.federation.providers.ldap.outcomes import Failed, Wrong
from poolhouse.federation.providers.ldap.settings import LdapSettings
from poolhouse.federation.providers.ldap.sign_in import SignIns


class LdapClient:
    """One for the process and kind: it counts the sign-ins that are under way."""

    def __init__(self) -> None:
        self._sign_ins = SignIns()

    async def verify(self, connection: Settled, here: Here, username: str, password: str) -> ExternalUser:
        """Raises ProviderRefused (which is WrongCredentials), ProviderAccountRefused, ProviderFailed."""
        settings = connection.fields
        assert isinstance(settings, LdapSettings)
        try:
            found = await self._sign_ins.verify(
                connection.id, settings, here.outgoing.allowed, username, password
            )
        except Failed as error:
            raise ProviderFailed(error.step, error.zh, error.en) from error
        except Wrong as error:
            if error.state is not None and error.state.told is not None:
                raise ProviderAccountRefused(error.zh, error.en, error.state.told) from error
            raise ProviderRefused(error.zh, error.en) from error
        return ExternalUser(
            ids=(ExternalId("generic", found.key),),
            claims=found.claims,
            profile=found.profile,
            email_verified=settings.trust_email and "email" in found.profile,
        )

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """The steps that work without anybody's password: the connection, and the account that looks for people.

        Raises ProviderFailed for the first that does not.
        """
        settings = connection.fields
        assert isinstance(settings, LdapSettings)
        try:
            return await self._sign_ins.check(connection.id, settings, here.outgoing.allowed)
        except Failed as error:
            raise ProviderFailed(error.step, error.zh, error.en) from error
