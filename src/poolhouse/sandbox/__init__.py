"""Runs a customer's JavaScript in a locked process. Knows nothing of pools or users."""
