"""Second factors: TOTP, recovery codes, and when one is asked for."""
