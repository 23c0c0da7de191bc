"""Who did what to whom: one row an act, written in the act's own transaction.

Owns the rows, their monthly partitions, searching them, and what an IP address and a user agent tell (`geoip.py`).

Leaves what counts as an act to the domain that does it: each writes an `Event`.
"""
