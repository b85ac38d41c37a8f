"""Figures: each a file with what is drawn, prepared from tables, and a `figure` that computes nothing.

Of the page of run, compare and sweep: leaving, ladder, utilisation, recovery, arrivals, dwell, occupancy, day, week,
demand, exposure, trade, spread, sweep, sweep_map, warmup. Of other studies and verbs: those of their names.
Several draw a `bar`, a value with its interval.
"""
