"""Replications of designs, on one machine or many.

replicating   with all their tables, into a run folder
evaluating    their KPIs alone, each once
narrowing     until intervals are as narrow as asked
warming       whether the warm-up was long enough
crossing      where a KPI crosses a value, by bisection
"""
