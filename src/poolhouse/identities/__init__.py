"""A user's identities at outside sources: linking, unlinking and listing them, in every kind of directory.

Leaves the sources' configuration to `tenants.sources`, and signing in with one to a later release.
"""
