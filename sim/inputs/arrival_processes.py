"""The processes by which flights come, a line each: who calls them, and how many are expected at which hour."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from sim.config import ArrivalModel, Arrivals, HubConfig
from sim.inputs import own_flights, rates, timetables
from sim.inputs.calls import Call
from sim.streams import Streams


class Process(NamedTuple):
    calls: Callable[[HubConfig, Streams, int], Iterator[Call]]
    """The flights of a replication up to an instant [ticks], in any order; those outside the run may be among them."""
    profile: Callable[[Arrivals, int], np.ndarray[tuple[int], np.dtype[np.float64]]] | None
    """Flights in each part of the week's hours, so many an hour, of a mean flight a day; None: those of a file."""


PROCESSES: Final[Mapping[ArrivalModel, Process]] = MappingProxyType(
    {
        ArrivalModel.TIMETABLE: Process(timetables.timetable, rates.hour_profile),
        ArrivalModel.POISSON: Process(rates.thinned_poisson, rates.hour_profile),
        ArrivalModel.ALL_IFR: Process(rates.thinned_poisson, rates.hour_profile),
        ArrivalModel.HOURLY: Process(rates.thinned_by_hour, rates.hour_profile),
        ArrivalModel.BANKS: Process(timetables.banks, timetables.bank_profile),
        ArrivalModel.FILE: Process(own_flights.of_file, None),
    }
)
