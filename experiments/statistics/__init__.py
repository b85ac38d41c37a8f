"""Statistics: what replications show, and how certain it is."""

from experiments.statistics.interval import Interval, mean_interval

__all__ = ["Interval", "mean_interval"]
