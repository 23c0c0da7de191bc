"""The command line: `poolhouse COMMAND`. Each command is a function; its domain's file is in `commands/`."""

from __future__ import annotations

import sys

from cyclopts import App

from poolhouse import __doc__ as about
from poolhouse.commands import (
    backup,
    demo,
    directory,
    doctor,
    imports,
    migration,
    records,
    scripts,
    secrets,
    server,
)
from poolhouse.commands.output import fail
from poolhouse.errors import PoolhouseError

app = App(name="poolhouse", help=about, version_flags=["--version"])
app.command(server.up)
app.command(demo.demo)
app.command(server.migrate)
app.command(backup.backup)
app.command(backup.restore)
app.command(doctor.doctor)
app.command(directory.pools, name="pool")
app.command(directory.apps, name="app")
app.command(directory.users, name="user")
app.command(records.audit, name="audit")
app.command(records.mail, name="mail")
app.command(secrets.secrets, name="secrets")
app.command(scripts.scripts, name="scripts")
app.command(migration.migration, name="migration")
app.command(imports.imports, name="import")


def main() -> None:
    """Errors a person can mend are one line on standard error and exit status 1."""
    try:
        app()
    except PoolhouseError as error:
        fail(error.message("en-US"))
    except server.MENDABLE as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
