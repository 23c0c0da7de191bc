"""The clients that the suite drives: which, by what driver, and what fails for reasons that are not ours.

A row more is a client more. Its driver walks the documented calls by a protocol of lines (`runs.py`);
`docs/reference/clients.md` and the table in README.md are made of the rows and of their recorded runs (`make clients`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients.packages import Bundles, Jars, Modules, Packages, Wheels
from tests.clients.walk_v3 import WALK as V3


@dataclass(frozen=True, slots=True)
class Client:
    """`settings`: what is set besides `host`. `theirs`: calls that fail, and why no server can mend it.
    `ours`: calls that fail, and what is not built or wrong here; they are to go. `walk`: the calls, where the driver
    takes them from us; else it has its own."""

    name: str
    registry: str
    version: str
    language: str
    packages: Packages
    begin: str
    settings: str = ""
    walk: list[dict[str, Any]] | None = None
    theirs: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def file(self) -> str:
        """The name of its recorded run."""
        return f"{self.name}-{self.version}".replace("/", "_").replace("@", "")


JAVA_POSTS = {
    "getPost": "reads the whole answer as a post: its class has none of the answer's fields",
    "setUserPosts": "wants a post's id, which no answer class of this client has",
}
JAVA_3_1 = {
    **JAVA_POSTS,
    **dict.fromkeys(
        ["listCustFields", "listUserBaseFields"],
        "reads the answer into the class of the question, which has no list",
    ),
    **dict.fromkeys(
        ["addWhitelist", "listWhitelists"],
        "reads a list of entries as a single one; an answer of one would lose the others",
    ),
    "deleteWhitelist": "reads the whole answer as its data",
}
JAVA_3_0 = {
    **JAVA_POSTS,
    "listRoleAssignments": "its question has no role: the class has nothing but itself, `requestBody`",
    "getAuthorizedResources": "its question does not say of whom: it takes that of the authentication client",
    **dict.fromkeys(
        ["createTenant", "getTenant", "listTenants", "addTenantUsers", "listTenantUsers", "deleteTenant"],
        "reads a tenant's logo as a list; it is a text in the contract and in later versions",
    ),
}

WEB = {
    "getLoginState (implicit, id_token alone)": "looks for the word `token` in `id_token`, and misses an access "
    "token that was not asked for",
    "getLoginState (of another site, ignoreCache)": "asks in a hidden frame, in which browsers send no cookie "
    "to another site; `loginWithRedirect` and `loginWithPopup` do",
}

CLIENTS = [
    Client(
        name="authing-node-sdk",
        registry="npm",
        version="4.0.1",
        language="JavaScript",
        packages=Modules("v3", "authing-node-sdk"),
        begin="`new ManagementClient({ accessKeyId, accessKeySecret, host })`",
        walk=V3,
    ),
    Client(
        name="authing",
        registry="PyPI",
        version="5.1.0",
        language="Python",
        packages=Wheels("v3"),
        begin="`ManagementClient(access_key_id, access_key_secret, host=host)`",
        walk=V3,
    ),
    Client(
        name="authing-java-sdk",
        registry="Maven Central",
        version="3.1.9",
        language="Java",
        packages=Jars("cn.authing", "authing-java-sdk", "3.1.9", "V3"),
        begin="`ManagementClientOptions`: `setAccessKeyId`, `setAccessKeySecret`, `setHost`",
        walk=V3,
        theirs=JAVA_3_1,
    ),
    Client(
        name="authing-java-sdk",
        registry="Maven Central",
        version="3.0.15",
        language="Java",
        packages=Jars("cn.authing", "authing-java-sdk", "3.0.15", "V3"),
        begin="`ManagementClientOptions`: `setAccessKeyId`, `setAccessKeySecret`, `setHost`",
        walk=V3,
        theirs=JAVA_3_0,
    ),
    Client(
        name="java-core",
        registry="Maven Central",
        version="4.3.76",
        language="Java",
        packages=Jars("cn.authing", "java-core", "4.3.76", "JavaCore"),
        begin="`new ManagementClient(userPoolId, userPoolSecret)`, `setHost`, `setPublicKey`",
        settings="`setPublicKey`: what stands between BEGIN and END in `HOST/api/v2/.well-known`, without line ends",
        theirs={
            "tenant.delete": "reads a boolean where the JavaScript client of the same API reads a message"
        },
    ),
    Client(
        name="authing-js-sdk",
        registry="npm",
        version="4.23.55",
        language="JavaScript",
        packages=Modules("v2", "authing-js-sdk"),
        begin="`new ManagementClient({ userPoolId, secret, host })`",
    ),
    Client(
        name="authing-js-sdk",
        registry="npm",
        version="4.15.8",
        language="JavaScript",
        packages=Modules("v2", "authing-js-sdk-4.15"),
        begin="`new ManagementClient({ userPoolId, secret, host })`",
    ),
    Client(
        name="authing-js-sdk",
        registry="npm",
        version="4.11.6",
        language="JavaScript",
        packages=Modules("v2", "authing-js-sdk-4.11"),
        begin="`new ManagementClient({ userPoolId, secret, host })`",
    ),
    Client(
        name="authing-js-sdk",
        registry="npm",
        version="4.6.2",
        language="JavaScript",
        packages=Modules("v2", "authing-js-sdk-4.6", "encrptionPublicKey"),
        begin="`new ManagementClient({ userPoolId, secret, host })`",
        settings="`encrptionPublicKey`, so spelled: the server's key",
    ),
    Client(
        name="authing",
        registry="PyPI",
        version="4.5.18",
        language="Python",
        packages=Wheels("v2", "authing-4.5.18"),
        begin="`ManagementClientOptions(user_pool_id, secret, host)`",
        settings="`enc_public_key`: the server's key",
    ),
    Client(
        name="authing",
        registry="PyPI",
        version="2.0.0",
        language="Python",
        packages=Wheels("v2", "authing-2.0.0"),
        begin="`ManagementClientOptions(user_pool_id, secret, host)`",
        settings="`enc_public_key`: the server's key",
    ),
    Client(
        name="@authing/web",
        registry="npm",
        version="5.1.21",
        language="JavaScript, in a page",
        packages=Bundles(
            "web", "@authing/web", ("axios/dist/axios.min.js", "@authing/web/dist/global/index.global.js")
        ),
        begin="`new Authing({ domain: host, appId, userPoolId, redirectUri })`",
        settings="the application: `tokenEndpointAuthMethod` `none`; for `useImplicitMode` its `responseTypes`. "
        "`domain` takes no port: the server at 80 or 443",
        theirs=WEB,
    ),
    Client(
        name="authing-js-sdk/build/browser",
        registry="npm",
        version="4.23.55",
        language="JavaScript, in a page",
        packages=Bundles("js_sdk", "authing-js-sdk", ("authing-js-sdk/build/browser/index.min.js",)),
        begin="`new Authing.AuthenticationClient({ appId, appHost: host, redirectUri, protocol: 'oidc' })`",
        settings="the application: `tokenEndpointAuthMethod` `none`, and the client's three `...AuthMethod` likewise",
    ),
    Client(
        name="@authing/guard",
        registry="npm",
        version="5.3.9",
        language="JavaScript, in a page",
        packages=Bundles(
            "guard",
            "@authing/guard",
            ("@authing/guard/dist/global/guard.min.css", "@authing/guard/dist/global/guard.min.js"),
        ),
        begin="`new Guard({ appId, host })`",
        settings="for `startWithRedirect` the application: `tokenEndpointAuthMethod` `none`",
    ),
]
"""In the order of the page."""
