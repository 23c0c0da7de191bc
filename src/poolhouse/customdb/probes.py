"""Can the database be reached? Asked from inside the sandbox, by the same libraries a script would use."""

from __future__ import annotations

from poolhouse.customdb.connection_failures import ConnectionFailure, kind_of
from poolhouse.customdb.model import CustomDatabase
from poolhouse.customdb.redaction import redacted_text, secrets_of
from poolhouse.customdb.runner import spec_of
from poolhouse.sandbox.client import Returned, Sandbox, Threw

_PROBES = {
    "postgresql": """
async function probe() {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try { await client.query('SELECT 1'); } finally { await client.end(); }
}""",
    "mysql": """
async function probe() {
  const client = await require('mysql2/promise').createConnection(env.DB_CONNECTION_URI);
  try { await client.query('SELECT 1'); } finally { await client.end(); }
}""",
    "mongodb": """
async function probe() {
  const { MongoClient } = require('mongodb');
  const client = new MongoClient(env.DB_CONNECTION_URI, { serverSelectionTimeoutMS: 3000 });
  try { await client.db().command({ ping: 1 }); } finally { await client.close(); }
}""",
    "http": """
async function probe() {
  await require('axios').get(env.DB_CONNECTION_URI, { validateStatus: () => true, timeout: 3000 });
}""",
}


async def probe(sandbox: Sandbox, database: CustomDatabase, env: dict[str, str]) -> ConnectionFailure | None:
    """None when it answers, else what went wrong, without any secret."""
    source = _PROBES.get(database.database_type)
    if source is None:
        return ConnectionFailure("other", f"{database.database_type} cannot be tested")
    if not env["DB_CONNECTION_URI"]:
        return ConnectionFailure("not_configured", "no connection is configured")
    outcome = await sandbox.run(
        spec_of(database, env, debug=True),
        source=source,
        function="probe",
        args=[],
        timeout_ms=min(database.timeout_ms, 5_000),
        read_only=True,
        guarded=False,
    )
    if isinstance(outcome, Returned):
        return None
    said = (
        (outcome.message or outcome.code)
        if isinstance(outcome, Threw)
        else f"{outcome.reason}: {outcome.detail}"
    )
    text = redacted_text(said or "no answer", secrets_of(env)) or ""
    return ConnectionFailure(kind_of(outcome), text)
