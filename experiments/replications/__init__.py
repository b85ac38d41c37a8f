"""Replications of designs, on one machine or many.

work          the work of a worker: one replication
replicating   replications with all tables, in a run folder, until intervals are narrow enough
summing       intervals, differences and verdicts, and their tables
stability     whether the backlog grows, and how far that answer is from changing
warming       whether the warm-up was long enough
crossing      where a KPI crosses a value, by bisection
"""
