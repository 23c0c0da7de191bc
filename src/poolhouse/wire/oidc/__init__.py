"""The OpenID Connect endpoints and the hosted sign-in pages.

Owns the protocol's HTTP (`endpoints.py`), the browser's session cookie and forms (`browser.py`), and the pages
(`pages.py`, `mailed.py`, `templates/`, `translations.py`). Leaves every rule to `poolhouse.oidc` and
`poolhouse.login`. The pages work
without JavaScript; nothing is loaded from anywhere else.
"""
