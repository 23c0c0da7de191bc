"""The people who administer the server: who they are, what each may do in which pool, how they sign in."""
