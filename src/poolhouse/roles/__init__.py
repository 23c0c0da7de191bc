"""Roles in permission namespaces, and who holds them."""
