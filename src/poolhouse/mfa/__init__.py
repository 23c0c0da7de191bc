"""Second factors of a user: TOTP and recovery codes, enrolled, verified and reset.

Leaves when one is asked for, and the ticket between the steps, to `login.mfa_login`.
"""
