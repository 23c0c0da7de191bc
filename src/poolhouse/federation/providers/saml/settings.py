"""What a connection by SAML is told, and how a form and the guide name it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from poolhouse.federation.model import Field
from poolhouse.federation.settings import Unfit

Document = Annotated[str, Meta(max_length=256 * 1024)]
Address = Annotated[str, Meta(max_length=2048)]
Name = Annotated[str, Meta(max_length=1024)]


class SamlSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A connection's fields. `idp_*`: the provider's, of which metadata (pasted, or at an address) says all.

    `sp_entity_id` "": the address of our metadata. `id_attribute` "": the NameID is the person's id.
    """

    idp_metadata: Document = ""
    idp_metadata_url: Address = ""
    idp_entity_id: Name = ""
    idp_sign_in_url: Address = ""
    idp_certificate: Annotated[str, Meta(max_length=64 * 1024)] = ""
    request_binding: Literal["redirect", "post"] = "redirect"
    sign_requests: bool = False
    request_digest: Literal["sha256", "sha384", "sha512"] = "sha256"
    signing_key: Annotated[str, Meta(max_length=16 * 1024)] = msgspec.field(default="")
    signing_certificate: Annotated[str, Meta(max_length=16 * 1024)] = ""
    next_signing_certificate: Annotated[str, Meta(max_length=16 * 1024)] = ""
    signed_part: Literal["either", "assertion", "response", "both"] = "either"
    allow_sha1: bool = False
    name_id_format: Literal[
        "",
        "persistent",
        "emailAddress",
        "unspecified",
        "transient",
        "x509SubjectName",
        "windowsDomainQualifiedName",
    ] = ""
    id_attribute: Name = ""
    force_authn: bool = False
    clock_skew_seconds: Annotated[int, Meta(ge=0, le=300)] = 60
    sp_entity_id: Name = ""
    email_is_verified: bool = False

    def __post_init__(self) -> None:
        by_hand = self.idp_entity_id and self.idp_sign_in_url and self.idp_certificate
        if not (self.idp_metadata or self.idp_metadata_url or by_hand):
            raise Unfit(
                "idpMetadata",
                "请填写元数据、元数据地址（idpMetadataUrl），或 idpEntityId、idpSignInUrl 与 idpCertificate 三项",
                "or idpMetadataUrl, or idpEntityId with idpSignInUrl and idpCertificate, must be given",
            )
        if self.sign_requests and not (self.signing_key and self.signing_certificate):
            raise Unfit(
                "signRequests",
                "需要 signingKey 与 signingCertificate",
                "needs signingKey and signingCertificate",
            )


FIELDS: tuple[Field, ...] = (
    Field(
        "idpMetadata",
        ("身份提供方元数据", "Provider's metadata"),
        (
            "粘贴其元数据 XML；也可填写元数据地址，或逐项填写",
            "The XML; or its address below; or the three by hand",
        ),
        code=True,
    ),
    Field(
        "idpMetadataUrl",
        ("元数据地址", "Address of the metadata"),
        (
            "每小时读取一次，对方更换证书后无需改动",
            "Read each hour, so that a new certificate needs no change here",
        ),
    ),
    Field(
        "idpEntityId",
        ("身份提供方实体 ID", "Provider's entity ID"),
        ("元数据描述多个身份提供方时也需填写", "Also which one, where metadata describes several"),
    ),
    Field(
        "idpSignInUrl",
        ("登录 URL", "Sign-in address"),
        (
            "没有元数据时填写：用户被带到的地址",
            "Where there is no metadata: the address that people are sent to",
        ),
    ),
    Field(
        "idpCertificate",
        ("验签证书", "Signing certificate"),
        ("PEM，可有多个", "PEM; several may follow"),
        code=True,
    ),
    Field(
        "requestBinding",
        ("请求协议绑定", "Binding of requests"),
        ("redirect（默认）或 post", "redirect (default) or post"),
        rare=True,
    ),
    Field(
        "signRequests",
        ("SAML 请求签名", "Sign requests"),
        (
            "身份提供方要求请求签名时打开；需要下面的私钥和证书",
            "Where the provider asks for it; needs the key and the certificate below",
        ),
        rare=True,
    ),
    Field(
        "requestDigest",
        ("请求摘要算法", "Digest of requests"),
        ("sha256（默认）、sha384 或 sha512", "sha256 (default), sha384 or sha512"),
        rare=True,
    ),
    Field(
        "signingKey",
        ("请求签名私钥", "Key that signs requests"),
        ("PEM，RSA", "PEM, RSA"),
        secret=True,
        code=True,
        rare=True,
    ),
    Field(
        "signingCertificate",
        ("请求签名证书", "Certificate of that key"),
        ("PEM；会出现在我们的元数据中", "PEM; our metadata has it"),
        code=True,
        rare=True,
    ),
    Field(
        "nextSigningCertificate",
        ("下一个签名证书", "The next certificate"),
        ("更换密钥前先在元数据中公布", "Published in our metadata before its key takes over"),
        code=True,
        rare=True,
    ),
    Field(
        "signedPart",
        ("必须签名的部分", "What must be signed"),
        ("either（默认，任一）、assertion、response、both", "either (default), assertion, response or both"),
        rare=True,
    ),
    Field(
        "allowSha1",
        ("允许 SHA-1", "Allow SHA-1"),
        ("仅用于无法升级的旧系统", "Only for a system without better"),
        rare=True,
    ),
    Field(
        "nameIdFormat",
        ("NameID 格式", "Format of the NameID"),
        ("建议 persistent；留空由对方决定", "persistent is best; empty leaves it to the provider"),
        rare=True,
    ),
    Field(
        "idAttribute",
        ("用户标识属性", "Attribute that identifies the person"),
        ("留空使用 NameID；NameID 为 transient 时必填", "Empty: the NameID; needed where that is transient"),
    ),
    Field(
        "forceAuthn",
        ("要求重新认证", "Ask for the password each time"),
        ("即使对方已经认识这个人", "Also where the provider knows the person already"),
        rare=True,
    ),
    Field(
        "clockSkewSeconds",
        ("时钟误差（秒）", "Seconds clocks may differ"),
        ("0 至 300，默认 60", "0 to 300, default 60"),
        rare=True,
    ),
    Field(
        "spEntityId",
        ("本方实体 ID", "Our entity ID"),
        ("留空为元数据地址", "Empty: the address of our metadata"),
        rare=True,
    ),
    Field(
        "emailIsVerified",
        ("信任其邮箱", "Trust its e-mail addresses"),
        ("仅当对方核实过每个邮箱", "Only where the provider has verified each of them"),
    ),
)
