"""What the tests of responses share: what is expected, and that it is believed or refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree
from tests.federation.saml.idp import (
    AUDIENCE,
    CERTIFICATE,
    ISSUER,
    NOW,
    RECIPIENT,
    REQUEST,
    Idp,
)

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.saml.responses import Assertion, Expected, believed
from poolhouse.federation.providers.saml.signatures import Trust

EXPECTED = Expected(
    issuer=ISSUER,
    audience=AUDIENCE,
    recipient=RECIPIENT,
    request_id=REQUEST,
    trust=Trust([CERTIFICATE]),
    now=NOW,
    skew=timedelta(seconds=60),
)
RIGHT = Idp()


def refused(document: bytes | etree._Element, step: str, expected: Expected = EXPECTED) -> str:
    data = document if isinstance(document, bytes) else etree.tostring(document)
    with pytest.raises(ProviderFailed) as caught:
        believed(data, expected)
    assert caught.value.step == step, caught.value
    assert caught.value.reason()
    return str(caught.value)


def taken(document: bytes | etree._Element, expected: Expected = EXPECTED) -> Assertion:
    return believed(document if isinstance(document, bytes) else etree.tostring(document), expected)
