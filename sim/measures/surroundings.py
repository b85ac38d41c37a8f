"""What the neighbours get of the apron: where tugs drive, and which instants are in the night."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.config import Environment, HubConfig
from sim.config.bounds import minute_of_day
from sim.measures.window import Minutes
from sim.record.schemas import Table
from sim.units import MIN_PER_DAY

M_PER_KM = 1000


def tug_drives(config: HubConfig, tables: Mapping[str, Table]) -> "list[Drives]":
    return [*_inbound(config, tables), *_outbound(config, tables)]


@dataclass(frozen=True, slots=True)
class Drives:
    """Drives (N) of tugs."""

    start: Minutes
    end: Minutes
    m: Minutes
    """How long each is [m]."""


def _inbound(config: HubConfig, tables: Mapping[str, Table]) -> tuple[Drives, Drives, Drives]:
    """Of trains from aircraft: to the first hall, from hall to hall, and back from the last."""
    trains, ulds, to_apron_m = tables["trains"], tables["ulds"], _to_apron_m(config)
    on = ulds["train"] >= 0
    keys = np.column_stack([ulds[name][on] for name in ("flight", "deck", "train", "hall")])
    # A stop is a hall that a train calls at; they come train by train, as those do, and in the order of the halls.
    stops, stop_of = np.unique(keys, axis=0, return_inverse=True)
    arrived, rid = np.zeros(len(stops)), np.zeros(len(stops))
    for at, name in ((arrived, "at_door"), (rid, "placed")):  # the last of a stop; infinite: not in this run
        np.maximum.at(at, stop_of.ravel(), np.nan_to_num(ulds[name][on], nan=np.inf))
    goes_on = np.append((stops[1:, :3] == stops[:-1, :3]).all(axis=1), False)[: len(stops)]
    between = np.flatnonzero(goes_on)
    return (
        Drives(trains["left"], trains["at_door"], to_apron_m[trains["hall"]]),
        Drives(rid[between], arrived[between + 1], np.full(len(between), config.complex.between_halls_m)),
        Drives(trains["placed"], trains["returned"], to_apron_m[stops[~goes_on, 3]]),
    )


def _outbound(config: HubConfig, tables: Mapping[str, Table]) -> tuple[Drives, Drives]:
    """Of trains to aircraft: there, and back."""
    trains = tables["out_trains"]
    m = _to_apron_m(config)[trains["hall"]]
    return Drives(trains["granted"], trains["at_aircraft"], m), Drives(trains["emptied"], trains["returned"], m)


def _to_apron_m(config: HubConfig) -> Minutes:
    """Of each hall (H)."""
    return np.array([hall.apron_distance_m for hall in config.halls.values()], dtype=np.float64)


def is_night(instants: Minutes, rules: Environment) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which instants (N) [min] lie in the night, its beginning included and its end not; NaN does not.

    A night that begins when it ends is none.
    """
    first, last = (minute_of_day(text) for text in (rules.night_from, rules.night_to))
    minute = instants % MIN_PER_DAY
    if first <= last:
        return (minute >= first) & (minute < last)
    return (minute >= first) | (minute < last)
