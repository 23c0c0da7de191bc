"""The language of whoever types, by LC_ALL, LC_MESSAGES, LANG: zh-CN where it begins with zh, else en-US."""

from __future__ import annotations

import errno
import os
from typing import Literal

Words = tuple[str, str]
"""Chinese, English."""

TITLES: dict[str, Words] = {
    "before": ("修改前", "before"),
    "after": ("修改后", "after"),
    "client": ("客户端", "client"),
    "configured": ("已设置", "configured"),
    "host": ("主机", "host"),
    "request": ("请求", "request"),
    "of whom or what": ("其名称", "of whom or what"),
    "bytes": ("字节", "bytes"),
    "access token expires": ("访问 token 有效期（秒）", "access token lasts s"),
    "acts": ("操作记录", "acts"),
    "action": ("操作", "action"),
    "actions": ("操作", "actions"),
    "address": ("地址", "address"),
    "agent": ("客户端", "client"),
    "administrator": ("管理员", "administrator"),
    "algorithm": ("算法", "algorithm"),
    "allowed": ("可取值", "allowed"),
    "already here": ("已有", "already here"),
    "api": ("API", "API"),
    "app": ("应用", "application"),
    "applications": ("应用", "applications"),
    "applied": ("已执行", "applied"),
    "arguments": ("参数", "arguments"),
    "attempts": ("尝试", "attempts"),
    "back channel session": ("退出通知带 sid", "back-channel session"),
    "back channel": ("退出通知地址", "back-channel logout"),
    "backed up": ("已同步", "synced"),
    "assigned to": ("授予对象数", "assigned to"),
    "built in": ("系统内置", "built in"),
    "by": ("操作者", "by"),
    "code expires": ("授权码有效期（秒）", "code lasts s"),
    "code": ("编码", "code"),
    "company": ("公司", "company"),
    "connections": ("连接", "connections"),
    "color": ("颜色", "color"),
    "created": ("创建时间", "created"),
    "custom": ("自定义", "custom"),
    "dark link color": ("深色页面的链接颜色", "links on dark pages"),
    "default": ("默认值", "default"),
    "deleted": ("已删除", "deleted"),
    "departments": ("部门", "departments"),
    "description": ("描述", "description"),
    "detail": ("详情", "detail"),
    "domain": ("域名", "domain"),
    "done": ("已完成", "done"),
    "draft": ("草稿版本", "draft"),
    "duration": ("毫秒", "ms"),
    "email": ("邮箱", "email"),
    "enabled": ("启用", "enabled"),
    "given by": ("来自部门", "given by"),
    "organization": ("组织", "organization"),
    "path": ("路径", "path"),
    "grantable": ("可授予", "grantable"),
    "pool": ("用户池", "pool"),
    "usable": ("可用", "usable"),
    "ended": ("结束的会话", "sessions ended"),
    "error": ("错误", "error"),
    "errors": ("错误记录在", "errors"),
    "erased as": ("代以", "erased as"),
    "expires": ("过期时间", "expires"),
    "exported": ("已导出", "exported"),
    "external": ("外部编号", "external id"),
    "failed": ("失败", "failed"),
    "file": ("文件", "file"),
    "finished": ("结束时间", "ended"),
    "fits as": ("这样写能通过", "fits as"),
    "fits": ("能登录", "fits"),
    "form": ("形式", "form"),
    "front channel session": ("嵌入的地址带 sid", "front-channel session"),
    "front channel": ("退出页面嵌入的地址", "front-channel logout"),
    "grant types": ("授权方式", "grant types"),
    "group": ("分组", "group"),
    "id token algorithm": ("ID token 签名算法", "id token algorithm"),
    "id token expires": ("ID token 有效期（秒）", "id token lasts s"),
    "id": ("编号", "id"),
    "identifier": ("标识", "identifier"),
    "ignored": ("未看的列", "ignored"),
    "imported": ("已导入", "imported"),
    "index": ("索引", "index"),
    "indexed": ("需索引", "indexed"),
    "key": ("键", "key"),
    "keys": ("公钥", "public keys"),
    "label": ("名称", "label"),
    "last login": ("最近登录", "last login"),
    "lifetime": ("有效期（秒）", "valid for (s)"),
    "line": ("行", "line"),
    "logins": ("登录次数", "logins"),
    "link color": ("链接颜色", "links"),
    "logo": ("图标", "logo"),
    "logo shown": ("图标显示在页面上", "logo on the pages"),
    "logout": ("退出回调地址", "logout URIs"),
    "mails": ("邮件", "mails"),
    "meaning": ("含义", "what it does"),
    "members": ("成员数", "members"),
    "message": ("说明", "message"),
    "name": ("姓名", "name"),
    "namespace": ("权限空间", "namespace"),
    "needed until": ("保留到", "needed until"),
    "next": ("下次尝试", "next"),
    "nickname": ("昵称", "nickname"),
    "ok": ("成功", "ok"),
    "own scopes": ("应用自己的 scope", "scopes of its own"),
    "owner": ("服务器所有者", "server owner"),
    "parent": ("上级", "parent"),
    "part": ("部分", "part"),
    "passkeys": ("通行密钥", "passkeys"),
    "password set": ("密码设置时间", "password set"),
    "pending": ("待执行", "pending"),
    "phone": ("手机号", "phone"),
    "port": ("端口", "port"),
    "printed": ("脚本输出", "printed"),
    "published": ("已发布版本", "published"),
    "reason": ("原因", "reason"),
    "redirect": ("回调地址", "redirect URIs"),
    "refresh token expires": ("刷新 token 有效期（秒）", "refresh token lasts s"),
    "refused": ("被拒绝", "refused"),
    "remedy": ("怎么办", "what to do"),
    "callback": ("回调地址", "callback address"),
    "metadata": ("元数据地址", "metadata address"),
    "require pkce": ("必须用 PKCE", "requires PKCE"),
    "response modes": ("response_mode", "response modes"),
    "response types": ("response_type", "response types"),
    "result": ("结果", "result"),
    "roles": ("角色", "roles"),
    "rotation": ("刷新 token 一次有效", "refresh token rotation"),
    "scene": ("场景", "scene"),
    "scopes": ("权限", "scopes"),
    "script": ("脚本", "script"),
    "second factor": ("第二因素", "second factor"),
    "script runs": ("脚本执行", "script runs"),
    "secret": ("密钥", "secret"),
    "seen": ("最近使用", "last seen"),
    "sender": ("发件人", "sender"),
    "sent": ("发送时间", "sent"),
    "setting": ("设置", "setting"),
    "sign-in": ("发起登录的地址", "sign-in begins at"),
    "signs from": ("开始签名", "signs from"),
    "signed": ("已签名", "signed"),
    "site": ("站点", "site"),
    "sso": ("共享登录", "single sign-on"),
    "state": ("状态", "state"),
    "statements": ("语句", "statements"),
    "status": ("状态", "status"),
    "step": ("步骤", "step"),
    "struct": ("结构", "structure"),
    "subject": ("主题", "subject"),
    "text": ("正文", "text"),
    "thing": ("对象", "on"),
    "text color": ("按钮文字颜色", "text on buttons"),
    "time": ("时间", "time"),
    "tls": ("TLS", "TLS"),
    "to": ("收件人", "to"),
    "token endpoint auth": ("身份证明方式", "token endpoint auth"),
    "total": ("总数", "total"),
    "type": ("类型", "type"),
    "values": ("值的个数", "values"),
    "unique": ("唯一", "unique"),
    "used": ("最近使用", "last used"),
    "user id": ("用户编号", "user id"),
    "user": ("用户", "user"),
    "username": ("用户名", "username"),
    "value": ("值", "value"),
    "version": ("版本", "version"),
    "warnings": ("提醒", "warnings"),
    "what": ("项目", "what"),
    "would be imported": ("将导入", "would be imported"),
    "wrong": ("问题", "wrong"),
}


class Both(str):
    """English, which carries its Chinese along: what is compared and written as JSON is English."""

    zh: str

    def __new__(cls, en: str, zh: str) -> Both:
        made = super().__new__(cls, en)
        made.zh = zh
        return made


def language() -> Literal["zh-CN", "en-US"]:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if given := os.environ.get(name):
            return "zh-CN" if given.lower().startswith("zh") else "en-US"
    return "en-US"


def say(words: Words) -> str:
    return words[0] if language() == "zh-CN" else words[1]


_FILES: dict[type[OSError], Words] = {
    FileNotFoundError: ("没有这个文件或目录", "no such file or folder"),
    PermissionError: ("没有权限", "not permitted"),
    FileExistsError: ("已存在", "is there already"),
    IsADirectoryError: ("是目录", "is a folder"),
    NotADirectoryError: ("不是目录", "is not a folder"),
}


_FULL: Words = ("磁盘已满，没有写完", "the disk is full: not all of it was written")


def of_a_file(error: OSError) -> str:
    """What is most often wrong with a file, by its name; else the system's own words."""
    if error.filename is None:
        return say(_FULL) if error.errno == errno.ENOSPC else str(error)
    for kind, (zh, en) in _FILES.items():
        if isinstance(error, kind):
            return say((f"{error.filename}：{zh}", f"{error.filename}: {en}"))
    if error.errno == errno.ENOSPC:
        return f"{error.filename}: {say(_FULL)}"
    return f"{error.filename}: {error.strerror}"


def title(name: str) -> str:
    return say(TITLES[name])


def said(text: str) -> str:
    """Of a Both, the one of the two."""
    return text.zh if isinstance(text, Both) and language() == "zh-CN" else str(text)
