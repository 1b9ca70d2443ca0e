"""`leadrelay check` and `stuck`: records, registers, work, outbox and workflows compared, and what to do about it.

`databases` and `temporal` gather facts, `rules` are pure functions from facts to findings, `run` looks twice, `repairs`
mends what can be mended safely.
"""
