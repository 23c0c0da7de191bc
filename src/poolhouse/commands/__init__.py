"""The command line: one module a group of commands, each an argument parser over `services` or `db`.

Owns what an operator types and sees (`output.py`: tables and color on a terminal, plain lines in a pipe, JSON on
request). Leaves every rule to the domains: a command does nothing that a service could not.
"""
