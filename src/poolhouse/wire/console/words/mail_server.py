"""Words of the page of a pool's mail server."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "mail_server": ("邮件服务器", "Mail server"),
    "mail_server_help": (
        "用户池的邮件由此发送；停用时用服务器设置 POOLHOUSE_SMTP_HOST 的邮件服务器，那里也没有时，邮件留在发件箱。"
        "也可通过 API config-email-provider 和命令 poolhouse mail-server 修改",
        "Mails of the pool are sent by this one. While it is off they are sent by that of the server's setting "
        "POOLHOUSE_SMTP_HOST; without one they wait in the outbox. The same by config-email-provider of the API and by "
        "poolhouse mail-server",
    ),
    "mail_server_enabled": ("启用", "Use it"),
    "mail_server_enabled_help": ("默认：否", "Default: no"),
    "mail_server_type": ("服务商", "Provider"),
    "mail_server_type_help": (
        "选择服务商后，主机、端口和加密方式由它决定；自己的服务器选“其他”。默认：其他",
        "A provider has its own host, port and encryption; for your own server choose “another”. Default: another",
    ),
    "mail_server_custom": ("其他", "Another"),
    "mail_server_ali": ("阿里企业邮箱", "Alibaba Mail"),
    "mail_server_qq": ("腾讯企业邮箱", "Tencent Exmail"),
    "mail_server_host": ("主机名", "Host"),
    "mail_server_host_help": (
        "仅用于“其他”，如 smtp.example.com",
        "Of another server, such as smtp.example.com",
    ),
    "mail_server_port": ("端口", "Port"),
    "mail_server_port_help": ("仅用于“其他”。默认：465", "Of another server. Default: 465"),
    "mail_server_tls": ("加密方式", "Encryption"),
    "mail_server_tls_help": (
        "465 端口多为 TLS，587 端口多为 STARTTLS；从不退回明文。默认：TLS",
        "465 is TLS, 587 is STARTTLS; neither falls back to plain text. Default: TLS",
    ),
    "mail_server_sender": ("发件地址", "Sender"),
    "mail_server_sender_help": (
        "也是登录邮件服务器的账号",
        "It is the account that signs in to the mail server, too",
    ),
    "mail_server_password": ("密码或密钥", "Password or key"),
    "mail_server_kept": (
        "已保存，不再显示；留空则不变。更换主机、端口、加密方式或账号时须重新填写",
        "Saved and not shown again; left empty it stays. Another host, port, encryption or account needs it again",
    ),
    "mail_server_test": ("发送测试邮件", "Send a test mail"),
    "mail_server_test_help": (
        "按当前填写的内容发送，不会保存；未启用时也会测试。内容固定，每小时至多 10 封",
        "Sent by what is typed, on or off, and nothing is saved. Its text is fixed, and an hour has ten",
    ),
    "mail_server_to": ("收件地址", "Send it to"),
    "mail_server_testing": ("正在发送…", "Sending…"),
    "mail_server_sent": (
        "邮件服务器已接收测试邮件（{ms} 毫秒）。没有收到时请看垃圾邮件",
        "The mail server took the test mail ({ms} ms). If it does not come, look among the spam",
    ),
    "mail_server_said": ("服务器的原话：{said}", "The words of the server: {said}"),
    "mail_server_step_name": ("停在：解析主机名", "Stopped at: the name of the host"),
    "mail_server_step_connect": ("停在：连接", "Stopped at: connecting"),
    "mail_server_step_greeting": ("停在：问候", "Stopped at: the greeting"),
    "mail_server_step_tls": ("停在：加密", "Stopped at: encryption"),
    "mail_server_step_sign_in": ("停在：登录", "Stopped at: signing in"),
    "mail_server_step_sender": ("停在：发件人", "Stopped at: the sender"),
    "mail_server_step_recipient": ("停在：收件人", "Stopped at: the recipient"),
    "mail_server_step_content": ("停在：邮件内容", "Stopped at: the mail itself"),
}
