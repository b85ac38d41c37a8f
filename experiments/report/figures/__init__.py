"""Figures: each module prepares data from tables, and has a `figure` that draws without computing.

The page of run, compare and sweep has: leaving, ladder, utilisation, recovery, arrivals, dwell, occupancy, day, week,
demand, exposure, trade, spread, sweep, sweep_map, warmup. The other figures are named after their studies and verbs. A
`bar` in several of them is a value with its interval.
"""
