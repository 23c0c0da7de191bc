"""Keys of the management API: issued, scoped, disabled, and their last use."""
