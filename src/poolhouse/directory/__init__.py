"""Where the users of a pool are kept: one contract, and a directory for every mode of a pool.

Owns the `Directory` contract (`contract.py`), our tables (`postgres.py`, `search.py`, `terms.py`, `filters.py`), a
company's own database behind scripts (`scripted.py`, `completed.py`, `scripted_queries.py`, `matching.py`), and the
two together while users move at their logins (`migrating.py`). `chooser.py` alone asks which mode a pool has.
`stored_passwords.py` says whether a password fits what is stored. `tests/conformance/directory.py` holds every
directory to the contract.

Leaves who may ask to `accounts` and `login`, running scripts to `customdb`, and bulk work to `migration`.
"""
