"""Where the users of a pool are: the Directory contract, and its three kinds (ours, a script's, moving from one to the
other), with search and filters. `chooser.py` alone asks which kind a pool has."""
