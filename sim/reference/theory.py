"""The hub's own parts, run as queues for which theory has closed forms. Each function gives one replication.

Times are in units of 2²⁰ ticks: minutes, as everywhere.
"""

from collections.abc import Generator
from itertools import pairwise

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.config import Outages, Sorting
from sim.domain.site import MachineCalendar, Manning
from sim.inputs.roster import machine_calendar
from sim.kernels.operational_time import OperationalTime
from sim.kernels.queueing import Servers, several_servers, single_server
from sim.processes.desks import Desks
from sim.processes.phases import Phase, after
from sim.processes.pool import Pool
from sim.processes.sorting import Machine
from sim.record.tallies import DeskTally, ShortTally
from sim.streams import Streams
from sim.units import FOREVER, TICKS_PER_DAY, TICKS_PER_MIN, Ticks

Draws = NDArray[np.float64]
_WARM_UP = 0.1
"""Share of the customers, or jobs, that arrive before the count begins."""
_WINDOW = 256
"""Customers with which a machine is fed at a time."""


def exponential(streams: Streams, name: str, n: int) -> Draws:
    """Exponential times (n) of mean 1."""
    return streams.of(name).exponential(1.0, n)


def uniform(streams: Streams, name: str, n: int) -> Draws:
    """Uniform times (n) of mean 1, from 0 to 2."""
    return streams.of(name).uniform(0.0, 2.0, n)


def poisson_arrivals(streams: Streams, rate: float, n: int) -> Ticks:
    """Instants of arrival (n) [ticks]."""
    return np.rint(np.cumsum(exponential(streams, "theory_arrival", n)) / rate * TICKS_PER_MIN).astype(np.int64)


def _ticks(times: Draws) -> Ticks:
    return np.rint(times * TICKS_PER_MIN).astype(np.int64)


def _mean(times: Ticks) -> float:
    return float(times[int(_WARM_UP * len(times)) :].mean()) / TICKS_PER_MIN


def _windows(n: int) -> list[slice]:
    return [slice(low, low + _WINDOW) for low in range(0, n, _WINDOW)]


def single_server_wait(streams: Streams, rate: float, services: Draws) -> float:
    """Mean wait before service, Poisson arrivals."""
    arrival = poisson_arrivals(streams, rate, len(services))
    return _mean(single_server(arrival, _ticks(services), 0) - arrival)


def single_server_stay(streams: Streams, rate: float, services: Draws) -> float:
    """Mean time in the system."""
    arrival, service = poisson_arrivals(streams, rate, len(services)), _ticks(services)
    return _mean(single_server(arrival, service, 0) + service - arrival)


def single_server_inside(streams: Streams, rate: float, services: Draws) -> float:
    """Mean number of customers in the system over time."""
    arrival, service = poisson_arrivals(streams, rate, len(services)), _ticks(services)
    leaves = single_server(arrival, service, 0) + service
    first, last = int(arrival[int(_WARM_UP * len(arrival))]), int(arrival[-1])
    inside = np.minimum(leaves, last) - np.maximum(arrival, first)
    return float(inside[inside > 0].sum()) / (last - first)


def machine_wait(streams: Streams, rate: float, service: float, n: int, *, inductions: int) -> float:
    """Mean wait before a sorting machine of constant service, fed and advanced window by window."""
    arrival = poisson_arrivals(streams, rate, n)
    calendar = MachineCalendar(np.zeros(1, dtype=np.int64), np.full(1, inductions, dtype=np.int64))
    measured = 0, int(arrival[-1]) + 1
    short = ShortTally(measured, Manning((0,), (inductions,)))
    machine = Machine(calendar, round(service * TICKS_PER_MIN) * inductions, 0, measured, short)
    for window in _windows(n):
        machine.feed(arrival[window], np.arange(n)[window])
        machine.advance(int(arrival[window][-1]))
    return _mean(np.concatenate([begin - came for came, _, _, begin in machine.fetch(FOREVER)]))


def several_servers_waits(streams: Streams, rate: float, services: Draws, servers: int) -> tuple[float, float]:
    """Share of customers that wait, and mean wait of all."""
    arrival = poisson_arrivals(streams, rate, len(services))
    return _shares_and_mean(several_servers(arrival, _ticks(services), Servers.always(servers)) - arrival)


def officers_waits(streams: Streams, rate: float, services: Draws, officers: int) -> tuple[float, float]:
    """As `several_servers_waits`, for desks that continue from one look to the next, as in the hub."""
    arrival, service = poisson_arrivals(streams, rate, len(services)), _ticks(services)
    servers = Servers.always(officers)
    begin = [several_servers(arrival[window], service[window], servers) for window in _windows(len(arrival))]
    return _shares_and_mean(np.concatenate(begin) - arrival)


def examination_waits(
    streams: Streams,
    rate: float,
    service: float,
    officers: int,
    n: int,
) -> tuple[float, float]:
    """As `officers_waits`, for the hub's own examination desks with their constant service."""
    arrival = poisson_arrivals(streams, rate, n)
    end, manning = int(arrival[-1]) + 1, Manning((0,), (officers,))
    desks = Desks(manning, round(service * TICKS_PER_MIN), DeskTally(end, (0, end), end, manning))
    begin, parcels = [], np.arange(n)
    for window in _windows(n):
        desks.feed(arrival[window], parcels[window], parcels[window])
        served = desks.serve(int(arrival[window][-1]))
        assert served is not None
        begin.append(served.begin)
    return _shares_and_mean(np.concatenate(begin) - arrival)


def _shares_and_mean(wait: Ticks) -> tuple[float, float]:
    counted = wait[int(_WARM_UP * len(wait)) :]
    return float((counted > 0).mean()), _mean(wait)


def tandem_stay(streams: Streams, rate: float, service: float, stations: int, n: int) -> float:
    """Mean time through exponential single servers, one after the other."""
    came = arrival = poisson_arrivals(streams, rate, n)
    for station in range(stations):
        times = _ticks(service * exponential(streams, f"theory_service_{station}", n))
        came = single_server(came, times, 0) + times
    return _mean(came - arrival)


def availability(streams: Streams, mtbf_h: float, mttr_min: float, days: int) -> float:
    """Share of the days that a machine is up."""
    end = days * TICKS_PER_DAY
    sorting = Sorting(efficiency=1.0, inductions=3, length_m=0.0, speed_m_per_s=1.0, outages=Outages(mtbf_h, mttr_min))
    calendar = machine_calendar(sorting, streams.of("theory_outages"), end)
    return float(OperationalTime(calendar).work_at(np.array([end]))[0]) / (3 * end)


_Steps = Generator[simpy.Event, object, None]


def line_throughput(streams: Streams, places: tuple[int, ...], n: int) -> float:
    """Jobs in a unit of time through a saturated line in which a job keeps its place until the next is granted.

    `places`: 0 for a station with an exponential service of mean 1, otherwise a buffer for this number of jobs.
    """
    env = simpy.Environment()
    # The last place first: as on the apron, resources are freed before they are taken.
    phases = reversed(range(Phase.POSITION, Phase.POSITION + len(places)))
    pools = [Pool(env, phase, places=max(1, size)) for phase, size in zip(phases, places, strict=True)]
    times = [_ticks(exponential(streams, f"theory_place_{i}", n)).tolist() for i in range(len(places))]
    done: list[int] = []

    def job(number: int) -> _Steps:
        for i, pool in enumerate(pools):
            yield pool.request((number,), places=1)
            if i > 0:
                pools[i - 1].release(places=1)
            elif number + 1 < n:
                env.process(job(number + 1))
            if places[i] == 0:
                yield after(env, times[i][number])
        pools[-1].release(places=1)
        done.append(int(env.now))

    env.process(job(0))
    env.run()
    assert len(done) == n and all(a <= b for a, b in pairwise(done))
    first = int(_WARM_UP * n)
    return (n - 1 - first) / ((done[-1] - done[first]) / TICKS_PER_MIN)
