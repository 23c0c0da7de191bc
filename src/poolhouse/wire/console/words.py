"""Every word of the console, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

from poolhouse.errors import Lang

TEXTS: dict[str, tuple[str, str]] = {
    "console": ("控制台", "Console"),
    "skip": ("跳到正文", "Skip to content"),
    # signing in
    "sign_in": ("登录", "Sign in"),
    "sign_in_title": ("登录控制台", "Sign in to the console"),
    "sign_out": ("退出", "Sign out"),
    "username": ("用户名", "Username"),
    "password": ("密码", "Password"),
    "code": ("验证码", "Code"),
    "code_title": ("二次验证", "Second step"),
    "code_help": (
        "请输入身份验证器中的六位数字，或一个恢复代码",
        "Enter the six digits of your authenticator, or a recovery code",
    ),
    "verify": ("验证", "Verify"),
    "new_password": ("新密码", "New password"),
    "new_password_title": ("请设置新密码", "Choose a new password"),
    "new_password_help": (
        "当前密码是他人设置的，只能使用一次。新密码至少十个字符",
        "Somebody else set your password, so it is good once. The new one has at least ten characters",
    ),
    "save": ("保存", "Save"),
    "cancel": ("取消", "Cancel"),
    "new": ("新建", "New"),
    "edit": ("编辑", "Edit"),
    "delete": ("删除", "Delete"),
    "needed": ("必填", "required"),
    "done_saved": ("已保存", "Saved"),
    "done_deleted": ("已删除", "Deleted"),
    "confirm": ("请输入 {named} 以确认", "Type {named} to confirm"),
    "confirm_wrong": ("输入的与要删除的不符，没有删除", "That is not what is to be deleted: nothing was"),
    "conflict": (
        "打开此页之后，有人修改了同样的内容。没有保存，请核对后再次保存",
        "Somebody changed the same since this page was opened. Nothing was saved: compare, and save again",
    ),
    "conflict_now": ("现在的值：{value}", "It is now: {value}"),
    "signed_out": ("登录已结束，请重新登录", "Your session has ended, please sign in again"),
    "first_password": (
        "首次启动的管理员密码在数据文件夹的 credentials.json 中",
        "The first administrator's password is in credentials.json of the data folder",
    ),
    # the frame
    "home": ("首页", "Home"),
    "pools": ("用户池", "Pools"),
    "pools_help": ("选择要管理的用户池", "Choose the pool to work on"),
    "no_pools": (
        "您还没有任何用户池的角色，请联系服务器所有者",
        "You have no role in any pool yet: ask an owner of the server",
    ),
    "users": ("用户", "Users"),
    "groups": ("分组", "Groups"),
    "roles": ("角色", "Roles"),
    "organizations": ("组织", "Organizations"),
    "applications": ("应用", "Applications"),
    "fields": ("自定义字段", "Custom fields"),
    "scripts": ("自定义数据库", "Custom database"),
    "sign_ins": ("登录日志", "Sign-in log"),
    "audit": ("审计日志", "Audit log"),
    "not_yours": ("您的角色不能查看此项", "Your roles do not let you see this"),
    "language": ("语言", "Language"),
    "theme": ("外观", "Theme"),
    "auto": ("跟随系统", "System"),
    "light": ("浅色", "Light"),
    "dark": ("深色", "Dark"),
    "shortcuts": ("快捷键", "Shortcuts"),
    "shortcut_search": ("搜索", "Search"),
    "shortcut_help": ("显示快捷键", "Show shortcuts"),
    "close": ("关闭", "Close"),
    # lists
    "search": ("搜索", "Search"),
    "search_users": (
        "姓名、用户名、邮箱、手机号或编号",
        "Name, username, e-mail, phone number or id",
    ),
    "total": ("共 {count} 条", "{count} in all"),
    "nothing": ("没有内容", "Nothing here"),
    "nothing_found": ("没有找到“{words}”", "Nothing found for “{words}”"),
    "page": ("第 {page} 页", "Page {page}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "status": ("状态", "Status"),
    "all": ("全部", "All"),
    "apply": ("应用", "Apply"),
    # columns
    "id": ("编号", "Id"),
    "name": ("姓名", "Name"),
    "label": ("名称", "Name"),
    "domain": ("域名", "Domain"),
    "description": ("描述", "Description"),
    "identifier": ("标识", "Identifier"),
    "redirect": ("回调地址", "Redirect addresses"),
    "email": ("邮箱", "E-mail"),
    "phone": ("手机号", "Phone"),
    "last_login": ("最近登录", "Last sign-in"),
    "created": ("创建时间", "Created"),
    "logins": ("登录次数", "Sign-ins"),
    "time": ("时间", "Time"),
    "action": ("操作", "Action"),
    "thing": ("对象", "On"),
    "by": ("操作者", "By"),
    "ok": ("成功", "Succeeded"),
    "address": ("地址", "Address"),
    "application": ("应用", "Application"),
    "type": ("类型", "Type"),
    "key": ("键", "Key"),
    "script": ("脚本", "Script"),
    "published": ("已发布版本", "Published version"),
    "draft": ("草稿版本", "Draft version"),
    "members": ("成员数", "Members"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
    # one user
    "profile": ("资料", "Profile"),
    "nickname": ("昵称", "Nickname"),
    "external": ("外部编号", "External id"),
    "password_set": ("密码设置时间", "Password set"),
    "custom_data": ("自定义数据", "Custom data"),
    "identities": ("身份", "Identities"),
    "block": ("停用", "Suspend"),
    "unblock": ("恢复", "Activate"),
    "sign_in_history": ("登录历史", "Sign-in history"),
    "everything": ("全部字段", "All fields"),
    "done_blocked": ("已停用，所有登录已结束", "Suspended, and logged out everywhere"),
    "done_unblocked": ("已恢复", "Activated"),
    # home
    "users_total": ("用户总数", "Users"),
    "sign_ins_recent": ("最近的登录", "Recent sign-ins"),
    "refusals_recent": ("最近被拒绝的登录", "Recent refused sign-ins"),
    "reason": ("原因", "Reason"),
    "see_all": ("查看全部", "See all"),
    # one's own account
    "account": ("我的账号", "My account"),
    "old_password": ("当前密码", "Current password"),
    "change_password": ("修改密码", "Change password"),
    "done_password": (
        "密码已修改，其他登录已结束",
        "The password is changed, and your other sessions have ended",
    ),
    "second_factor": ("第二因素", "Second factor"),
    "factor_on": (
        "已绑定身份验证器，剩余恢复代码 {count} 个",
        "An authenticator is bound; {count} recovery codes are left",
    ),
    "factor_off": (
        "尚未绑定身份验证器。只有密码，就只有一道锁",
        "No authenticator is bound. A password alone is one lock",
    ),
    "factor_begin": ("绑定身份验证器", "Bind an authenticator"),
    "factor_scan": (
        "用身份验证器扫描二维码，再输入其中的六位数字",
        "Scan the code with an authenticator, then enter its six digits",
    ),
    "factor_key": ("密钥", "Key"),
    "factor_confirm": ("确认绑定", "Confirm"),
    "factor_remove": ("解除绑定", "Remove"),
    "done_factor_removed": ("已解除绑定", "The authenticator is removed"),
    "recovery_title": ("恢复代码", "Recovery codes"),
    "recovery_help": (
        "手机丢失时，每个代码可以代替一次验证码。只显示这一次，请抄写保存",
        "Each stands in for a code once, when the telephone is lost. They are shown this once: write them down",
    ),
    "sessions": ("登录", "Sessions"),
    "this_session": ("当前", "this one"),
    "client": ("客户端", "Client"),
    "seen": ("最近使用", "Last seen"),
    "end": ("结束", "End"),
    "done_ended": ("已结束", "The session has ended"),
    # what goes wrong
    "problem": ("出错了", "Something is wrong"),
    "not_found": ("页面不存在", "No such page"),
    "refused": ("无权限", "Not allowed"),
    "refused_help": (
        "您在这个用户池的角色不允许此操作，请联系所有者",
        "Your roles in this pool do not allow this: ask an owner",
    ),
    "request_id": ("请求编号：{id}", "Request id: {id}"),
    "back": ("返回", "Back"),
}

STATUSES: dict[str, tuple[str, str]] = {
    "Activated": ("正常", "Active"),
    "Suspended": ("已停用", "Suspended"),
    "Resigned": ("已离职", "Resigned"),
    "Archived": ("已归档", "Archived"),
    "Deactivated": ("未激活", "Deactivated"),
}


class Texts:
    """`t.save`, `t("total", count=3)`; a word that is missing is a fault of ours and raises."""

    def __init__(self, lang: Lang) -> None:
        self._place = 1 if lang == "en-US" else 0

    def __getattr__(self, name: str) -> str:
        try:
            return TEXTS[name][self._place]
        except KeyError:
            raise AttributeError(name) from None

    def __call__(self, name: str, **facts: object) -> str:
        return TEXTS[name][self._place].format_map(facts)

    def __getitem__(self, name: str) -> str:
        return TEXTS[name][self._place]

    def has(self, name: str) -> bool:
        return name in TEXTS

    def status(self, name: str) -> str:
        return STATUSES[name][self._place] if name in STATUSES else name


def moment(value: str | datetime | None) -> str:
    """`2026-11-27 08:30:05 UTC`; "" for none."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
