"""Administrators' use cases on users: alone (`users.py`), with all that belongs to one (`service.py`), in trees of
departments (`org_trees.py`)."""
