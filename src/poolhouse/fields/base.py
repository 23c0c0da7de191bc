"""The built-in fields of users, as `get-user-base-fields` shows them. Source: docs/contract/v3/common.md#userdto."""

from __future__ import annotations

from dataclasses import replace

from poolhouse.fields.model import BaseField, BaseFieldChanges, DataType

_S, _N, _B, _T = DataType.STRING, DataType.NUMBER, DataType.BOOLEAN, DataType.DATETIME

# key, type, label, whether end users may change it (phone and e-mail need a code first)
_FIELDS: tuple[tuple[str, DataType, str, bool], ...] = (
    ("userId", _S, "用户 ID", False),
    ("username", _S, "用户名", True),
    ("name", _S, "姓名", True),
    ("nickname", _S, "昵称", True),
    ("photo", _S, "头像", True),
    ("gender", DataType.SELECT, "性别", True),
    ("birthdate", _S, "生日", True),
    ("email", _S, "邮箱", True),
    ("emailVerified", _B, "邮箱是否验证", False),
    ("phone", _S, "手机号", True),
    ("phoneVerified", _B, "手机号是否验证", False),
    ("phoneCountryCode", _S, "手机区号", True),
    ("externalId", _S, "第三方外部 ID", False),
    ("status", DataType.SELECT, "账户状态", False),
    ("workStatus", DataType.SELECT, "工作状态", False),
    ("givenName", _S, "名", True),
    ("familyName", _S, "姓", True),
    ("middleName", _S, "中间名", True),
    ("preferredUsername", _S, "首选用户名", True),
    ("profile", _S, "个人资料", True),
    ("website", _S, "个人网站", True),
    ("zoneinfo", _S, "时区", True),
    ("locale", _S, "语言", True),
    ("company", _S, "公司", True),
    ("country", _S, "国家", True),
    ("province", _S, "省份", True),
    ("city", _S, "城市", True),
    ("region", _S, "地区", True),
    ("address", _S, "地址", True),
    ("streetAddress", _S, "街道地址", True),
    ("formatted", _S, "完整地址", True),
    ("postalCode", _S, "邮编", True),
    ("identityNumber", _S, "证件号", False),
    ("mainDepartmentId", _S, "主部门 ID", False),
    ("browser", _S, "浏览器", False),
    ("device", _S, "设备", False),
    ("registerSource", DataType.OBJECT, "注册来源", False),
    ("userSourceType", DataType.SELECT, "用户来源", False),
    ("lastLoginApp", _S, "最近登录应用", False),
    ("loginsCount", _N, "登录次数", False),
    ("lastIp", _S, "最近登录 IP", False),
    ("lastLogin", _T, "最近登录时间", False),
    ("lastMfaTime", _T, "最近 MFA 时间", False),
    ("passwordLastSetAt", _T, "最近设置密码时间", False),
    ("passwordSecurityLevel", _N, "密码安全等级", False),
    ("resetPasswordOnNextLogin", _B, "下次登录重置密码", False),
    ("signedUp", _T, "注册时间", False),
    ("createdAt", _T, "创建时间", False),
    ("updatedAt", _T, "更新时间", False),
    ("statusChangedAt", _T, "状态变更时间", False),
)

BASE_FIELDS = {
    key: BaseField(key, kind, label, user_editable=editable, visible_in_user_center=editable)
    for key, kind, label, editable in _FIELDS
}


def changed(base: BaseField, changes: BaseFieldChanges) -> BaseField:
    given = {
        name: value
        for name in (
            "label",
            "description",
            "user_editable",
            "visible_in_admin_console",
            "visible_in_user_center",
            "i18n",
        )
        if (value := getattr(changes, name)) is not None
    }
    return replace(base, **given)
