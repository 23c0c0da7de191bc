"""Groups of users. Knows who is in a group, not what the group may do."""
