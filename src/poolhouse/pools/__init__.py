"""User pools: the tenants of a server, and their settings."""
