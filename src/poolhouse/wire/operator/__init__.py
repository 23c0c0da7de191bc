"""What an operator at the machine is answered: the operations of the v3 wire, and a few about the whole server.

Owns the socket in the data folder (`socket.py`), which only the server's own account and root may open, and the table
of what is asked there alone (`rows.py`): pools, the outbox, why somebody cannot sign in. `door.py` carries out one
call, for the socket and for a command that found no server. Its caller is an administrator of any pool, made of the
account at the other end of the socket; no address, header or token becomes one.

Leaves every rule to the services and every shape of v3 to `wire/v3`. The command line's half is `poolhouse.client`.
"""
