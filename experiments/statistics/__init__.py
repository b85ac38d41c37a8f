"""What can be said from replications, and how surely."""

from experiments.statistics.interval import ANYTHING, CONFIDENCE, Interval, Range, mean_interval
from experiments.statistics.paired import paired_interval, paired_intervals, variance_ratio

__all__ = [
    "ANYTHING",
    "CONFIDENCE",
    "Interval",
    "Range",
    "mean_interval",
    "paired_interval",
    "paired_intervals",
    "variance_ratio",
]
