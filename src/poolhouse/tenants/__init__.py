"""Tenants of a pool, their members and administrators, and stored identity-source configuration."""
