"""Figures: each module prepares data from tables, and has a `figure` that draws without computing.

Of the page of run, compare and sweep: leaving, ladder, utilisation, recovery, arrivals, dwell, occupancy, day, week,
demand, exposure, trade, spread, sweep, sweep_map, warmup. Of other studies and verbs: those of their names.
Several draw a `bar`, a value with its interval.
"""
