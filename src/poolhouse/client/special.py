"""Commands that are more than one call and a table."""

from __future__ import annotations

from typing import Any

from poolhouse.client import output
from poolhouse.client.exits import NOT_FOUND, USAGE, Stopped
from poolhouse.client.model import Call, Command, Values, put
from poolhouse.client.passwords import generated
from poolhouse.client.words import say, title

NOTHING = ("没有要修改的内容，请看 --help", "nothing to change: see --help")


def update_user(call: Call, command: Command, values: Values) -> Any:
    """An empty text clears a field: the wire's null."""
    changes = {name: None if value == "" else value for name, value in values.items()}
    if len(changes) == 1:
        raise Stopped(say(NOTHING), USAGE)
    return call(command.operation, changes)


def reset_password(call: Call, command: Command, values: Values) -> Any:
    put(values, "options.resetPasswordOnNextLogin", not values.pop("keep", False))
    return with_password(call, command, values)


def with_password(call: Call, command: Command, values: Values) -> Any:
    """One that is made here is shown, this once."""
    make = values.pop("generate", False)
    if make and "password" in values:
        said = "--password 与 --generate 只能给一个", "give --password or --generate, not both"
        raise Stopped(say(said), USAGE)
    if make:
        values["password"] = generated()
    elif "password" not in values:
        raise Stopped(say(("请给出 --password 或 --generate", "give --password or --generate")), USAGE)
    answered = call(command.operation, values)
    return {**answered, "password": values["password"]} if make else answered


def remove_passkey(call: Call, command: Command, values: Values) -> Any:
    """By its name, or where several have it by its id. Raises Stopped where none or several are meant."""
    meant, user_id = values["passkey"], values["userId"]
    found = call("GET webauthn/person/credentials", {"userId": user_id, "limit": 50})["list"]
    matching = [one for one in found if one["id"] == meant] or [one for one in found if one["name"] == meant]
    if len(matching) != 1:
        said = (
            ("有多个通行密钥叫这个名称，请写编号", "several passkeys have this name: give the id")
            if matching
            else ("该用户没有这个通行密钥", "the user has no such passkey")
        )
        raise Stopped(say(said), NOT_FOUND)
    (one,) = matching
    return call(command.operation, {"credentialId": one["credentialID"], "userId": user_id, "appId": "-"})


def show_why(found: dict[str, Any]) -> None:
    stops = [one for one in found["findings"] if one["stops"]]
    head = (
        (f"{found['name']} 可以登录", f"{found['name']} can sign in")
        if found["canSignIn"]
        else (f"{found['name']} 不能登录：", f"{found['name']} cannot sign in:")
    )
    print(output.shown(say(head)))
    for one in [*stops, *(one for one in found["findings"] if not one["stops"])]:
        print(f"  {'-' if one['stops'] else '+'} {output.shown(one['message'])}")
    if found["failures"]:
        print()
        print(say(("最近失败的登录：", "the last refused sign-ins:")))
        titles = [title(name) for name in ("time", "reason", "name", "app", "address")]
        shown = [
            [
                output.cell(one["at"], time=True),
                *(output.cell(one[key]) for key in ("message", "name", "appId", "ip")),
            ]
            for one in found["failures"]
        ]
        output.rows(titles, shown)


def create_app(call: Call, command: Command, values: Values) -> Any:
    app = call(command.operation, values)
    return {**app, **call("GET get-application-secret", {"appId": app["appId"]})}


def update_app(call: Call, command: Command, values: Values) -> Any:
    """Shows it as it is then. An address to add or to take away leaves the others."""
    asked = {"appId": values["appId"]}
    for field, option in (("redirectUris", "redirect_uri"), ("logoutRedirectUris", "logout_redirect_uri")):
        more, less = values.pop(f"add_{option}", []), values.pop(f"remove_{option}", [])
        if more or less:
            now = values[field] if field in values else call("GET get-application", asked)[field]
            for one in less:
                if one not in now:
                    said = f"应用没有这个地址：{one}", f"the application has no such address: {one}"
                    raise Stopped(output.shown(say(said)), NOT_FOUND)
            values[field] = list(dict.fromkeys([*(one for one in now if one not in less), *more]))
    if len(values) == 1:
        raise Stopped(say(NOTHING), USAGE)
    call(command.operation, values)
    return call("GET get-application", asked)


def first_of_list(call: Call, command: Command, values: Values) -> Any:
    """For what the wire answers in a list of one."""
    return call(command.operation, values)[0]


def one_setting(call: Call, command: Command, values: Values) -> Any:
    """Raises Stopped where no setting has this name."""
    for setting in call(command.operation, {}):
        if setting["name"] == values["name"]:
            return setting
    said = (
        f"没有这个设置：{values['name']}，poolhouse settings list 列出全部",
        f"no such setting: {values['name']}; poolhouse settings list shows all",
    )
    raise Stopped(say(said), NOT_FOUND)


def set_setting(call: Call, command: Command, values: Values) -> Any:
    """Without a value, the default."""
    return call(command.operation, {"settings": {values["name"]: values.get("value")}})[0]


def one_template(call: Call, command: Command, values: Values) -> Any:
    """Raises Stopped where no template has this type."""
    wanted = str(values["type"])
    found = call("GET get-email-templates", {})["templates"]
    for template in found:
        if template["type"] == wanted:
            return template
    known = ", ".join(template["type"] for template in found)
    raise Stopped(say((f"TYPE 应为 {known} 之一", f"TYPE must be one of {known}")), NOT_FOUND)


def set_template(call: Call, command: Command, values: Values) -> Any:
    """The wire takes a whole template: what is not given is as it is stored."""
    stored = one_template(call, command, values)
    return call(command.operation, {**stored, **values})


def preview_template(call: Call, command: Command, values: Values) -> Any:
    one_template(call, command, values)
    return call(command.operation, values)


def one_of_list(call: Call, command: Command, values: Values) -> Any:
    """For what the wire takes fifty of."""
    return call(command.operation, {**values, "list": [values["list"]]})
