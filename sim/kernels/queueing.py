"""First-come-first-served queues on columns."""

from heapq import heapreplace

import numpy as np

from sim.units import Ticks


def single_server(arrival: Ticks, service: int | Ticks, free_at: int) -> Ticks:
    """When each of P services begins on one server that is free at `free_at` (Lindley 1952, as a running maximum).

    `arrival` (P) ascending, in any unit of time; `service` one for all, or one each (P).

    >>> single_server(np.array([0, 1, 9]), 3, 2).tolist()
    [2, 5, 9]
    """
    if isinstance(service, np.ndarray):
        before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(service[:-1])))
    else:
        before = np.arange(len(arrival), dtype=np.int64) * service
    slack = arrival - before
    slack[0] = max(slack[0], free_at)
    return np.maximum.accumulate(slack) + before


def several_servers(arrival: Ticks, service: int | Ticks, free_at: list[int]) -> Ticks:
    """When each of P services begins on as many servers as `free_at` has entries (Kiefer and Wolfowitz 1955).

    `arrival` (P) ascending; `service` one for all, or one each (P). `free_at` is a heap, and is moved on.

    >>> several_servers(np.array([0, 0, 1]), 5, [0, 0]).tolist()
    [0, 0, 5]
    """
    services = np.broadcast_to(np.asarray(service), arrival.shape).tolist()
    begin = np.empty(len(arrival), dtype=np.int64)
    for i, (at, duration) in enumerate(zip(arrival.tolist(), services, strict=True)):
        begin[i] = start = max(at, free_at[0])
        heapreplace(free_at, start + duration)
    return begin
