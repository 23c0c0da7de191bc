"""The person: the model, what each field may hold, and how profiles of scripts and files are read.

Owns the rules for every way a user is written (`rules.py`), profiles of scripted directories (`profiles.py`,
`readings.py`), whether two statements are about one person (`same_person.py`), and what may be stored of a password
hash that comes from elsewhere (`stored_hashes.py`).

Leaves storing and searching to `directory` and the use cases to `accounts`. Imports no other domain, so that every
domain may import it.
"""
