"""A pool's custom database: its connection, its scripts, their versions and their runs.

Owns settings and scripts (`service.py`), running one for a use case (`runner.py`), both dialects (`auth0.py`), what
scripts see of their surroundings (`environment.py`), the log of calls and what it may keep (`script_log.py`,
`redaction.py`), and advice to a script's author (`script_diagnostics.py`).

Leaves executing JavaScript to `sandbox`, what an answer means for a user to `users.profiles` and `directory`, and
moving people to `directory.migrating` and `migration`.
"""
