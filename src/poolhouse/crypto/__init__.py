"""Cryptography without SQL and without HTTP.

Owns hashing passwords (`passwords.py`), verifying hashes of other systems (`foreign*.py`), decrypting passwords that
clients encrypted (`transport.py`, `sm2.py`), secrets at rest (`secretbox.py`), comparing in constant time
(`compare.py`), password strength (`policy.py`) and administrators' regular expressions (`patterns.py`).

Leaves storing any of it to the domains. `directory.stored_passwords` decides who judges a stored password.
"""
