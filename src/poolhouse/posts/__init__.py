"""Posts: the positions of an organization, which departments have them and which users hold them.

Leaves whether a user or a department exists to the checks it is given.
"""
