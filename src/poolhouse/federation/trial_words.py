"""The steps of a sign-in by an identity source: names, and what to look at where one fails, in both languages."""

from __future__ import annotations

from poolhouse.errors import Lang, ProviderStep

STEPS: dict[ProviderStep, tuple[str, str]] = {
    "settings": ("连接的设置", "the connection's settings"),
    "discovery": ("发现文档", "the discovery document"),
    "metadata": ("元数据", "metadata"),
    "key": ("公钥与证书", "keys and certificates"),
    "redirect": ("跳转", "the redirect"),
    "state": ("登录请求的状态", "the sign-in under way"),
    "request": ("发出的请求", "our request"),
    "token": ("获取 token", "the token"),
    "ticket": ("票据", "the ticket"),
    "script": ("脚本", "the script"),
    "userinfo": ("用户信息", "the user's profile"),
    "signature": ("签名", "the signature"),
    "algorithm": ("算法", "the algorithm"),
    "encryption": ("加密", "encryption"),
    "status": ("应答的状态", "the response's status"),
    "destination": ("应答的目的地址", "the response's destination"),
    "issuer": ("签发者", "the issuer"),
    "audience": ("受众", "the audience"),
    "recipient": ("接收地址", "the recipient"),
    "subject": ("用户标识", "the user's id"),
    "clock": ("时钟", "the clocks"),
    "response": ("应答", "the response"),
    "xml": ("XML 文档", "the XML document"),
    "account": ("账号", "the account"),
    "tenant": ("租户", "the tenant"),
    "domain": ("域名", "the domain"),
    "time": ("时限", "the time limit"),
    "busy": ("并发数", "how many at once"),
    "name": ("主机名", "the host's name"),
    "connect": ("连接", "the connection"),
    "starttls": ("StartTLS", "StartTLS"),
    "tls": ("TLS 加密", "TLS"),
    "bind": ("绑定查询账号", "the bind of the account that searches"),
    "search": ("查找用户", "the search for people"),
    "sign_in": ("用户登录", "the person's own bind"),
    "groups": ("组", "groups"),
    "answer": ("目录的应答", "the directory's answer"),
}
REMEDIES: dict[ProviderStep, tuple[str, str]] = {
    "settings": (
        "请在连接的设置中改正所说的那一项",
        "Correct the field that is named in the connection's settings",
    ),
    "discovery": (
        "请检查 issuer 的拼写，以及本服务器能否访问它；内网地址需要 POOLHOUSE_OUTGOING_HOSTS",
        "Check the spelling of the issuer, and that this server reaches it; an address of a private network needs "
        "POOLHOUSE_OUTGOING_HOSTS",
    ),
    "metadata": (
        "请重新取得身份提供方的元数据，或检查它的地址",
        "Take the provider's metadata anew, or check its address",
    ),
    "key": (
        "请核对身份提供方公布的公钥或证书，以及它们的有效期",
        "Compare the keys or certificates that the provider publishes, and how long they are valid",
    ),
    "redirect": (
        "请把回调地址原样登记在身份提供方，并检查应用编号与权限范围",
        "Register the callback address at the provider, letter by letter, and check the client id and the scopes",
    ),
    "state": ("请重新登录；链接只能使用一次", "Sign in again; an attempt is good for one time"),
    "request": ("请检查请求签名与绑定方式的设置", "Check how requests are signed and bound"),
    "token": (
        "请核对密钥（client secret）及其发送方式",
        "Compare the client's secret, and the way it is sent",
    ),
    "ticket": (
        "请核对服务器地址与 CAS 的版本，并查看身份提供方的日志",
        "Compare the server's address and the version of CAS, and read the provider's log",
    ),
    "script": (
        "请按所说的位置改正连接的脚本",
        "Correct the connection's script at the place that is named",
    ),
    "userinfo": ("请检查权限范围与用户信息的地址", "Check the scopes, and the address of the user's profile"),
    "signature": ("请更新身份提供方的证书或公钥", "Renew the provider's certificate or keys here"),
    "algorithm": (
        "请在身份提供方改用受支持的算法，如 RSA-SHA256",
        "Have the provider use an algorithm that is supported, such as RSA-SHA256",
    ),
    "status": (
        "请查看身份提供方的日志：它拒绝了这次登录",
        "Read the provider's log: it refused this sign-in",
    ),
    "destination": (
        "请在身份提供方核对接收地址（ACS）",
        "Compare the address (ACS) that is registered at the provider",
    ),
    "encryption": ("请在身份提供方改变加密的设置", "Change the encryption's setting at the provider"),
    "issuer": (
        "请核对签发者：应答来自另一个身份提供方",
        "Compare the issuer: the answer is another provider's",
    ),
    "audience": (
        "请核对应用编号（client id、entity id）：应答是给另一个应用的",
        "Compare the client id or entity id: the answer is for another application",
    ),
    "recipient": (
        "请在身份提供方核对接收地址（ACS、service）",
        "Compare the address (ACS, service) that is registered at the provider",
    ),
    "subject": (
        "请让身份提供方返回不变的用户标识",
        "Have the provider tell an id of the user that never changes",
    ),
    "clock": ("请校准两边服务器的时钟", "Set the clocks of both servers right"),
    "response": (
        "请查看身份提供方的日志：它的应答不完整或不符合协议",
        "Read the provider's log: its answer is not whole, or not as the protocol has it",
    ),
    "xml": (
        "请查看身份提供方的日志：它的应答不是可用的 XML",
        "Read the provider's log: its answer is no usable XML",
    ),
    "account": ("请在身份提供方检查这个账号的状态", "Look at the state of that account at the provider"),
    "tenant": (
        "该租户的用户应当能登录时，请把它的 ID 加入 allowedTenants",
        "Add the tenant's id to allowedTenants if its people shall come in",
    ),
    "domain": (
        "该域名的用户应当能登录时，请把它加入 hostedDomains",
        "Add the domain to hostedDomains if its people shall come in",
    ),
    "time": ("请检查网络与身份提供方的负载", "Check the network, and how busy the provider is"),
    "busy": ("请稍后再试，或检查目录为何迟迟不应答", "Try again later, or see why the directory is slow"),
    "name": (
        "请检查主机名；内网主机需要 POOLHOUSE_OUTGOING_HOSTS",
        "Check the host's name; a host of a private network needs POOLHOUSE_OUTGOING_HOSTS",
    ),
    "connect": (
        "请检查端口、防火墙，以及目录是否在运行",
        "Check the port, the firewall, and that the directory runs",
    ),
    "starttls": ("请在目录上开启 StartTLS，或改用 LDAPS", "Turn StartTLS on in the directory, or use LDAPS"),
    "tls": (
        "请把目录的 CA 证书填入设置，并核对主机名",
        "Give the certificate of the directory's CA in the settings, and compare the host's name",
    ),
    "bind": ("请核对查询账号的 DN 与密码", "Compare the DN and the password of the account that searches"),
    "search": ("请核对查找的起点（base DN）与过滤条件", "Compare the base DN and the filter of the search"),
    "sign_in": ("请在目录中检查这个人的账号", "Look at the person's account in the directory"),
    "groups": ("请核对组的起点与过滤条件", "Compare the base DN and the filter of groups"),
    "answer": ("请查看目录的日志", "Read the directory's log"),
}


def known(step: str) -> ProviderStep | None:
    """A step of the log, which another version may have written."""
    return next((one for one in STEPS if one == step), None)


def step_name(step: ProviderStep, lang: Lang) -> str:
    return STEPS[step][lang == "en-US"]


def remedy(step: ProviderStep, lang: Lang) -> str:
    return REMEDIES[step][lang == "en-US"]
