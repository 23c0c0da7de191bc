"""Password hashes, password transport, secrets at rest. No SQL, no HTTP."""
