"""Federated sign-in: somebody proves to an outside identity source who they are, and comes in as one of our users.

Owns what a provider's client is (`model.py`), which kinds there are (`catalog.py`) and one folder for each
(`providers/`). Leaves the sources' configuration to `tenants`, the rows of identities to `identities`, and what every
way in must ask to `login`. docs/decisions/0090-federated-sign-in.md
"""
