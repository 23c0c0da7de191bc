"""Mutation testing: a seeded sample of small changes of the source, each of which some test must notice.

`make mutate` runs it; docs/testing.md says what it found and how to judge a survivor. mutmut invents the changes;
what runs here is the tests, a fresh process a mutant, in a copy of the tree for each job.

    MUTANTS=500 SEED=1 JOBS=1    how many are drawn, by which seed, how many run at once
    PACKAGES="login crypto"      these alone
    AGAIN=1                      runs survivors again, and first of all the tests written since the record
    RECORD=1                     records anew which test runs which line; done by itself where there is no record

Everything is kept in .mutate/, and a run that was interrupted goes on from there.
"""
