"""User-defined fields and their values on users, roles, departments and others."""
