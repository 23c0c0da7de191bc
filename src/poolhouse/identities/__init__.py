"""A user's identities at outside sources; linking and unlinking them."""
