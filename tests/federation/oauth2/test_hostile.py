"""What a script may answer that nobody expects: a failure by its step, in the words of its setting."""

from __future__ import annotations

import pytest
from tests.federation.oauth2.conftest import OAuthPeer
from tests.federation.oauth2.test_scripts import SAYS_TOKEN

from poolhouse.errors import ProviderFailed

VALUES = (
    ('({ __proto__: { userIdInIdp: "admin" } })', "no userIdInIdp; it has -"),
    ('JSON.parse(\'{"__proto__": {"userIdInIdp": "admin"}}\')', "it has __proto__"),
    ('({ toJSON: () => ({ userIdInIdp: "admin\\ud800" }) })', "visible characters"),
    ('new Proxy({}, { get: () => "admin", ownKeys() { throw new Error("x") } })', "threw Error: x"),
    ("(() => { const one = {}; one.one = one; return one })()", "circular"),
    ("JSON.parse('['.repeat(900) + ']'.repeat(900))", "must return an object"),
    ("({ userIdInIdp: 'a', more: JSON.parse('['.repeat(900) + ']'.repeat(900)) })", "too much"),
    ("Array(3e5).fill(0)", "answers more"),
    ("({ userIdInIdp: ['admin'] })", "no userIdInIdp"),
    ("({ userIdInIdp: 'admin\\u202e' })", "visible characters"),
    ("Promise.reject()", "threw Error"),
)


async def test_a_value_that_nobody_expects_of_a_script_signs_nobody_in(oauth: OAuthPeer) -> None:
    for value, told in VALUES:
        script = f"module.exports = async () => {value};"
        await oauth.settings(fields={"codeToTokenScript": SAYS_TOKEN, "tokenToUserInfoScript": script})
        with pytest.raises(ProviderFailed) as refused:
            await oauth.enter(sub="ada")
        assert (refused.value.step, told in refused.value.reason("en-US")) == ("userinfo", True), value
