"""Keys of the management API: issued, scoped, disabled, their last use, and the signatures already spent.

Whether a signature fits is the v3 wire's to say; this domain knows keys.
"""
