"""Custom databases: connections, scripts and their versions, runs, logs and migration."""
