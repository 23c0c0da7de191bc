"""Translation between HTTP and the domains: names, shapes, codes, paging words. No rules, no SQL."""
