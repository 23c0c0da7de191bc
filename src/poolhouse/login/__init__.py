"""Proving who one is: passwords, codes, registration, recovery. Sessions are kept in poolhouse.sessions."""
