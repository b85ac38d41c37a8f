"""The processes of arrivals, one line each: the function that draws flights, and the expected number by hour."""

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
    """The flights of a replication up to an instant [ticks], in any order; some may lie outside the run."""
    profile: Callable[[Arrivals, int], np.ndarray[tuple[int], np.dtype[np.float64]]] | None
    """Flights in each part of the week's hours, with this many parts an hour, for a mean of one flight a day; None: a
    file."""


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
