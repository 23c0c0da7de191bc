"""The command line's light half: what is typed becomes one call of the running server, its answer a table.

Owns the table of commands (`table.py` and the files it gathers), their arguments, the socket of the data folder as
seen from outside, and what a person is shown. It imports nothing that takes long, so that a call costs a tenth of a
second: no library, and of Poolhouse nothing.

It reads and writes the files of a folder of scripts, and says nothing of what they mean. Leaves all rules to the server
(`wire/operator`, `wire/v3`), and commands that start something or read a file of any length to `commands`.
"""
