"""Words of the page about SMS."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sms": ("短信服务", "SMS service"),
    "sms_help": (
        "所有用户池的短信都由服务器设置 POOLHOUSE_SMS_URL 的服务发送，用户池没有自己的短信服务。"
        "也可通过 API get-sms-delivery 和命令 poolhouse sms 查看",
        "SMS of every pool are sent by the service that the server's setting POOLHOUSE_SMS_URL names; a pool has none "
        "of its own. The same by get-sms-delivery of the API and by poolhouse sms",
    ),
    "sms_configured": ("发送短信", "SMS are sent"),
    "sms_not_configured_help": (
        "默认：否。没有设置 POOLHOUSE_SMS_URL 时，短信留在发件箱",
        "Default: no. Without POOLHOUSE_SMS_URL they wait in the outbox",
    ),
    "sms_signed": ("请求已签名", "Requests are signed"),
    "sms_signed_help": (
        "默认：否。设置 POOLHOUSE_SMS_SECRET 后，短信服务能确认请求来自本服务器",
        "Default: no. With POOLHOUSE_SMS_SECRET the service can tell that a request is from this server",
    ),
    "sms_test": ("发送测试短信", "Send a test SMS"),
    "sms_to": ("手机号", "Phone number"),
    "sms_test_help": (
        "内容与验证码短信相同，其中的验证码 123456 无效；每小时至多 10 条，短信服务可能收费",
        "The text is that of a code; its code 123456 opens nothing. An hour has ten, and the service may charge for it",
    ),
    "sms_sent": (
        "短信服务已接收测试短信（{ms} 毫秒）。没有收到时请看短信服务的日志",
        "The SMS service took the test message ({ms} ms). If it does not come, see the log of the service",
    ),
    "sms_step_url": ("停在：服务器设置", "Stopped at: the server's settings"),
    "sms_step_name": ("停在：解析主机名", "Stopped at: the name of the host"),
    "sms_step_connect": ("停在：连接", "Stopped at: connecting"),
    "sms_step_tls": ("停在：加密", "Stopped at: encryption"),
    "sms_step_answer": ("停在：短信服务的回答", "Stopped at: the answer of the service"),
}
