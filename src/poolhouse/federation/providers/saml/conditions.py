"""When, for whom and in answer to what an assertion is good (saml-core-2.0-os 2.4 and 2.5, saml-profiles 4.1.4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from poolhouse.errors import InvalidInput, ProviderFailed
from poolhouse.federation.documents import children, only_child, text
from poolhouse.federation.providers.saml.names import BEARER, saml
from poolhouse.times import parse_time

OLDEST = timedelta(hours=1)
"""Of an assertion, by its IssueInstant: how long at most its id is remembered."""
_KNOWN = frozenset({saml("AudienceRestriction"), saml("OneTimeUse"), saml("ProxyRestriction")})
"""OneTimeUse asks for what is done with every assertion; ProxyRestriction is about assertions that we make: none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, give or take what the clocks may differ."""

    now: datetime
    skew: timedelta

    def issued(self, assertion: etree._Element) -> datetime:
        """When the assertion ends for us by its age. Raises ProviderFailed for one of tomorrow, or too old."""
        at = _time(assertion, "IssueInstant")
        if at is None:
            raise ProviderFailed("clock", "断言没有 IssueInstant", "the assertion has no IssueInstant")
        if at > self.now + self.skew:
            raise _clock("断言的签发时间在未来", "the assertion was issued in the future", at, self)
        if at + OLDEST <= self.now - self.skew:
            raise _clock("断言签发过久", "the assertion was issued too long ago", at, self)
        return at + OLDEST

    def not_early(self, element: etree._Element) -> None:
        at = _time(element, "NotBefore")
        if at is not None and at > self.now + self.skew:
            raise _clock("断言尚未生效", "the assertion is not yet valid", at, self)

    def not_over(self, element: etree._Element, name: str) -> datetime | None:
        """The end that the attribute `name` sets, or that its age will, the skew added; None if it is absent."""
        at = _time(element, name)
        if at is not None and at <= self.now - self.skew:
            raise _clock("断言已过期", "the assertion has expired", at, self)
        return None if at is None else min(at, self.now + OLDEST) + self.skew


def require_conditions(assertion: etree._Element, audience: str, moment: Moment) -> datetime:
    """Until when they hold. Raises ProviderFailed."""
    conditions = only_child(assertion, saml("Conditions"))
    if conditions is None:
        raise ProviderFailed("audience", "断言没有 Conditions", "the assertion has no Conditions")
    if any(child.tag not in _KNOWN for child in conditions):
        raise ProviderFailed(
            "audience", "断言含有不受支持的条件", "a condition of the assertion is not supported"
        )
    moment.not_early(conditions)
    end = moment.not_over(conditions, "NotOnOrAfter")
    restrictions = children(conditions, saml("AudienceRestriction"))
    named = [[text(one) for one in children(each, saml("Audience"))] for each in restrictions]
    if not named or any(audience not in each for each in named):
        raise ProviderFailed(
            "audience", f"断言的受众应为 {audience}", f"the assertion's Audience must be {audience}"
        )
    return end or moment.now + OLDEST + moment.skew


def require_subject(
    assertion: etree._Element, recipient: str, request_id: str | None, moment: Moment
) -> datetime:
    """Until when somebody may come with it: the first confirmation by bearer that is in order. Raises ProviderFailed
    with what is wrong with the last."""
    subject = only_child(assertion, saml("Subject"))
    if subject is None:
        raise ProviderFailed("subject", "断言没有 Subject", "the assertion has no Subject")
    wrong = ProviderFailed("recipient", "断言没有 bearer 确认", "the assertion has no confirmation by bearer")
    for confirmation in children(subject, saml("SubjectConfirmation")):
        if confirmation.get("Method") != BEARER:
            continue
        try:
            return _confirmed(confirmation, recipient, request_id, moment)
        except ProviderFailed as error:
            wrong = error
    raise wrong


def _confirmed(
    confirmation: etree._Element, recipient: str, request_id: str | None, moment: Moment
) -> datetime:
    data = only_child(confirmation, saml("SubjectConfirmationData"))
    if data is None or data.get("Recipient") != recipient:
        raise ProviderFailed(
            "recipient",
            f"断言的 Recipient 应为 {recipient}",
            f"the assertion's Recipient must be {recipient}",
        )
    if data.get("InResponseTo") != request_id:
        raise ProviderFailed("request", "断言不是对本次请求的答复", "the assertion answers another request")
    moment.not_early(data)
    end = moment.not_over(data, "NotOnOrAfter")
    if end is None:
        raise ProviderFailed(
            "clock", "断言没有 NotOnOrAfter", "the assertion's confirmation has no NotOnOrAfter"
        )
    return end


def _time(element: etree._Element, name: str) -> datetime | None:
    """An xs:dateTime, which SAML has in UTC (saml-core 1.3.3)."""
    said = element.get(name)
    if said is None:
        return None
    try:
        return parse_time(said.strip(), name)
    except (InvalidInput, ValueError, OverflowError):
        raise ProviderFailed("clock", f"{name} 不是时间", f"{name} is no time") from None


def _clock(zh: str, en: str, at: datetime, moment: Moment) -> ProviderFailed:
    said, now = at.isoformat(timespec="seconds"), moment.now.isoformat(timespec="seconds")
    return ProviderFailed("clock", f"{zh}（{said}，本机为 {now}）", f"{en} ({said}; here it is {now})")
