"""Namespaces, resources, policies, and the one decision: may this user do this on that."""
