"""Writes docs/reference/settings.md from the fields of `poolhouse.settings.Settings`.

python -m scripts.settings > docs/reference/settings.md
"""

from __future__ import annotations

import inspect
import sys

from poolhouse.commands.server import up
from poolhouse.settings import About, SecretStr, settings_known
from poolhouse.settings_sources import CONFIG

_HEAD = """# Settings of the server

A setting is an environment variable, or a line of a [settings file](#a-settings-file). `poolhouse up` has an option for
some of them. An option wins over the variable, the variable over the file. Settings are read at the start: restart the
server after a change. Every process of an installation needs the same values.

* A value that is not allowed stops the start and is named. The message repeats no value.
* `poolhouse up` refuses a variable that begins with `POOLHOUSE_` and is no setting, and names the nearest; other
  commands warn. Variables that Kubernetes sets of a service named `poolhouse` are ignored, except
  `POOLHOUSE_PORT`: set `enableServiceLinks: false` in the pod.
* An older program refuses the settings of a newer one: add a new setting when all nodes have the new version.

Settings of one user pool (password policy, lock-out, sign-up) are not here: they are in the database, and the
[management API](v3.md#security-settings) changes them while the server runs, and so does `poolhouse settings set`;
`poolhouse settings list` shows each with its default, what it may be and what it does, as does
[their page](pool-settings.md).

This page is made from `src/poolhouse/settings.py` (`python -m scripts.settings`) and a test keeps it current.

## Secrets in files

A secret can be in a file of its own, whose name is in the variable with `_FILE` at its end, such as
`POOLHOUSE_SMTP_PASSWORD_FILE=/run/secrets/smtp_password`. That is how [systemd](../operations/production.md#secrets),
Docker and Kubernetes hand secrets over. The file has one line of UTF-8 text; the end of the line does not count. A
variable and its `_FILE` together are refused, and so are an empty file, one of more than 64 KiB or more than one line,
a folder, a pipe, and a file that the server's account may not read. Every worker reads the file when it starts, so it
must stay there.

## A settings file

`poolhouse up --config FILE`, or `POOLHOUSE_CONFIG`, names a file in [TOML](https://toml.io): the names of this page
without `POOLHOUSE_`, in lower case. Texts are quoted, numbers are not; what is separated by commas may be an array. A
secret may be there itself, or in a file that `smtp_password_file` and the like name. Paths are relative to the folder
that the server is started in.

```toml
data = "/var/lib/poolhouse"
public_url = "https://id.example.com"
workers = 2
trusted_proxies = 1
allowed_origins = ["https://app.example.com", "https://shop.example.com"]
smtp_host = "smtp.example.com"
smtp_username = "no-reply@example.com"
smtp_password_file = "/etc/poolhouse/smtp_password"
```

An unknown name is refused with the nearest one, a value that is not allowed with the line. A warning is printed if the
file has a secret in it and every account of the machine may read it. Other commands take `--config` too, and find the
data folder by it.
"""

GROUPS = {
    "Where it runs": (
        "config",
        "data",
        "host",
        "port",
        "public_url",
        "workers",
        "drain_s",
        "log_level",
        "log_addresses",
        "metrics_token",
    ),
    "Database": (
        "database_url",
        "pooler",
        "listen_url",
        "replica_url",
        "replica_lag_s",
        "database_connections",
        "statement_timeout_s",
        "search_timeout_s",
        "indexed_fields",
        "import_file_mb",
        "pg_bin",
    ),
    "Secrets": ("secret_key",),
    "Browsers, proxies and other hosts": (
        "allowed_origins",
        "trusted_proxies",
        "trusted_header",
        "traceparent",
        "outgoing_hosts",
        "geo_database",
    ),
    "Mail": (
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "smtp_username",
        "smtp_password",
        "smtp_sender",
        "email_special_domains",
    ),
    "SMS": ("sms_url", "sms_secret"),
}

MORE = {
    "Where it runs": "[Watching](../operations/watching.md#metrics) has an example for Prometheus with a token.",
    "Database": "[PostgreSQL](../operations/database.md) has the requirements of an external one, "
    "[scaling](../operations/scaling.md) the number of connections, "
    "[connection poolers](../operations/poolers.md) what PgBouncer needs.",
    "Secrets": "[Keys and secrets](../operations/secrets.md) describes how to change the key.",
    "Browsers, proxies and other hosts": "[Behind a proxy](../operations/proxy.md) has configurations for nginx and "
    "HAProxy, [places](../operations/places.md) lists geolocation files.",
    "Mail": "A message that cannot be sent yet waits in the outbox and is tried again; `poolhouse mail list` shows "
    "what waits.",
    "SMS": """Poolhouse contains no SMS provider. It POSTs
`{"id", "to", "text", "scene", "lang", "poolId"}` as JSON to a URL: your own small service in front of your provider.
`to` is the number with its country code, `text` the text to send. A status from 200 to 299 means that the message was
accepted; one from 400 to 499, except 408 and 429, that it is rejected permanently; after all others it is retried.
With a secret the request has the header `X-Poolhouse-Signature: t=TIME,v1=DIGITS`: `TIME` in seconds since 1970,
`DIGITS` the HMAC-SHA-256 of `TIME`, a full stop and the body, in hexadecimal digits.""",
}


def text() -> str:
    known = settings_known()
    ungrouped = known.keys() - {name for names in GROUPS.values() for name in names}
    assert not ungrouped, f"in no group of scripts/settings.py: {sorted(ungrouped)}"
    lines = [_HEAD]
    for heading, names in GROUPS.items():
        lines += [f"## {heading}", ""]
        if heading in MORE:
            lines += [MORE[heading], ""]
        lines += ["| variable | default | allowed | meaning |", "|---|---|---|---|"]
        lines += [_row(name, known[name]) for name in names]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def variable(name: str) -> str:
    return f"POOLHOUSE_{name.upper()}"


def _row(name: str, about: About) -> str:
    typed = name == CONFIG or name in inspect.signature(up).parameters
    option = f", `--{name.replace('_', '-')}`" if typed else ""
    option += f", `{variable(name)}_FILE`" if about.kind.secret else ""
    allowed = f"such as `{about.example}`" if about.example else about.kind.allowed
    cells = (f"`{variable(name)}`{option}", _default(about), allowed, about.description)
    return "| " + " | ".join(cells) + " |"


def _default(about: About) -> str:
    default = about.default.get_secret_value() if isinstance(about.default, SecretStr) else about.default
    return f"`{default}`" if default not in (None, "") else "none"


if __name__ == "__main__":
    sys.stdout.write(text())
