"""Stops of trains of inbound ULDs: the halls that each train visits, and when it is at their doors."""

from typing import NamedTuple

import numpy as np

from sim.measures.window import Minutes
from sim.record.schemas import Table
from sim.units import Counts, Flags


class Stops(NamedTuple):
    """Stops (N) in the order of the trains, and for each train in the order of its halls. Minutes."""

    hall: Counts
    at_door: Minutes
    placed: Minutes
    """When the last ULD of the stop is set down; NaN: not in this run."""
    goes_on: Flags
    """Whether the train drives on to another hall, the next stop."""


def train_stops(ulds: Table) -> Stops:
    on = ulds["train"] >= 0
    keys = np.column_stack([ulds[name][on] for name in ("flight", "deck", "train", "hall")])
    stops, stop_of = np.unique(keys, axis=0, return_inverse=True)
    at_door, placed = np.full(len(stops), -np.inf), np.full(len(stops), -np.inf)
    for instants, name in ((at_door, "at_door"), (placed, "placed")):
        np.maximum.at(instants, stop_of.ravel(), np.nan_to_num(ulds[name][on], nan=np.inf))
        instants[np.isinf(instants)] = np.nan
    goes_on = np.append((stops[1:, :3] == stops[:-1, :3]).all(axis=1), False)[: len(stops)]
    return Stops(stops[:, 3], at_door, placed, goes_on)
