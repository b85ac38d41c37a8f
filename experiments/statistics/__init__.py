"""What can be said from replications, and how surely."""

from experiments.statistics.interval import CONFIDENCE, Interval, mean_interval
from experiments.statistics.paired import paired_interval, paired_intervals, variance_ratio

__all__ = ["CONFIDENCE", "Interval", "mean_interval", "paired_interval", "paired_intervals", "variance_ratio"]
