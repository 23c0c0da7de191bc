"""The commands about the texts of a pool's mails."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.special import one_template, preview_template, set_template

TYPE = Arg(
    "TYPE", "type", ("模板类型，见 mail-template list", "its type, as mail-template list tells"), needed=True
)
FILE = Arg(
    "FILE",
    "content",
    (
        "HTML 文件，- 为标准输入；变量写作 {{ code }}",
        "an HTML file, - for standard input; variables are written {{ code }}",
    ),
    "file",
)
WRITTEN = (
    Arg("--subject", "subject", ("主题", "subject")),
    Arg("--sender", "sender", ("发件人名称", "the sender's name")),
    Arg("--expires-in", "expiresIn", ("验证码有效期，秒", "seconds a code in it is valid"), "number"),
)
TEMPLATES = (
    Column("type", "type"),
    Column("label", "name"),
    Column("custom", "customizeEnabled"),
    Column("subject", "subject"),
    Column("sender", "sender"),
    Column("lifetime", "expiresIn"),
)
ONE = Facts((*TEMPLATES, Column("redirect", "redirectTo"), Column("text", "content", "lines")))

MAIL_TEMPLATE_COMMANDS = (
    Command(
        "mail-template list",
        ("列出邮件模板", "Lists the templates of mails."),
        "GET get-email-templates",
        (),
        Table(TEMPLATES, "templates"),
    ),
    Command(
        "mail-template show",
        ("显示一个模板及正文", "Shows one template with its text."),
        "GET get-email-templates",
        (TYPE._replace(to=""),),
        ONE,
        act=one_template,
    ),
    Command(
        "mail-template set",
        (
            "修改模板并启用，未写的不变；--custom no 用回自带的",
            "Changes a template and uses it; what is not given stays. --custom no uses the built-in one again.",
        ),
        "POST update-email-template",
        (
            TYPE,
            FILE,
            *WRITTEN,
            Arg("--name", "name", ("名称", "its name")),
            Arg("--redirect-to", "redirectTo", ("验证后前往的地址", "where a link in it leads in the end")),
            Arg(
                "--custom",
                "customizeEnabled",
                ("使用此模板，默认 yes", "whether it is used, or the built-in one; yes if absent"),
                "yes",
                default="yes",
            ),
        ),
        ONE,
        act=set_template,
    ),
    Command(
        "mail-template reset",
        (
            "删除自己的模板，改用自带的",
            "Deletes the pool's own template and uses the built-in one.",
        ),
        "POST reset-email-template",
        (TYPE,),
        ONE,
    ),
    Command(
        "mail-template preview",
        (
            "显示邮件的样子；可先试一个文件，不保存",
            "Shows how a mail looks; with a FILE how it would, nothing is stored.",
        ),
        "POST preview-email-template",
        (TYPE, FILE, *WRITTEN),
        Facts((Column("subject", "subject"), Column("sender", "sender"), Column("text", "content", "lines"))),
        act=preview_template,
    ),
)
