"""The hosted pages: sign in, sign up, codes, reset, second step, consent. Forms, no scripts."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import (
    CaptchaRequired,
    InvalidInput,
    MfaRequired,
    Missing,
    PasswordResetRequired,
    PoolhouseError,
    SignInLapsed,
    TooManyRequests,
    Unavailable,
    UserNotFound,
)
from poolhouse.login.codes import Purpose
from poolhouse.login.model import Channel, LoggedIn, Registration, SignIn
from poolhouse.oidc.claims import scopes_of
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.oidc.requests import check_again
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.users.model import UserKey
from poolhouse.users.same_person import keys_typed
from poolhouse.wire.oidc.answers import back_to, deliver, refuse
from poolhouse.wire.oidc.browser import Browser, browser_of, typed, with_browser
from poolhouse.wire.oidc.company import CompanySteps
from poolhouse.wire.oidc.federated import FederatedSteps
from poolhouse.wire.oidc.linking import LinkSteps
from poolhouse.wire.oidc.logins import must_sign_in
from poolhouse.wire.oidc.passkeys import SCRIPT, PasskeySteps
from poolhouse.wire.oidc.popup import Messages, PopupSteps
from poolhouse.wire.oidc.rendering import Look, Rendering, look_of
from poolhouse.wire.tracked_body import TrackedBody

_WITH_SCRIPT = frozenset({"sign_in", "passkey_offer", "second_step"})
"""Pages with a passkey's button, where there is one."""
_MACHINERY = frozenset({"form", "request", "ticket", "mfa", "factors", "credential"})
"""Our own fields of every form: no business of a script."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request in the middle of one sign-in."""

    browser: Browser
    app: App
    asked: AuthorizationRequest
    sealed: str
    form: TrackedBody

    @property
    def caller(self) -> Caller:
        return replace(self.browser.caller(self.app.pool_id, self.app.id), body=self.form.seen)

    def given(self, name: str) -> str:
        text: str = self.form.get(name, "")
        return text.strip()


@dataclass(frozen=True, slots=True)
class _Read:
    """What a request says, before anybody is asked whether it still holds."""

    browser: Browser
    asked: AuthorizationRequest
    sealed: str
    form: TrackedBody


Act = Callable[["Pages", Step], Awaitable[Response]]


class Pages:
    def __init__(self, services: WireServices, messages: Messages) -> None:
        self._services, self.rendering = services, Rendering()
        self._popups = PopupSteps(services, messages)
        self._passkeys, self._company = PasskeySteps(services), CompanySteps(services)
        self._links = LinkSteps(services)
        self._federated = FederatedSteps(services, self._popups, self._links)

    def routes(self) -> list[BaseRoute]:
        acts: list[tuple[str, str, Act, str]] = [
            ("GET", "/login", Pages.show_sign_in, "sign_in"),
            ("POST", "/login", Pages.sign_in, "sign_in"),
            ("POST", "/login/passkey", Pages.sign_in_by_passkey, "sign_in"),
            ("POST", "/login/passkey/begin", Pages.begin_passkey, "sign_in"),
            ("POST", "/login/passkey/add", Pages.add_passkey, "passkey_offer"),
            ("GET", "/login/identity", Pages.begin_identity, "sign_in"),
            ("POST", "/login/identity/create", Pages.create_by_identity, "sign_in"),
            ("POST", "/login/send-code", Pages.send_code, "sign_in"),
            ("POST", "/login/code", Pages.sign_in_by_code, "sign_in"),
            ("POST", "/login/company", Pages.sign_in_by_company, "sign_in"),
            ("GET", "/login/signup", Pages.show_sign_up, "sign_up"),
            ("POST", "/login/signup", Pages.sign_up, "sign_up"),
            ("GET", "/login/reset", Pages.show_reset, "reset"),
            ("POST", "/login/reset", Pages.reset, "reset"),
            ("POST", "/login/second-step", Pages.second_step, "second_step"),
            ("POST", "/login/second-step/passkey", Pages.second_step_by_passkey, "second_step"),
            ("POST", "/login/second-step/passkey/begin", Pages.begin_second_step, "second_step"),
            ("POST", "/login/second-step/passkey/add", Pages.add_second_step, "second_step"),
            ("POST", "/login/new-password", Pages.new_password, "new_password"),
            ("POST", "/login/consent", Pages.answer_consent, "sign_in"),
            ("GET", "/login/continue", Pages.go_on, "sign_in"),
        ]
        routes: list[BaseRoute] = [
            Route(path, self._handler(act, page), methods=[method]) for method, path, act, page in acts
        ]
        sound = Route("/login/captcha/{captcha_id}.wav", self._captcha_sound)
        return [*routes, sound, *self._federated.routes(self)]

    # -- sign in -------------------------------------------------------------------------------------------

    async def show_sign_in(self, step: Step) -> Response:
        return await self.page(step, "sign_in")

    async def sign_in(self, step: Step) -> Response:
        keys = _keys(step.given("account"))
        if asked := await self._federated.asked(step):
            allowed = [key for key in keys if f"{key.kind}-password" in asked.proofs]
            await self._federated.require(step, "account", *(f"{key.kind}-password" for key in keys))
            keys = allowed
        how = SignIn(captcha=step.given("captcha") or None)
        logged_in = await self._services.login.with_any_password(
            step.caller, keys, typed(step.form, "password"), how
        )
        return await self.enter(step, logged_in)

    async def send_code(self, step: Step) -> Response:
        """Says the same whether or not the address is somebody's."""
        channel, target = _address(step.given("account"))
        purpose: Purpose = "reset_password" if step.given("way") == "reset" else "login"
        await self._services.codes.send(step.caller, channel, target, purpose)
        name = "reset" if purpose == "reset_password" else "sign_in"
        return await self.page(step, name, notice="code_sent", way=step.given("way"))

    async def sign_in_by_code(self, step: Step) -> Response:
        channel, target = _address(step.given("account"))
        await self._federated.require(step, "account", f"{channel}-code")
        try:
            logged_in = await self._services.code_login.login(
                step.caller, channel, target, step.given("code")
            )
        except UserNotFound as error:
            raise InvalidInput("code", "验证码错误", "the code is wrong") from error
        return await self.enter(step, logged_in)

    async def sign_in_by_company(self, step: Step) -> Response:
        await self._federated.require(step, "account")
        return await self.enter(step, await self._company.sign_in(step))

    async def begin_passkey(self, step: Step) -> Response:
        return await self._passkeys.begin(step)

    async def sign_in_by_passkey(self, step: Step) -> Response:
        await self._federated.require(step, "passkey")
        return await self.enter(step, await self._passkeys.sign_in(step), offers=False)

    async def add_passkey(self, step: Step) -> Response:
        """Of whoever has just signed in here, who then goes on to the application."""
        session = await step.browser.session(step.app.pool_id)
        if must_sign_in(step.app, step.asked, session):
            return await self.page(step, "sign_in")
        assert session is not None
        await self._passkeys.add(step, session)
        return await self.proceed(step.browser, step.app, step.asked, session)

    async def begin_identity(self, step: Step) -> Response:
        return await self._federated.begin(self, step)

    async def create_by_identity(self, step: Step) -> Response:
        logged_in = await self._federated.create(step)
        return await self.enter(replace(step, asked=replace(step.asked, binding=None)), logged_in)

    # -- sign up -------------------------------------------------------------------------------------------

    async def show_sign_up(self, step: Step) -> Response:
        return await self.page(step, "sign_up")

    async def sign_up(self, step: Step) -> Response:
        values = {name: step.given(name) for name in ("username", "email") if step.given(name)}
        registration = Registration(
            method="email" if "email" in values else "username",
            values=values,
            password=typed(step.form, "password") or None,
            force_login=True,
        )
        await self._federated.require_creation(step)
        return await self.enter(step, await self._services.registrations.register(step.caller, registration))

    # -- forgotten, forced and first passwords -------------------------------------------------------------

    async def show_reset(self, step: Step) -> Response:
        return await self.page(step, "reset", way="reset")

    async def reset(self, step: Step) -> Response:
        channel, target = _address(step.given("account"))
        password = typed(step.form, "password")
        try:
            await self._services.recovery.by_code(step.caller, channel, target, step.given("code"), password)
        except UserNotFound as error:
            raise InvalidInput("code", "验证码错误", "the code is wrong") from error
        return await self.page(step, "sign_in", notice="reset_done")

    async def new_password(self, step: Step) -> Response:
        ticket, password = step.given("ticket"), typed(step.form, "password")
        old = typed(step.form, "old_password") if "old_password" in step.form else None
        if old is None:
            await self._services.recovery.by_first_login(step.caller, ticket, password)
        else:
            await self._services.recovery.forced(step.caller, ticket, old, password)
        return await self.page(step, "sign_in", notice="reset_done")

    # -- second step ---------------------------------------------------------------------------------------

    async def second_step(self, step: Step) -> Response:
        ticket, code = step.given("ticket"), step.given("code")
        if step.given("enroll"):
            await self._services.mfa_login.confirm(step.caller, ticket, code)
            return await self.page(step, "second_step", ticket=ticket, recovery=False, notice="enrolled")
        if step.given("recovery"):
            logged_in, following = await self._services.mfa_login.by_recovery_code(step.caller, ticket, code)
            return await self._keep_recovery(step, logged_in, following)
        logged_in = await self._services.mfa_login.by_totp(step.caller, ticket, code)
        return await self.enter(step, logged_in)

    async def begin_second_step(self, step: Step) -> Response:
        return await self._passkeys.begin_second(step)

    async def second_step_by_passkey(self, step: Step) -> Response:
        return await self.enter(step, await self._passkeys.prove(step), offers=False)

    async def add_second_step(self, step: Step) -> Response:
        return await self.enter(step, await self._passkeys.bind(step), offers=False)

    async def _keep_recovery(self, step: Step, logged_in: LoggedIn, following: str) -> Response:
        """Shown once, on the way: the used code is void and this one takes its place."""
        assert logged_in.session is not None
        again = self._services.sealed_requests.seal(_answered(step.asked, logged_in.session))
        page = self.rendering.page(
            step.browser,
            "message.html",
            look=await self.look(step.app.pool_id, step.app),
            title="keep_recovery",
            text=following,
            link=f"/login/continue?{urlencode({'request': again})}",
        )
        return await _let_in(step, page, logged_in)

    async def go_on(self, step: Step) -> Response:
        """To where an authorization request leads, which nobody has to type again."""
        session = await step.browser.session(step.app.pool_id)
        if must_sign_in(step.app, step.asked, session):
            return await self.page(step, "sign_in")
        assert session is not None
        return await self.proceed(step.browser, step.app, step.asked, session)

    # -- consent -------------------------------------------------------------------------------------------

    async def proceed(
        self,
        browser: Browser,
        app: App,
        asked: AuthorizationRequest,
        session: Session,
        *,
        agreed: bool = False,
    ) -> Response:
        """Somebody is logged in: ask for consent where the client wants it, else answer the client.

        Whom the application is not open to goes back to the client with access_denied.
        """
        if asked.popup is not None:
            return await self._popups.answered_again(self, browser, app, asked, session)
        if asked.link is not None:
            return self._links.onward(asked.link)
        try:
            await self._services.oidc_grants.require_entrance(app, session.user_id)
            if "consent" in asked.prompt and not agreed:
                return await self.consent(browser, app, asked, session)
            facts = await self._services.oidc.answer(app, asked, session, browser.issuer)
        except OAuthError as error:
            trace.note(error=error)
            return refuse(self.rendering, browser, back_to(asked), error)
        return deliver(self.rendering, browser, back_to(asked), facts)

    async def consent(
        self, browser: Browser, app: App, asked: AuthorizationRequest, session: Session
    ) -> Response:
        caller = browser.caller(app.pool_id, app.id, session)
        user = await self._services.users.get(caller, session.user_id)
        return self.render(
            browser,
            "consent.html",
            200,
            asked,
            look=await self.look(app.pool_id, app),
            app=app,
            sealed=self._services.sealed_requests.seal(asked),
            user=user.display_name,
            scopes=list(
                dict.fromkeys(
                    [*asked.scope.split(), *scopes_of((*asked.id_token_claims, *asked.userinfo_claims))]
                )
            ),
        )

    async def answer_consent(self, step: Step) -> Response:
        session = await step.browser.session(step.app.pool_id)
        # Asked again here: the form may be posted with a request that was on its way to the sign-in page.
        if must_sign_in(step.app, step.asked, session):
            return await self.page(step, "sign_in")
        assert session is not None
        if step.given("answer") != "allow" and step.asked.link is None:
            denied = OAuthError("access_denied", "the user said no")
            return refuse(self.rendering, step.browser, back_to(step.asked), denied)
        return await self.proceed(step.browser, step.app, step.asked, session, agreed=True)

    # -- pages of the provider -----------------------------------------------------------------------------

    def problem(self, browser: Browser, error: OAuthError | PoolhouseError) -> Response:
        """For what goes back to no application; in the browser's language."""
        told = error.message(browser.http.lang)
        return self.render(browser, "message.html", 400, None, title="problem_title", text=told, link=None)

    def ask_to_log_out(self, browser: Browser, look: Look, given: Mapping[str, str]) -> Response:
        named = (
            "id_token_hint",
            "client_id",
            "post_logout_redirect_uri",
            "redirect_uri",
            "state",
            "ui_locales",
        )
        kept = {name: given[name] for name in named if given.get(name)}
        onward = given.get("post_logout_redirect_uri") or given.get("redirect_uri") or ""
        return self.render(browser, "log_out.html", 200, None, look=look, kept=kept, target=onward)

    def logged_out(self, browser: Browser, look: Look, frames: tuple[str, ...], onward: str) -> Response:
        """`frames`: where applications are told. `onward`: an application's address, by way of a page if there is
        somebody to tell first."""
        if onward and not frames:
            return RedirectResponse(onward, 303, headers={"cache-control": "no-store"})
        script = "go_on.js" if onward else ""
        return self.rendering.page(
            browser, "logged_out.html", script=script, frames=frames, look=look, told=frames, onward=onward
        )

    # -- inside --------------------------------------------------------------------------------------------

    def _handler(self, act: Act, page: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(browser: Browser) -> Response:
            try:
                read = self._read(browser)
                browser = read.browser
                step = await self._step(read)
                try:
                    if browser.http.method == "POST":
                        browser.require_own_form(step.form)
                    return await act(self, step)
                except TooManyRequests as error:
                    trace.note(error=error)
                    return await self.refused(step, page, error)
                except Unavailable:
                    raise
                except PoolhouseError as error:
                    trace.note(error=error)
                    return await self.refused(step, page, error)
            except OAuthError as error:
                trace.note(error=error)
                return self.problem(browser, error)
            except PoolhouseError as error:
                trace.note(error=error)
                return self.failed(browser, error)

        return with_browser(self._services, answer)

    def failed(self, browser: Browser, error: PoolhouseError) -> Response:
        response = self.problem(browser, error)
        if isinstance(error, Unavailable):
            response.status_code = 503
            response.headers["retry-after"] = str(error.facts.get("retry_after_s", 1))
        return response

    def _read(self, browser: Browser) -> _Read:
        """Raises InvalidInput for a request that is none of ours."""
        form = browser.http.form() if browser.http.method == "POST" else {}
        sealed = form.get("request") or browser.http.query.text("request") or ""
        asked = self._services.sealed_requests.unseal(sealed)
        return _Read(browser.speaking(asked.ui_locales), asked, sealed, TrackedBody(form, _MACHINERY))

    async def step_of(self, browser: Browser, sealed: str) -> Step:
        """Of a sealed request that came back by another way than a form. Raises InvalidInput, OAuthError."""
        asked = self._services.sealed_requests.unseal(sealed)
        form = TrackedBody({}, _MACHINERY)
        return await self._step(_Read(browser.speaking(asked.ui_locales), asked, sealed, form))

    async def _step(self, read: _Read) -> Step:
        """Raises OAuthError where the application would no longer be answered."""
        asked = read.asked
        app = await self._services.oidc_grants.client(asked.app_id)
        check_again(app, asked)
        return Step(read.browser, app, asked, read.sealed, read.form)

    async def enter(self, step: Step, logged_in: LoggedIn, *, offers: bool = True) -> Response:
        """To the application; once in a while by way of the offer to make a passkey, where they are on."""
        assert logged_in.session is not None
        await self._federated.bind(step, logged_in.user)
        if step.asked.popup is not None:
            return await _let_in(step, await self._popups.signed_in(self, step, logged_in), logged_in)
        offered = await self._passkeys.offer(step, logged_in.session) if offers else None
        if offered is not None:
            again = self._services.sealed_requests.seal(_answered(step.asked, logged_in.session))
            response = await self.page(replace(step, sealed=again), "passkey_offer", **offered)
            self._passkeys.note_offer(step, response)
            return await _let_in(step, response, logged_in)
        response = await self.proceed(
            step.browser, step.app, _answered(step.asked, logged_in.session), logged_in.session
        )
        return await _let_in(step, response, logged_in)

    async def refused(self, step: Step, page: str, error: PoolhouseError) -> Response:
        """The same page again with the reason, or the page the refusal leads to."""
        if isinstance(error, MfaRequired):
            return await self._second_step_page(step, error)
        if isinstance(error, PasswordResetRequired) and (ticket := error.facts.get("token")):
            old = error.facts.get("old_password", False)
            return await self.page(step, "new_password", ticket=ticket, old_password=old)
        told = error.message(step.browser.http.lang)
        if isinstance(error, SignInLapsed) and step.asked.binding:
            # Who was asked whose account is theirs took too long; the button of the source begins again.
            asked = replace(step.asked, binding=None)
            again = replace(step, asked=asked, sealed=self._services.sealed_requests.seal(asked))
            return await self.page(again, "sign_in", error=told)
        if page == "second_step":
            ticket, factors = step.given("mfa") or step.given("ticket"), step.given("factors") or "totp"
            recovery = bool(step.given("recovery"))
            return await self.page(step, page, error=told, ticket=ticket, factors=factors, recovery=recovery)
        if page == "new_password":
            return await self.page(step, page, error=told, ticket=step.given("ticket"),
                                    old_password="old_password" in step.form)  # fmt: skip
        if page == "passkey_offer":
            session = await step.browser.session(step.app.pool_id)
            offered = await self._passkeys.offer(step, session, again=True) if session else None
            return await self.page(step, page if offered else "sign_in", error=told, **(offered or {}))
        captcha = None
        if isinstance(error, CaptchaRequired) or step.given("captcha"):
            captcha = await self._captcha(step)
        way = step.given("way") or ("code" if step.browser.http.path.endswith("/code") else "")
        return await self.page(step, page, error=told, captcha=captcha, way=way)

    async def _second_step_page(self, step: Step, asked: MfaRequired) -> Response:
        """By the factors that somebody has; who has none sets up the first."""
        ticket, totp = asked.facts["mfa_token"], asked.facts.get("totp", True)
        bound = asked.facts.get("passkeys") == "bound"
        shown: dict[str, Any] = {"ticket": ticket, "recovery": False}
        if bound:
            elsewhere = await self._passkeys.elsewhere(step, ticket)
            factors = [*(["totp"] if totp else []), *([] if elsewhere else ["passkey"])]
            told = elsewhere if not totp else None
            return await self.page(step, "second_step", factors=" ".join(factors), error=told, **shown)
        if not totp:
            shown["enrollment"] = await self._services.mfa_login.associate(step.caller, ticket, step.app.name)
            shown["making"] = await self._passkeys.first(step, ticket)
        return await self.page(step, "second_step", **shown)

    async def _captcha(self, step: Step) -> dict[str, str]:
        challenge = await self._services.captchas.issue(step.caller)
        picture = base64.b64encode(challenge.image).decode()
        sound = f"/login/captcha/{challenge.id}.wav?request={step.sealed}"
        return {"picture": f"data:image/png;base64,{picture}", "sound": sound}

    async def _captcha_sound(self, request: Request) -> Response:
        try:
            browser = await browser_of(request, self._services)
            step = await self._step(self._read(browser))
            sound = await self._services.captchas.sound(step.caller, request.path_params["captcha_id"])
        except (OAuthError, PoolhouseError):
            return Response("", 404)
        return Response(sound, media_type="audio/wav", headers={"cache-control": "no-store"})

    async def page(self, step: Step, name: str, **facts: Any) -> Response:
        pool = await self._services.pools.get(step.app.pool_id)
        closed = pool.settings.register_disabled or step.app.settings.register_disabled
        can_register = not closed and step.asked.link is None
        shown: dict[str, Any] = {
            "app": step.app,
            "sealed": step.sealed,
            "account": step.given("account") or step.asked.login_hint or "",
            "username": step.given("username"),
            "email": step.given("email"),
            "way": step.browser.http.query.text("way") or "",
            "can_register": can_register,
            "error": None,
            "notice": None,
            "captcha": None,
            "look": look_of(pool, step.app),
            "passkeys": name in _WITH_SCRIPT and await self._passkeys.is_on(step),
            "offers": [],
            "enrollment": None,
            "making": None,
            "factors": "totp",
            "binding": bool(step.asked.binding),
            "hint": await self._links.hint(step),
            **facts,
        }
        if name == "sign_in":
            shown |= (ways := await self._federated.ways(step))
            if not (ways["by_password"] and ways["by_code"]):
                shown["way"] = "code" if ways["by_code"] else ""
            shown["passkeys"] = shown["passkeys"] and ways["by_others"]
            shown["can_register"] = shown["can_register"] and ways["may_create"]
            offered = await self._services.provider_connections.offered(step.app.pool_id, step.app.id)
            shown["offers"] = self._federated.buttons(step, offered)
            shown["companies"] = self._company.tabs(offered) if ways["by_others"] else []
            shown["company"] = self._company.chosen(step, shown["companies"])
        if shown["passkeys"]:
            shown["script"] = SCRIPT
        return self.render(step.browser, f"{name}.html", 200, step.asked, **shown)

    async def look(self, pool_id: str, app: App | None) -> Look:
        """Of a page about an application of the pool, or about none."""
        return look_of(await self._services.pools.get(pool_id), app)

    def render(
        self, browser: Browser, name: str, status: int, asked: AuthorizationRequest | None, **facts: Any
    ) -> Response:
        """A page on the way to the application of `asked`, or to `target`."""
        posts_to = str(facts.get("target") or (asked.redirect_uri if asked else ""))
        return self.rendering.page(browser, name, status, posts_to=posts_to, **facts)


async def _let_in(step: Step, response: Response, logged_in: LoggedIn) -> Response:
    """The response, with which the browser is logged in."""
    assert logged_in.session is not None
    await step.browser.keep_session(response, logged_in.session)
    return response


def _answered(asked: AuthorizationRequest, session: Session) -> AuthorizationRequest:
    """The request after somebody has signed in for it. From now on it is theirs alone: to anybody else it would be a
    request that no longer asks for a login."""
    prompt = tuple(word for word in asked.prompt if word not in ("login", "select_account"))
    subject = asked.subject or session.user_id
    return replace(asked, prompt=prompt, max_age=None, subject=subject, binding=None)


def _keys(account: str) -> list[UserKey]:
    if not account:
        raise Missing("account")
    return keys_typed(account)


def _address(account: str) -> tuple[Channel, str]:
    return ("email", account) if "@" in account else ("phone", account)
