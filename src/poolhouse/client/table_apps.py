"""The commands about applications: their addresses, how they speak OpenID Connect, their secret."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.special import create_app, update_app
from poolhouse.client.table_directory import DELETED

APP = Arg("APP_ID", "appId", ("应用编号", "the application's id"), needed=True)
NAME = Arg("NAME", "appName", ("名称", "its name"), needed=True)
APPS = (
    Column("id", "appId"),
    Column("label", "appName"),
    Column("identifier", "appIdentifier"),
    Column("redirect", "redirectUris"),
)
ALGORITHMS = ("RS256", "ES256", "HS256")
AUTHENTICATIONS = ("client_secret", "client_secret_post", "client_secret_basic", "private_key_jwt", "none")
GRANTS = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "http://authing.cn/oidc/grant_type/authing_token",
)
RESPONSES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
MODES = ("query", "fragment", "form_post", "web_message")

LOOKS = (
    Arg("--description", "appDescription", ("描述", "what it is for")),
    Arg("--identifier", "appIdentifier", ("标识", "its identifier, part of URLs")),
    Arg("--logo", "appLogo", ("图标的网址", "the address of its picture")),
)
ADDRESSES = (
    Arg(
        "--redirect-uri",
        "redirectUris",
        ("登录回调地址，写全部，可多次", "a redirect URI; repeat for each, replaces the list"),
        "list",
    ),
    Arg(
        "--logout-redirect-uri",
        "logoutRedirectUris",
        ("退出后可跳转的地址，同上", "a redirect URI after sign-out; repeat for each, replaces the list"),
        "list",
    ),
)
CHANGED_ADDRESSES = (
    Arg(
        "--add-redirect-uri",
        "",
        ("再加一个，其余不变，可多次", "adds one address; may be given again"),
        "list",
    ),
    Arg(
        "--remove-redirect-uri",
        "",
        ("去掉一个，其余不变，可多次", "removes one address; may be given again"),
        "list",
    ),
    Arg(
        "--add-logout-redirect-uri",
        "",
        ("退出地址再加一个", "adds one sign-out address"),
        "list",
    ),
    Arg("--remove-logout-redirect-uri", "", ("退出地址去掉一个", "removes one sign-out address"), "list"),
)
OIDC = (
    Arg(
        "--id-token-algorithm",
        "oidcConfig.idTokenSignedResponseAlg",
        ("ID token 的签名算法", "how its id tokens are signed"),
        choices=ALGORITHMS,
    ),
    Arg(
        "--token-endpoint-auth",
        "oidcConfig.tokenEndpointAuthMethod",
        ("应用如何证明身份；none 为公开客户端", "how the client authenticates; none for a public client"),
        choices=AUTHENTICATIONS,
    ),
    Arg(
        "--jwks",
        "oidcConfig.jwks",
        (
            "private_key_jwt 的公钥文件：JWK 集合或一个 JWK；空值为没有",
            "a file with the public keys of private_key_jwt: a JWK set or a JWK; '' for none",
        ),
        "json",
    ),
    Arg(
        "--require-pkce",
        "oidcConfig.requirePkce",
        ("登录请求是否必须有 code_challenge", "whether a sign-in must have a code_challenge"),
        "yes",
    ),
    Arg(
        "--grant-type",
        "oidcConfig.grantTypes",
        ("可用的授权方式，写全部，可多次", "those it uses: all of them, given several times"),
        "list",
        GRANTS,
    ),
    Arg(
        "--client-credentials-scope",
        "oidcConfig.clientCredentialsScopes",
        (
            "应用自己的 token 可有的 scope，写全部，可多次；空值为没有",
            "scopes of tokens of its own: all of them, given several times; '' for none",
        ),
        "list",
    ),
    Arg(
        "--response-type",
        "oidcConfig.responseTypes",
        ("可用的 response_type，写全部，可多次", "all of them, given several times"),
        "list",
        RESPONSES,
    ),
    Arg(
        "--response-mode",
        "oidcConfig.responseModes",
        ("可用的 response_mode，写全部，可多次", "all of them, given several times"),
        "list",
        MODES,
    ),
    Arg(
        "--refresh-token-rotation",
        "oidcConfig.refreshTokenRotation",
        ("刷新 token 是否一次有效", "whether a refresh token is good for one use"),
        "yes",
    ),
    Arg(
        "--code-expires-after",
        "oidcConfig.authorizationCodeLifetime",
        ("授权码有效期（秒）", "seconds an authorization code is good for"),
        "number",
    ),
    Arg(
        "--id-token-expires-after",
        "oidcConfig.idTokenLifetime",
        ("ID token 和登录有效期（秒）", "seconds of id tokens, and of sign-ins"),
        "number",
    ),
    Arg(
        "--access-token-expires-after",
        "oidcConfig.accessTokenLifetime",
        ("访问 token 有效期（秒）", "seconds of access tokens"),
        "number",
    ),
    Arg(
        "--refresh-token-expires-after",
        "oidcConfig.refreshTokenLifetime",
        ("刷新 token 有效期（秒）", "seconds of refresh tokens"),
        "number",
    ),
    Arg(
        "--backchannel-logout-uri",
        "oidcConfig.backchannelLogoutUri",
        (
            "用户退出时服务通知的地址，空值为不通知",
            "the address notified of sign-outs (back-channel logout); '' for none",
        ),
    ),
    Arg(
        "--backchannel-logout-session-required",
        "oidcConfig.backchannelLogoutSessionRequired",
        ("通知须有 sid（总是有）", "whether it wants a sid in them (there is one always)"),
        "yes",
    ),
    Arg(
        "--frontchannel-logout-uri",
        "oidcConfig.frontchannelLogoutUri",
        (
            "退出页面为它嵌入的地址，空值为没有",
            "the address that the sign-out page loads in a frame (front-channel logout); '' for none",
        ),
    ),
    Arg(
        "--frontchannel-logout-session-required",
        "oidcConfig.frontchannelLogoutSessionRequired",
        ("嵌入的地址是否带 sid", "whether that address names the session"),
        "yes",
    ),
)
SIGN_IN = (
    Arg(
        "--sso",
        "ssoEnabled",
        ("是否与其他应用共享登录", "whether it shares the sign-in of other applications"),
        "yes",
    ),
    Arg(
        "--init-login-uri",
        "initLoginUri",
        (
            "应用自己发起登录的地址",
            "where a sign-in at it begins: what mails and lists of applications lead to",
        ),
    ),
)
_TITLES = (
    "id token algorithm",
    "token endpoint auth",
    "keys",
    "require pkce",
    "grant types",
    "own scopes",
    "response types",
    "response modes",
    "rotation",
    "code expires",
    "id token expires",
    "access token expires",
    "refresh token expires",
    "back channel",
    "back channel session",
    "front channel",
    "front channel session",
)
"""One for each of `OIDC`."""
ONE_APP = Facts(
    (
        *APPS[:3],
        Column("description", "appDescription"),
        APPS[3],
        Column("logout", "logoutRedirectUris"),
        Column("sso", "ssoEnabled"),
        Column("sign-in", "initLoginUri"),
        *(Column(title, arg.to) for title, arg in zip(_TITLES, OIDC, strict=True)),
    )
)
SECRET = Column("secret", "secret")

COMMANDS = (
    Command(
        "app list",
        ("列出应用", "Lists applications."),
        "GET list-applications",
        (),
        Table(APPS),
        paged="",
    ),
    Command(
        "app show",
        (
            "显示应用及其 OpenID Connect 设置，不含密钥",
            "Shows an application with its OpenID Connect settings, without its secret.",
        ),
        "GET get-application",
        (APP,),
        ONE_APP,
    ),
    Command(
        "app create",
        ("新建应用，显示编号和密钥", "Creates an application and shows its id and secret."),
        "POST create-application",
        (NAME, *ADDRESSES, *LOOKS, *SIGN_IN, *OIDC),
        Facts((*ONE_APP.columns, SECRET)),
        act=create_app,
    ),
    Command(
        "app update",
        ("修改应用，未写的不变", "Changes an application; options that are not given stay unchanged."),
        "POST update-application",
        (
            APP,
            NAME._replace(name="--name", needed=False),
            *ADDRESSES,
            *CHANGED_ADDRESSES,
            *LOOKS,
            *SIGN_IN,
            *OIDC,
        ),
        ONE_APP,
        act=update_app,
    ),
    Command(
        "app check-address",
        (
            "检查回调地址能否登记，不保存",
            "Checks whether an application may have these redirect URIs, and saves nothing.",
        ),
        "POST check-redirect-uris",
        (Arg("ADDRESS...", "redirectUris", ("回调地址，可多个", "redirect URIs"), "list", needed=True),),
        Table((Column("address", "uri"), Column("ok", "isValid"), Column("reason", "reason")), ""),
    ),
    Command(
        "app secret",
        ("显示应用密钥", "Shows an application's secret."),
        "GET get-application-secret",
        (APP,),
        Facts((SECRET,)),
    ),
    Command(
        "app rotate-secret",
        (
            "更换应用密钥并显示；旧的立即失效",
            "Creates a new secret for an application and shows it; the old one becomes invalid at once.",
        ),
        "POST refresh-application-secret",
        (APP,),
        Facts((SECRET,)),
        asks=("旧密钥将立即失效，继续吗？", "The old secret becomes invalid at once. Continue?"),
    ),
    Command(
        "app delete",
        ("删除应用", "Deletes an application."),
        "POST delete-application",
        (APP,),
        DELETED,
        asks=("删除这个应用？", "Delete this application?"),
    ),
)
