"""Groups of users: who is in one.

Leaves what a group may do to `roles` and `resources`, and whether a user exists to the check it is given.
"""
