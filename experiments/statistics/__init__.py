"""What can be said from replications, and how surely."""

from experiments.statistics.interval import Interval, mean_interval

__all__ = ["Interval", "mean_interval"]
