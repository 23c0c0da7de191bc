"""Tenants of a pool, their members and administrators, and identity sources' stored configuration.

Leaves users to `accounts`, and who is linked at a source to `identities`.
"""
