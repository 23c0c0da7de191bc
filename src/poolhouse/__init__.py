"""Poolhouse: a self-hosted user directory that speaks the Authing management APIs."""
