"""What a provider's client may say, and what every kind in the catalog has."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.federation.fitting import FIELDS

from poolhouse.errors import InvalidInput, NotSupported, ProviderFailed
from poolhouse.federation import catalog
from poolhouse.federation.checking import require_fit
from poolhouse.federation.model import Callback, ExternalId, ExternalUser, Manifest, checked, settled
from poolhouse.federation.settings import read_settings
from poolhouse.tenants.secrets import MASK, masked

JOHN = ExternalId("generic", "john")


def _user(ids: tuple[ExternalId, ...] = (JOHN,), claims: Any = None) -> ExternalUser:
    return ExternalUser(ids, claims or {}, {})


def test_a_user_within_the_bounds_is_taken_as_it_is() -> None:
    user = _user((JOHN, ExternalId("unionid", "张三")), {"a": {"b": [1]}})
    assert checked(user) is user


@pytest.mark.parametrize(
    "user",
    [
        _user(()),
        _user((ExternalId("openid", ""),)),
        _user((ExternalId("openid", "   "),)),
        _user((ExternalId("openid", "a\x00b"),)),
        _user((ExternalId("openid", "a\ufffdb"),)),
        _user((ExternalId("openid", "a" * 257),)),
        _user((JOHN, JOHN)),
        _user(tuple(ExternalId(str(number), "x") for number in range(9))),
        _user(claims={"a": "x" * 65_536}),
        _user(claims={"a": [[[[[[[[1]]]]]]]]}),
        _user(claims={"a": object()}),
        _user(claims={"a": "\ud800"}),
        _user(claims={"a\0": 1}),
    ],
    ids=range(13),
)
def test_what_is_out_of_bounds_is_refused_by_its_step(user: ExternalUser) -> None:
    with pytest.raises(ProviderFailed) as refused:
        checked(user)
    assert refused.value.step == "userinfo"


def test_a_parameter_that_comes_back_twice_is_refused() -> None:
    assert Callback("GET", (("code", "1"), ("state", "2"))).given() == {"code": "1", "state": "2"}
    assert Callback("POST", (("code", "1"),), (("code", "2"),)).given() == {"code": "2"}
    with pytest.raises(ProviderFailed, match="redirect"):
        Callback("GET", (("code", "1"), ("code", "2"))).given()


def test_the_reason_is_for_the_administrator_and_not_in_the_message() -> None:
    failed = ProviderFailed("clock", "时钟相差太多", "the clocks differ")
    assert failed.reason("en-US") == "the clocks differ"
    assert failed.reason() == "时钟相差太多"
    assert "clock" not in failed.message("en-US")


def test_a_kind_that_is_not_built_is_named() -> None:
    with pytest.raises(NotSupported) as refused:
        catalog.manifest_of("kuaishou:mobile")
    assert "kuaishou:mobile" in refused.value.message("en-US")


class _Settings(msgspec.Struct, rename="camel"):
    client_id: str


def test_a_connection_whose_settings_do_not_fit_says_which() -> None:
    manifest = Manifest("x", "x", ("甲", "X"), _Settings, (), "x")
    named = {"id": "1", "pool_id": "p", "source_id": "s", "identifier": "i"}
    assert settled(manifest, **named, fields={"clientId": "a", "other": 1}).fields.client_id == "a"
    with pytest.raises(ProviderFailed) as refused:
        settled(manifest, **named, fields={})
    assert refused.value.step == "settings"
    assert "clientId" in refused.value.reason("en-US")


@pytest.mark.parametrize("manifest", catalog.MANIFESTS.values(), ids=catalog.MANIFESTS)
def test_a_kind_says_the_same_settings_to_programs_and_to_people(manifest: Manifest) -> None:
    assert {one.encode_name for one in msgspec.structs.fields(manifest.settings)} == {
        one.name for one in manifest.fields
    }
    assert manifest.redirecting or manifest.verifying or manifest.exchanging
    assert catalog.client_of(manifest.kind) is catalog.client_of(manifest.kind)


@pytest.mark.parametrize("manifest", catalog.MANIFESTS.values(), ids=catalog.MANIFESTS)
def test_exactly_the_secret_settings_are_masked(manifest: Manifest) -> None:
    """One that is masked for nothing is one that nobody can read or edit."""
    shown = masked({one.name: "x" for one in manifest.fields})
    assert {name for name, value in shown.items() if value == MASK} == {
        one.name for one in manifest.fields if one.secret
    }


@pytest.mark.parametrize("manifest", catalog.MANIFESTS.values(), ids=catalog.MANIFESTS)
def test_what_a_kind_needs_is_asked_for_by_name_and_what_it_does_not_know_is_kept(manifest: Manifest) -> None:
    require_fit(manifest.kind, FIELDS)
    with pytest.raises(InvalidInput) as refused:
        require_fit(manifest.kind, {})
    field = refused.value.facts["field"]
    assert field.removeprefix("fields.") in {one.name for one in manifest.fields}
    assert refused.value.message("zh-CN") != refused.value.message("en-US")
    with pytest.raises(InvalidInput, match=r"fields\.syncProfile"):
        require_fit(manifest.kind, {**FIELDS, "syncProfile": "sometimes"})


def test_a_field_in_other_letters_stands_for_its_own() -> None:
    """As the official console writes some kinds'."""
    manifest = catalog.manifest_of("wechat:pc")
    read = read_settings(manifest.settings, {"clientID": "a", "clientSecret": "b"})
    assert msgspec.structs.asdict(read)["client_id"] == "a"
    read = read_settings(manifest.settings, {"clientID": "a", "clientId": "c", "clientSecret": "b"})
    assert msgspec.structs.asdict(read)["client_id"] == "c"


def test_a_kind_that_is_not_built_is_stored_whatever_it_says() -> None:
    require_fit("kuaishou:mobile", {"anything": [1]})
