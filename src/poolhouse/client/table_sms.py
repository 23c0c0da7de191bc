"""The commands about SMS."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts

SMS_COMMANDS = (
    Command(
        "sms show",
        (
            "显示服务器是否发送短信、请求是否签名",
            "Shows whether the server sends SMS, and whether its requests are signed.",
        ),
        "GET get-sms-delivery",
        (),
        Facts((Column("configured", "configured"), Column("signed", "signed"))),
    ),
    Command(
        "sms test",
        (
            "发一条测试短信，说明哪一步失败、怎么办；每小时至多 10 条",
            "Sends a test SMS, and tells which step failed and what to do; ten an hour at most.",
        ),
        "POST test-sms-delivery",
        (Arg("TO", "to", ("手机号", "the phone number it goes to"), needed=True),),
        Facts(
            (
                Column("ok", "success"),
                Column("step", "step"),
                Column("reason", "sentence"),
                Column("remedy", "remedy"),
            )
        ),
        unless="success",
    ),
)
