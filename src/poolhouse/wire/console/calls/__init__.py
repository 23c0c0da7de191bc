"""The log of scripts' calls: a list with filters whose state is its address, and a page for each call."""

from poolhouse.wire.console.calls import all_calls, one_call

PAGES = (*all_calls.PAGES, *one_call.PAGES)
