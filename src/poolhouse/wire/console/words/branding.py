"""Words of the page of branding."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "branding_help": (
        "用户登录、注册、重置密码等页面的名称、图标和颜色。保存后立即生效，最多一秒。"
        "也可通过 API update-branding 和命令 poolhouse branding set 修改",
        "Name, logo and color of the pages users sign in, sign up and reset passwords at. It holds a second after "
        "saving at the latest. The same by update-branding of the API and by poolhouse branding set",
    ),
    "branding_f_name": ("名称", "Name"),
    "branding_f_name_help": (
        "没有图标时显示在页面上方；邮件里也用它",
        "Stands above the page where there is no logo, and in mails",
    ),
    "branding_f_logo": ("图标", "Logo"),
    "branding_f_logo_help": (
        "PNG、JPEG、GIF 或 WebP，写作 data: 地址，至多 32,768 个字符。应用自己的图标优先。默认：无",
        "PNG, JPEG, GIF or WebP as a data: address of at most 32,768 characters. An application's own goes first. "
        "Default: none",
    ),
    "branding_logo_elsewhere": (
        "此图标在其他网站上，只有登录组件 Guard 显示它：托管页面不向其他网站请求任何内容。请上传图片",
        "This logo is on another site, and the login component Guard alone shows it: the hosted pages ask no other "
        "site for anything. Choose a picture to have it there",
    ),
    "branding_choose": ("选择图片…", "Choose a picture…"),
    "branding_remove": ("不要图标", "No logo"),
    "branding_unusable": ("无法读取这张图片，或它太大", "The picture cannot be read, or is too large"),
    "branding_f_branding.color": ("颜色", "Color"),
    "branding_f_branding.color_help": (
        "按钮的颜色，#rrggbb；默认：自带的蓝色。按钮上的文字取黑白中更清楚的一种，链接取能看清的深浅",
        "Of buttons, #rrggbb; default: the built-in blue. Text on them is white or black, whichever reads better, and "
        "links have a shade that can be read",
    ),
    "branding_pick": ("取色", "Pick a color"),
    "branding_shades": (
        "按钮文字 {text}，对比度 {contrast}；链接在浅色页面上 {light}，在深色页面上 {dark}",
        "Text on buttons: {text}, contrast {contrast}; links: {light} on light pages, {dark} on dark ones",
    ),
    "branding_shaded": (
        "此颜色的文字在浅色页面上看不清，链接因此用更深的 {light}",
        "Text of this color would be hard to read on a light page, so links are a darker {light}",
    ),
    "branding_preview": ("登录页预览", "The sign-in page"),
    "branding_preview_light": ("浅色预览", "Preview, light"),
    "branding_preview_dark": ("深色预览", "Preview, dark"),
    "branding_preview_help": (
        "按当前填写的内容显示，不会保存，也不能操作",
        "Shows what is typed. It saves nothing, and nothing in it can be used",
    ),
    "branding_application": ("您的应用", "Your application"),
}
