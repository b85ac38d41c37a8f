"""Replications of designs, on one machine or many.

work          what a worker does: one replication
replicating   with all their tables, into a run folder, until intervals are as narrow as asked
summing       intervals, differences and verdicts, and the tables that hold them
stability     whether the backlog grows, and how far that answer is from changing
warming       whether the warm-up was long enough
crossing      where a KPI crosses a value, by bisection
"""
