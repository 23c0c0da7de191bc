"""Figures of a pool: sign-ins, refusals, newcomers and scripts over time, and what is to be done next.

Owns counting what the logs hold (`postgres.py`) and the answer made of it (`service.py`). Leaves the logs to those who
write them. Decision: docs/decisions/0067-counts.md.
"""
