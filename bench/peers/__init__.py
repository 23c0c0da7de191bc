"""The same million people in other servers of this kind, asked the same things beside us: `python -m bench.peers`."""
