"""Messages: templates, the outbox, and sending.

Owns rendering (`render.py`, `default_templates.py`), putting a message into the outbox in its cause's transaction
(`service.py`), and delivery at least once by any number of nodes (`delivery.py`, `transports.py`). An outage of a
mail server delays nobody's request.

Leaves what is sent when to `login`.
"""
