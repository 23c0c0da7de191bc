"""Every step that a client can fail at has a name and a remedy, in both languages.

What a client may name is the closed type `ProviderStep`: mypy refuses any other, also where a variable says it.
"""

from __future__ import annotations

from typing import get_args

from poolhouse.errors import ProviderStep
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.federation.registering import REGISTERING
from poolhouse.federation.trial_words import REMEDIES, STEPS


def test_every_step_is_named_and_has_a_remedy() -> None:
    assert set(get_args(ProviderStep)) == STEPS.keys() == REMEDIES.keys()


def test_every_kind_says_what_is_done_at_its_provider_and_what_each_setting_is() -> None:
    assert REGISTERING.keys() == MANIFESTS.keys()
    for kind, manifest in MANIFESTS.items():
        zh, en = REGISTERING[kind]
        assert zh != en
        for one in manifest.fields:
            assert one.hint, (kind, one.name)
            assert all(one.hint)


def test_both_languages_are_there() -> None:
    for zh, en in [*STEPS.values(), *REMEDIES.values()]:
        assert (zh and en and zh != en) or zh == en == "StartTLS"
