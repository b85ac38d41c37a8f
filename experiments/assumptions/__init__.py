"""Uncertainty of a configuration's numbers: their ranges, and the worlds drawn from them.

A world is a hub in which every sourced or assumed number has a value from its range. `configs/assumptions` has the
ranges by key of the composed configuration; `docs/model.md` explains them.
"""

from experiments.assumptions.entries import Kind
from experiments.assumptions.listed import Assumption, assumptions_of, explained
from experiments.assumptions.worlds import Worlds

__all__ = ["Assumption", "Kind", "Worlds", "assumptions_of", "explained"]
