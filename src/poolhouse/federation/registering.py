"""What is done at the provider before a connection is set up here, of each kind that signs in: for the console's form
and the connection's page. The guide says more."""

from __future__ import annotations

from poolhouse.federation.model import Text

REGISTERING: dict[str, Text] = {
    "oidc": (
        "在身份提供方新建一个 Web 应用（授权码模式），把下面的回调地址原样登记为重定向 URI，再把它给出的 Client ID 和 "
        "Client Secret 填到这里。",
        "At the provider, make an application of the kind web with the authorization code flow, register the callback "
        "address letter by letter as its redirect URI, and enter here the client id and the secret that it gives you.",
    ),
    "oauth": (
        "在身份提供方新建一个 Web 应用（授权码模式），把回调地址原样登记，再把它文档中的三个 URL 以及 Client ID、"
        "Client Secret 填到这里。身份源不按标准应答时，用两段脚本代替。",
        "At the provider, make an application of the kind web with the authorization code flow and register the "
        "callback address letter by letter. Enter here the three addresses of its documents, the client id and the "
        "secret. Where it does not answer as the standard says, write the two scripts.",
    ),
    "saml": (
        "把元数据地址交给身份提供方；它不接受地址时，回调地址就是 ACS（Reply URL），元数据地址就是实体 ID（Audience）。"
        "再把它的元数据 XML 或元数据地址填到这里。",
        "Give the provider the address of our metadata. If it takes none, the callback address is the ACS (reply URL), "
        "and the metadata address the entity ID (audience). Then enter here its metadata, or the address of them.",
    ),
    "cas": (
        "请 CAS 的管理员登记回调地址为允许的服务（service）。",
        "Ask whoever runs the CAS server to register the callback address as a service.",
    ),
    "ldap": (
        "在目录中准备一个只能读取用户条目的账号。没有要登记的地址：用户名和密码在登录页输入，由本服务器向目录核对。",
        "Have an account in the directory that may read people's entries and nothing else. There is no address to "
        "register: people type their name and password on our page, and this server asks the directory.",
    ),
    "ad": (
        "在域中准备一个只能读取用户条目的账号。没有要登记的地址：用户名和密码在登录页输入，由本服务器向域控制器核对。",
        "Have an account in the domain that may read people's entries and nothing else. There is no address to "
        "register: people type their name and password on our page, and this server asks the domain controller.",
    ),
    "github": (
        "在 GitHub 的 Settings › Developer settings › OAuth Apps 新建应用，把回调地址填为 Authorization callback URL，"
        "再生成 client secret。",
        "At GitHub, make an app under Settings › Developer settings › OAuth Apps with the callback address as its "
        "authorization callback URL, and generate a client secret.",
    ),
    "google": (
        "在 Google Cloud 控制台的“API 和服务 › 凭据”新建 OAuth 客户端 ID（Web 应用），"
        "把回调地址加入“已获授权的重定向 URI”。",
        "In the Google Cloud console, under APIs & Services › Credentials, make an OAuth client ID for a web "
        "application, and add the callback address to its authorized redirect URIs.",
    ),
    "azure-ad": (
        "在 Microsoft Entra 管理中心的“应用注册”新建应用，平台选 Web，重定向 URI 填回调地址，"
        "再在“证书和密码”中新建客户端密码（填它的值，不是 ID）。",
        "In the Microsoft Entra admin center, under App registrations, register an application with the platform Web "
        "and the callback address as its redirect URI; then make a client secret, and enter its value, not its id.",
    ),
    "wechat:pc": (
        "在微信开放平台新建网站应用，授权回调域填回调地址的域名（不带 https:// 和路径）。",
        "On WeChat's open platform, make a website application; its callback domain is the host of the callback "
        "address, without https:// and path.",
    ),
    "wechat:mobile": (
        "在微信开放平台新建移动应用，并把这里的 AppID 用在应用的微信 SDK 中。没有要登记的地址。",
        "On WeChat's open platform, make a mobile application, and use its AppID in the app's WeChat SDK. There is no "
        "address to register.",
    ),
    "lark-internal": (
        "在飞书开放平台新建企业自建应用，在“安全设置”中把回调地址加入重定向 URL，再发布一个版本。",
        "On Lark's open platform, make an app of the company's own, add the callback address to its redirect URLs "
        "under Security settings, and publish a version.",
    ),
    "lark-public": (
        "在飞书开放平台新建应用商店应用，在“安全设置”中把回调地址加入重定向 URL，并让企业安装该应用。",
        "On Lark's open platform, make an app for the store, add the callback address to its redirect URLs under "
        "Security settings, and have the companies install it.",
    ),
}
