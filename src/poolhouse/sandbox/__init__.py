"""Runs a customer's JavaScript in a locked process. Knows nothing of pools or users.

It owns the processes, their limits, what they may reach, and the reasons for which they are stopped. What a
script means, whose it is and what is remembered of its runs is the business of `poolhouse.customdb`.
"""
