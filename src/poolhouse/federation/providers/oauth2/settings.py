"""What a connection of OAuth 2.0 is set up with, by the names that the official console gives them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from poolhouse.federation.client_fields import CLIENT
from poolhouse.federation.model import Field
from poolhouse.federation.settings import Unfit, is_address
from poolhouse.networks import split_host

Address = Annotated[str, Meta(max_length=2048)]
Name = Annotated[str, Meta(max_length=1024)]
Code = Annotated[str, Meta(max_length=64 * 1024)]
MOST_HOSTS = 50
MACRO = re.compile(r"\$\{(\w{1,32})\}")
MACROS = ("authEndPoint", "tokenEndPoint", "scope", "clientId")
_PATH = re.compile(r"[^.\s]{1,64}(?:\.[^.\s]{1,64}){0,7}\Z")
_SPELLED = re.compile(r"(https?)://([^\s/?#'\"`\\$<>]{1,255})", re.IGNORECASE)


class Settings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """`auth_url_template`: the address that people are sent to, with `${...}` of MACROS. Without `code_to_token_script`
    the code is exchanged as RFC 6749 says; without `token_to_user_info_script` the person is asked for at
    `user_info_end_point`, and `user_id_field` (`id`, `data.id`) says who it is. `allowed_hosts`: `host:port` that the
    scripts may reach beside those of the addresses that are spelled out here and in themselves.
    """

    auth_end_point: Address
    token_end_point: Address = ""
    user_info_end_point: Address = ""
    scope: Name = ""
    client_id: Name
    client_secret: Name = ""
    auth_url_template: Address = ""
    token_auth_method: Literal["client_secret_post", "client_secret_basic", "none"] = "client_secret_post"
    pkce: bool = False
    user_id_field: str = "sub"
    email_is_verified: bool = False
    code_to_token_script: Code = ""
    token_to_user_info_script: Code = ""
    allowed_hosts: Annotated[list[str], Meta(max_length=MOST_HOSTS)] = []

    def __post_init__(self) -> None:
        """Raises Unfit."""
        for name, address, needed in (
            ("authEndPoint", self.auth_end_point, True),
            ("tokenEndPoint", self.token_end_point, not self.code_to_token_script),
            ("userInfoEndPoint", self.user_info_end_point, not self.token_to_user_info_script),
        ):
            if (needed or address) and not is_address(address):
                raise Unfit(name, "应为 https 地址", "must be an https address")
        if not self.client_id:
            raise Unfit("clientId", "不能为空", "must not be empty")
        for macro in MACRO.findall(without_secret(self.auth_url_template)):
            if macro == "clientSecret":
                raise Unfit(
                    "authUrlTemplate",
                    "${clientSecret} 只能是一个参数的值，如 client_secret=${clientSecret}，且不会发送",
                    "may hold ${clientSecret} as a parameter's value only, and it is not sent",
                )
            if macro not in MACROS:
                raise Unfit("authUrlTemplate", f"没有 ${{{macro}}}", f"has no ${{{macro}}}")
        if not _PATH.match(self.user_id_field):
            raise Unfit("userIdField", "应为字段名，如 data.id", "must be a field such as data.id")
        for host in self.allowed_hosts:
            try:
                split_host(host)
            except ValueError:
                raise Unfit("allowedHosts", "应为 host:port", "must be host:port") from None

    def hosts(self) -> tuple[str, ...]:
        """What the scripts may reach, `host:port`."""
        texts = (
            self.auth_end_point,
            self.token_end_point,
            self.user_info_end_point,
            self.code_to_token_script,
            self.token_to_user_info_script,
        )
        found = [host for text in texts for host in _hosts_in(text)]
        return tuple(dict.fromkeys([*self.allowed_hosts, *found]))[:MOST_HOSTS]


def without_secret(template: str) -> str:
    """Without the parameters that `${clientSecret}` fills. The macro is documented; RFC 6749 knows no secret in this
    address, and everybody who signs in would see it."""
    place, mark, query = template.partition("?")
    kept = [one for one in query.split("&") if one.strip().partition("=")[2] != "${clientSecret}"]
    return place + mark + "&".join(kept)


def _hosts_in(text: str) -> list[str]:
    """Of every address that is spelled out."""
    found = []
    for scheme, place in _SPELLED.findall(text):
        host = place.rpartition("@")[2].lower()
        if not re.search(r":\d{1,5}\Z", host):
            host += ":443" if scheme.lower() == "https" else ":80"
        try:
            split_host(host)
        except ValueError:
            continue
        found.append(host)
    return found


CODE_TO_TOKEN = """module.exports = async function codeToToken(code, connection) {
  const answer = await request({
    method: 'POST',
    uri: connection.config.tokenEndPoint,
    form: {
      grant_type: 'authorization_code',
      code,
      client_id: connection.config.clientId,
      client_secret: connection.config.clientSecret,
      redirect_uri: connection.callbackUrl,
    },
    json: true,
  });
  if (!answer.access_token) throw new Error(answer.error || 'no access_token');
  return answer.access_token;
};
"""
TOKEN_TO_USER_INFO = """module.exports = async function tokenToUserInfo(token, connection) {
  const person = await request({
    uri: connection.config.userInfoEndPoint,
    headers: { authorization: `Bearer ${token}` },
    json: true,
  });
  return { userIdInIdp: String(person.id), name: person.name, email: person.email };
};
"""
"""What the console's editor offers to begin with; it runs as it is against a provider that answers so."""
FIELDS = (
    Field(
        "authEndPoint",
        ("授权 URL", "Authorization address"),
        ("如 https://idp.example.com/authorize", "Such as https://idp.example.com/authorize"),
    ),
    Field(
        "tokenEndPoint",
        ("Token URL", "Token address"),
        ("如 https://idp.example.com/token", "Such as https://idp.example.com/token"),
    ),
    Field(
        "userInfoEndPoint",
        ("用户信息 URL", "Address of the person's profile"),
        ("有 Token 换用户信息脚本时可不填", "May be empty with the second script"),
    ),
    Field("scope", ("Scope 授权范围", "Scopes"), ("以空格分隔", "Separated by blanks")),
    *CLIENT,
    Field(
        "authUrlTemplate",
        ("授权链接模板", "Template of the authorization address"),
        (
            "留空则自动生成；可用 ${authEndPoint}、${scope}、${clientId}；state 与 redirect_uri 由本方填写",
            "Empty: made by itself. ${authEndPoint}, ${scope}, ${clientId}; state and redirect_uri are set by us",
        ),
        rare=True,
    ),
    Field(
        "tokenAuthMethod",
        ("换取 token 的身份验证方式", "Authentication at the token endpoint"),
        (
            "client_secret_post（默认）、client_secret_basic 或 none",
            "client_secret_post (default), client_secret_basic or none",
        ),
        rare=True,
    ),
    Field("pkce", ("使用 PKCE", "Use PKCE"), ("身份源支持时打开", "Where the provider knows it"), rare=True),
    Field(
        "userIdField",
        ("用户标识字段", "Field that says who it is"),
        (
            "用户信息中永不改变的标识，如 sub、id 或 data.id；有脚本时不看这一项",
            "The id in the profile that never changes, such as sub, id or data.id; not looked at with a script",
        ),
    ),
    Field(
        "emailIsVerified",
        ("信任其邮箱", "Trust its e-mail addresses"),
        ("仅当对方核实过每个邮箱", "Only where the provider has verified each of them"),
        rare=True,
    ),
    Field(
        "codeToTokenScript",
        ("Code 换 Token 脚本", "Script: code to token"),
        (
            "留空则按标准换取。把 code 换成 token 并返回；第二个参数中有连接的设置（config）和回调地址",
            "Empty: exchanged as the standard says. Turns the code into the token and returns it; the second "
            "argument has the connection's settings (config) and the callback address",
        ),
        code=True,
        example=CODE_TO_TOKEN,
    ),
    Field(
        "tokenToUserInfoScript",
        ("Token 换用户信息脚本", "Script: token to person"),
        (
            "留空则读取上面的用户信息 URL。返回的对象必须含 userIdInIdp：永不改变的用户标识",
            "Empty: read at the address above. What it returns must have userIdInIdp, an id of the person that "
            "never changes",
        ),
        code=True,
        example=TOKEN_TO_USER_INFO,
    ),
    Field(
        "allowedHosts",
        ("脚本可访问的主机", "Hosts that the scripts may reach"),
        (
            "host:port；以上地址与脚本中写明的地址不必再填",
            "host:port; not those of the addresses above and in the scripts",
        ),
        rare=True,
    ),
)
