"""Distributions of times, delays and sizes, by family. A configuration may have one in place of a number."""

from sim.distributions.distribution import Delays, Distribution, Shape, Times, beyond, mean_of, stretched
from sim.distributions.families import FAMILIES, Family
from sim.distributions.making import (
    EMPIRICAL,
    PARAMETERS,
    QUANTILES,
    STRETCHES,
    is_distribution,
    midpoints,
    own_families,
    stretch_of,
)

__all__ = [
    "EMPIRICAL",
    "FAMILIES",
    "PARAMETERS",
    "QUANTILES",
    "STRETCHES",
    "Delays",
    "Distribution",
    "Family",
    "Shape",
    "Times",
    "beyond",
    "is_distribution",
    "mean_of",
    "midpoints",
    "own_families",
    "stretch_of",
    "stretched",
]
