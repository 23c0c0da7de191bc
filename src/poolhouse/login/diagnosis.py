"""Why a person cannot sign in: what `LoginService` would ask of them, asked without a try.

Nothing is counted, changed or written. Every finding that `stops` is a refusal the next sign-in would meet; the
others are told because an administrator looks for them next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Act, Record, RecordQuery
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import password_hashes
from poolhouse.login.lockout import Lockout
from poolhouse.login.passwords import PasswordRules
from poolhouse.mfa.service import MfaService
from poolhouse.paging import PageRequest
from poolhouse.pools.model import Pool
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserKey

MOST_APPS = 50
FAILURES_SHOWN = 5

Decided = Callable[[Caller, str, str], Awaitable[tuple[bool, str | None]]]
Usable = Callable[[Caller, Sequence[App], str], Awaitable[Sequence[App]]]
"""Whether a user may use an application, and the name of whom the deciding rule is on (None: no rule)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`{name}` in the sentences stands for a fact."""

    code: str
    stops: bool
    zh: str
    en: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def told(self, lang: str) -> str:
        return (self.en if lang == "en-US" else self.zh).format_map(self.facts)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`failures`: the last refused sign-ins under the person's id or any of their names, newest first."""

    user: User
    findings: Sequence[Finding]
    failures: Sequence[Record]


class SignInDiagnosis:
    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        apps: AppService,
        directories: Directories,
        lockout: Lockout,
        rules: PasswordRules,
        mfa: MfaService,
        audit: AuditLog,
        decided: Decided,
        usable: Usable,
    ) -> None:
        self._db, self._pools, self._apps, self._directories = db, pools, apps, directories
        self._lockout, self._rules, self._mfa, self._audit = lockout, rules, mfa, audit
        self._decided, self._usable = decided, usable

    async def of(self, caller: Caller, user: User, app_id: str | None = None) -> Diagnosis:
        """For one application, or for the pool's newest fifty. Raises AppNotFound."""
        caller.require_administrator()
        pool = await self._pools.get(caller.pool_id)
        apps = [await self._apps.get(caller, app_id)] if app_id else await self._some_apps(caller)
        findings = _status(user)
        findings += await self._lock(pool, user)
        findings += await self._password(pool, user)
        if pool.settings.login_require_email_verified and user.email and not user.email_verified:
            findings.append(EMAIL_UNVERIFIED)
        open_ = {app.id for app in await self._usable(caller, apps, user.id)}
        for app in apps:
            if not app.settings.enabled or app.id not in open_:
                findings += await self._entrance(caller, app, user)
        findings += await self._second_factor(pool, apps if app_id else (), user)
        return Diagnosis(user, findings, await self._failures(caller, user))

    async def _some_apps(self, caller: Caller) -> Sequence[App]:
        return (await self._apps.list(caller, PageRequest(1, MOST_APPS))).items

    async def _lock(self, pool: Pool, user: User) -> list[Finding]:
        left_s = await self._lockout.locked_for(pool, UserKey("id", user.id))
        if left_s is None:
            return []
        return [
            Finding(
                "locked",
                True,
                "密码错误次数过多，已锁定，还剩 {seconds} 秒；poolhouse user unblock 可立即解除",
                "locked after too many wrong passwords, for {seconds} more seconds; poolhouse user unblock ends it",
                {"seconds": left_s},
            )
        ]

    async def _password(self, pool: Pool, user: User) -> list[Finding]:
        findings = []
        directory = await self._directories.of(pool.id)
        if directory.keeps_profiles:
            stored = (await password_hashes(self._db, pool.id, [user.id])).get(user.id)
            if not stored:
                findings.append(NO_PASSWORD)
        if user.reset_password_on_next_login:
            findings.append(RESET_DUE)
        if self._rules.is_due(pool, user):
            days = pool.settings.password_update_policy.forced_cycle
            since = user.password_last_set_at or user.created_at
            findings.append(
                Finding(
                    "passwordExpired",
                    True,
                    "密码已使用超过 {days} 天（设置于 {since}），下次登录须修改",
                    "the password is older than {days} days (set {since}): the next sign-in asks for a new one",
                    {"days": days, "since": f"{since:%Y-%m-%d}" if since else "?"},
                )
            )
        return findings

    async def _entrance(self, caller: Caller, app: App, user: User) -> list[Finding]:
        facts = {"app": app.name, "appId": app.id}
        if not app.settings.enabled:
            return [
                Finding(
                    "appDisabled",
                    True,
                    "应用 {app}（{appId}）已停用",
                    "the application {app} ({appId}) is disabled",
                    facts,
                )
            ]
        allowed, rule = await self._decided(caller, app.id, user.id)
        if allowed:
            return []
        facts["rule"] = rule or ""
        zh = "应用 {app}（{appId}）不允许其登录：" + (
            "针对 {rule} 的规则" if rule else "默认拒绝，且没有允许的规则"
        )
        en = "the application {app} ({appId}) does not admit them: " + (
            "a rule on {rule}" if rule else "it refuses by default and no rule allows them"
        )
        return [Finding("appAccessDenied", True, zh, en, facts)]

    async def _second_factor(self, pool: Pool, apps: Sequence[App], user: User) -> list[Finding]:
        if await self._mfa.is_enabled(pool.id, user.id):
            return [SECOND_FACTOR]
        if pool.settings.mfa_required or any(app.settings.mfa_required for app in apps):
            return [SECOND_FACTOR_ASKED]
        return []

    async def _failures(self, caller: Caller, user: User) -> Sequence[Record]:
        names = tuple(name for name in (user.username, user.email, user.phone) if name)
        query = RecordQuery(
            kind="user", acts=(Act("login"),), user_ids=(user.id,), names=names, success=False
        )
        return (await self._audit.list_records(caller, query, PageRequest(1, FAILURES_SHOWN))).items


def _status(user: User) -> list[Finding]:
    if user.may_log_in:
        return []
    return [
        Finding(
            "status",
            True,
            "账号状态为 {status}；poolhouse user unblock 可恢复",
            "the account is {status}; poolhouse user unblock restores it",
            {"status": user.shown_status},
        )
    ]


NO_PASSWORD = Finding(
    "noPassword",
    True,
    "没有密码：只能用验证码或其他方式登录，或者先设置密码",
    "they have no password: they sign in by a code or another way, or are given one",
)
RESET_DUE = Finding(
    "resetPasswordOnNextLogin",
    True,
    "管理员要求下次登录时修改密码",
    "the next sign-in asks for a new password, as an administrator wished",
)
EMAIL_UNVERIFIED = Finding(
    "emailUnverified",
    True,
    "用户池要求邮箱已验证，而其邮箱未验证",
    "the pool asks for a verified e-mail address, and theirs is not",
)
SECOND_FACTOR = Finding(
    "secondFactor", False, "需要二次验证（已绑定动态口令）", "a second factor is asked: they have one"
)
SECOND_FACTOR_ASKED = Finding(
    "secondFactorMissing",
    False,
    "需要二次验证，而其尚未绑定：登录时会提示绑定",
    "a second factor is asked and they have none yet: the sign-in page offers to set one up",
)
