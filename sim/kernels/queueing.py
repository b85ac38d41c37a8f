"""First-come-first-served queues on columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from sim.units import Ticks


def single_server(arrival: Ticks, service: int | Ticks, free_at: int) -> Ticks:
    """When each of P services begins on one server that is free at `free_at` (Lindley 1952, as a running maximum).

    `arrival` (P) ascending, in any unit of time; `service` is one for all, or one each (P).

    >>> single_server(np.array([0, 1, 9]), 3, 2).tolist()
    [2, 5, 9]
    """
    if isinstance(service, np.ndarray):
        before = np.cumsum(service) - service
    else:
        before = np.arange(len(arrival), dtype=np.int64) * service
    slack = arrival - before
    slack[0] = max(slack[0], free_at)
    # Most of the time the server is never idle. This check is fifteen times as fast as a running maximum.
    before += slack[0] if slack.max() == slack[0] else np.maximum.accumulate(slack)
    return before


def lines_in_turn(arrival: Ticks, service: int, free_at: Ticks) -> tuple[Ticks, Ticks]:
    """When each of P equal services begins on L lines that take turns, and when the lines are free then, next first.

    `arrival` (P) ascending, `free_at` (L) in the order of the lines' turns. With equal services, taking turns is the
    same as first come, first served by any free line.

    >>> begin, free_at = lines_in_turn(np.array([0, 0, 1]), 5, np.array([0, 0]))
    >>> begin.tolist(), free_at.tolist()
    ([0, 0, 5], [5, 10])
    """
    n, n_lines = len(arrival), len(free_at)
    n_turns = -(-n // n_lines)
    # The last turn is filled with dummy arrivals.
    slack = np.full((n_turns, n_lines), arrival[-1], dtype=np.int64)
    slack.ravel()[:n] = arrival
    before = np.arange(n_turns, dtype=np.int64)[:, np.newaxis] * service
    slack -= before
    np.maximum(slack[0], free_at, out=slack[0])
    begin = (np.maximum.accumulate(slack, axis=0) + before).ravel()[:n]
    ends = np.concatenate((free_at, begin + service))[n:]
    return begin, ends[-n_lines:] if n >= n_lines else ends


@dataclass(slots=True)
class Servers:
    """Servers whose number changes in steps, in the state after a queue.

    `start` (N) ascending, first 0: from start[i] on there are `number[i]` (N). The last number is above 0 and applies
    for ever.
    """

    start: Sequence[int]
    number: Sequence[int]
    ends: list[int] = field(default_factory=list)
    """When the services in hand end, a heap."""
    step: int = 0
    """The step at `now`."""
    now: int = 0
    """No service begins earlier: the latest begin so far."""

    @classmethod
    def always(cls, number: int) -> "Servers":
        return cls((0,), (number,))

    def begin(self, arrival: int, service: int) -> int:
        """When the next service in the queue begins, in order of arrival."""
        now, ends, last = max(arrival, self.now), self.ends, len(self.start) - 1
        while True:
            while ends and ends[0] <= now:
                heappop(ends)
            while self.step < last and self.start[self.step + 1] <= now:
                self.step += 1
            if len(ends) < self.number[self.step]:
                break
            # A service ends, or the number changes.
            coming = self.start[self.step + 1] if self.step < last else ends[0]
            now = min(coming, ends[0]) if ends else coming
        heappush(ends, now + service)
        self.now = now
        return now


def several_servers(arrival: Ticks, service: int | Ticks, servers: Servers) -> Ticks:
    """When each of P services begins (Kiefer and Wolfowitz 1955); services in hand are finished if servers leave.

    `arrival` (P) ascending; `service` is one for all, or one each (P). Updates `servers`.

    >>> several_servers(np.array([0, 0, 1]), 5, Servers.always(2)).tolist()
    [0, 0, 5]
    >>> several_servers(np.array([0, 0, 1]), 5, Servers((0, 3, 20), (2, 0, 1))).tolist()
    [0, 0, 20]
    """
    if isinstance(service, np.ndarray):
        services = service.tolist()
        each = [servers.begin(at, duration) for at, duration in zip(arrival.tolist(), services, strict=True)]
        return np.array(each, dtype=np.int64)
    begin = np.empty(len(arrival), dtype=np.int64)
    done = 0
    while done < len(arrival):
        begun = _while_the_number_holds(arrival[done:], service, servers)
        if len(begun) == 0:
            begun = np.array([servers.begin(int(arrival[done]), service)])
        begin[done : done + len(begun)] = begun
        done += len(begun)
    return begin


_FEW = 16
"""Up to this number, services are as fast one by one."""


def _while_the_number_holds(arrival: Ticks, service: int, servers: Servers) -> Ticks:
    """The begins before the number of servers changes: for equal services the servers take turns. Updates `servers`."""
    now = max(int(arrival[0]), servers.now)
    step = servers.step
    while step < len(servers.start) - 1 and servers.start[step + 1] <= now:
        step += 1
    n, in_hand = servers.number[step], [end for end in servers.ends if end > now]
    if len(arrival) < _FEW or n < max(1, len(in_hand)):
        return np.empty(0, dtype=np.int64)
    free_at = [now] * (n - len(in_hand)) + sorted(in_hand)
    begin, _ = lines_in_turn(arrival, service, np.array(free_at, dtype=np.int64))
    if step < len(servers.start) - 1:
        begin = begin[: int(np.searchsorted(begin, servers.start[step + 1]))]
    if len(begin):
        servers.step, servers.now = step, int(begin[-1])
        servers.ends = sorted([*in_hand, *(begin[-n:] + service).tolist()])
    return begin


def servers_in_turn(arrival: Ticks, service: Ticks, server: Ticks, turn: Ticks, free_at: Ticks) -> Ticks:
    """When each of P services begins on its assigned server, each with its own queue.

    `server` (P) is one of S. `turn` (P) is the place among the services of that server: 0, 1, …, with ascending
    `arrival` (P). `free_at` (S) is updated. All servers are computed together, in a table (S, turns) that is padded at
    the ends of its rows.

    >>> free_at = np.array([0, 4])
    >>> servers_in_turn(
    ...     np.array([1, 1, 2]), np.array([5, 5, 5]), np.array([0, 1, 0]), np.array([0, 0, 1]), free_at
    ... ).tolist(), free_at.tolist()
    ([1, 4, 6], [11, 9])
    """
    n_turns = int(turn.max()) + 1
    place = server * n_turns + turn
    services, slack = np.zeros((2, len(free_at), n_turns), dtype=np.int64)
    services.ravel()[place] = service
    slack.ravel()[place] = arrival
    before = np.cumsum(services, axis=1)
    work = before[:, -1].copy()
    before -= services
    slack -= before
    np.maximum(slack[:, 0], free_at, out=slack[:, 0])
    begin: Ticks = np.maximum.accumulate(slack, axis=1)
    # A padded place arrives at 0, before all others, and takes no time.
    free_at[:] = begin[:, -1] + work
    begin += before
    of_each: Ticks = begin.ravel()[place]
    return of_each
