"""The OpenID Connect libraries that the suite takes through one story, and what of it they have not or refuse.

A row more is a library more: its driver has the verbs of story.py. `docs/reference/oidc-libraries.md` is made of the
rows, of their recorded runs and of the marked lines of the drivers (`make clients`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.clients.packages import GoModules, Jars, Modules, Packages, Wheels
from tests.clients.story import NOT_ANNOUNCED


@dataclass(frozen=True, slots=True)
class Library:
    """`driver`: its source below this folder, whose lines between `docs: begin` and `docs: end` are shown, after those
    of the file `also`; `heading`: what an application has above them. `theirs`: steps that fail, and why no server can
    mend it. `absent`: why steps are not there, in sentences. `settings`: what to set besides issuer, id and secret."""

    name: str
    registry: str
    version: str
    language: str
    packages: Packages
    driver: str
    also: str = ""
    heading: str = ""
    settings: str = ""
    theirs: Mapping[str, str] = field(default_factory=dict)
    absent: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def file(self) -> str:
        """The name of its recorded run."""
        return f"oidc-{self.name}-{self.version}".replace("/", "_")


KEYS_KEPT = {
    NOT_ANNOUNCED: "keeps the published keys for a minute: it knows a key that signs at once only after that"
}
OAUTH4WEBAPI = {
    "refuses a forged signature, HS256": "of HS256 it checks the claims alone and lets TLS stand for the signature "
    "(OpenID Connect Core 3.1.3.7, 6)",
    **KEYS_KEPT,
}

NO_RFC_9207 = {"refuses another iss beside the code": "does not read `iss` beside the code (RFC 9207)"}

GO_HS256 = dict.fromkeys(
    ["code and PKCE, HS256 id token", "refresh, HS256", "refuses a forged signature, HS256"],
    "verifies with public keys alone: `Verify` refuses HS256 whatever the configuration says",
)

LIBRARIES = [
    Library(
        name="spring-boot-starter-security-oauth2-client",
        registry="Maven Central",
        version="4.0.7",
        language="Java",
        packages=Jars(
            "org.springframework.boot",
            "spring-boot-starter-security-oauth2-client",
            "4.0.7",
            "Spring",
            pom="spring.pom.xml",
            beside="",
            argument="spring.properties",
        ),
        driver="java/Spring.java",
        also="java/spring.properties",
        theirs=NO_RFC_9207,
        absent="Its OAuth 2.0 client introspects and revokes nothing.",
    ),
    Library(
        name="go-oidc",
        registry="Go module proxy",
        version="3.21.0",
        language="Go",
        packages=GoModules(),
        driver="go/main.go",
        settings="`golang.org/x/oauth2` beside it",
        theirs=NO_RFC_9207 | GO_HS256,
        absent="The application compares `state` and `nonce` with what it kept; `golang.org/x/oauth2` signs no "
        "assertion for a code, and has neither introspection, revocation nor logout.",
    ),
    Library(
        name="openid-client",
        registry="npm",
        version="6.9.0",
        language="JavaScript",
        packages=Modules("openid-client-6", "openid-client"),
        driver="node/openid-client-6.cjs",
        heading="import * as client from 'openid-client';",
        theirs=OAUTH4WEBAPI,
    ),
    Library(
        name="openid-client",
        registry="npm",
        version="5.7.1",
        language="JavaScript",
        packages=Modules("openid-client-5", "openid-client-5"),
        driver="node/openid-client-5.cjs",
        heading="const { Issuer, generators } = require('openid-client');",
        theirs=KEYS_KEPT,
    ),
    Library(
        name="oauth4webapi",
        registry="npm",
        version="3.8.8",
        language="JavaScript",
        packages=Modules("oauth4webapi", "oauth4webapi"),
        driver="node/oauth4webapi.cjs",
        heading="import * as oauth from 'oauth4webapi';",
        theirs=OAUTH4WEBAPI,
    ),
    Library(
        name="oidc-client-ts",
        registry="npm",
        version="3.5.0",
        language="JavaScript",
        packages=Modules("oidc-client-ts", "oidc-client-ts"),
        driver="node/oidc-client-ts.cjs",
        heading="import { OidcClient, WebStorageStateStore } from 'oidc-client-ts';",
        settings="an application without a secret (`token_endpoint_auth` `none`)",
        theirs=NO_RFC_9207,
        absent="It runs in a page: it verifies no id token (that comes from the token endpoint, and TLS stands for "
        "it), and has no key to sign with.",
    ),
    Library(
        name="Authlib",
        registry="PyPI",
        version="1.9.10",
        language="Python",
        packages=Wheels("rp_authlib"),
        driver="python/rp_authlib.py",
        heading="from authlib.integrations.starlette_client import OAuth",
        settings='for HS256 in `register`: `jwks={"keys": [OctKey.import_key(client_secret).as_dict()]}`',
        theirs=NO_RFC_9207,
    ),
    Library(
        name="oic",
        registry="PyPI",
        version="1.7.0",
        language="Python",
        packages=Wheels("rp_pyoidc", "oic-1.7.0"),
        driver="python/rp_pyoidc.py",
        heading="from oic import rndstr\nfrom oic.oic import Client",
        theirs={
            "refresh, private_key_jwt": "`do_access_token_refresh` signs nothing: it ends in "
            "`KeyError: 'authn_endpoint'`, before anything is sent"
        },
        absent="The application compares `state` with what it kept.",
    ),
]
"""In the order of the page."""

WEBSITES: dict[str, Packages] = {
    "oidc-python": Wheels("", "oidc-python"),
    "oidc-node": Modules("", "express"),
}
"""Folders of examples/ that are a website, and what comes beside the libraries for them."""
