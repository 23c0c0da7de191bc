"""Files of users that are uploaded, looked at, checked and imported in the background: any size up to a setting.

Owns the files and their bytes (`postgres.py`, sealed), asking and looking (`service.py`), reading them piece by piece
(`reading.py`) and the work itself (`work.py`). What a row means and how it comes in is `migration`'s, as for every
other way to import; whose rights it goes on with and whose turn it is is `bulk`'s.

Decision: docs/decisions/0086-import-files.md.
"""
