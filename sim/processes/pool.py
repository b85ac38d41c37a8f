"""Pools of tokens: first come, first served, several kinds together, granted in one phase of the instant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

import simpy

from sim.processes.phases import at, call

Key = tuple[int, ...]
"""Requests are served in the order of (rank, key); the default rank is the instant of the request."""
Ranks = Callable[[tuple[Any, ...]], list[int]]
"""Receives what each waiting request is about, in the order of the keys; returns the rank of each."""


class Grant(NamedTuple):
    """The result of a granted request."""

    waited: dict[str, int]
    """How long [ticks] it headed the queue while each kind was missing; if several are missing, the first kind counts.
    """
    unit: int
    """Number of the granted unit, if the pool assigns units; otherwise 0."""


@dataclass(order=True, slots=True)
class _Request:
    order: Key
    demand: Mapping[str, int] = field(compare=False)
    event: simpy.Event = field(compare=False)
    about: object = field(compare=False)
    waited: dict[str, int] = field(compare=False, default_factory=dict)


class Pool:
    """Kinds of tokens that a request takes together.

    The head of the queue waits for all tokens that it needs, and all others wait for the head. A request's event has a
    `Grant` as value. `assign`, if set, is called with the key at each grant, in order, and returns the number of the
    unit. `ranks`, if set, ranks all waiting requests anew before each grant. If the capacity of a kind has fallen below
    the tokens that are held, `free` is negative.
    """

    def __init__(
        self, env: simpy.Environment, phase: int, assign: Callable[[Key], int] | None = None, **capacity: int
    ) -> None:
        self._env = env
        self._phase = phase
        self._assign = assign
        self.ranks: Ranks | None = None
        self.capacity = dict(capacity)
        self.free = dict(capacity)
        self.held_time = dict.fromkeys(capacity, 0)
        """Token-ticks held until `_touched`, by kind."""
        self._rostered: dict[str, int] = {}
        """Tokens whose people are on the roster, by kind that has people."""
        self._overtime = dict.fromkeys(capacity, 0)
        self._touched = 0
        self._queue: list[_Request] = []
        self._is_awake = False
        self.lacking: str | None = None
        """The kind that the head of the queue lacked when grants were last made; None if nobody waits."""
        self._lacked_time = dict.fromkeys(capacity, 0)
        self._head: _Request | None = None
        self._since = 0

    def __len__(self) -> int:
        return len(self._queue)

    def request(self, key: Key, rank: int | None = None, about: object = None, **demand: int) -> simpy.Event:
        """Queue behind all requests of a lower rank, or of the same rank and a lower key (rank: the instant).

        `about`: for `ranks`, which decides the order where it is set.
        """
        event = self._env.event()
        rank = int(self._env.now) if rank is None else rank
        heappush(self._queue, _Request((rank, *key), demand, event, about))
        self._wake()
        return event

    def cancel(self, event: simpy.Event) -> None:
        """Withdraw a request that was not granted."""
        self._queue = [request for request in self._queue if request.event is not event]
        heapify(self._queue)
        self._wake()

    def release(self, **amount: int) -> None:
        self._account()
        for kind, number in amount.items():
            self.free[kind] += number
            if self.free[kind] > self.capacity[kind]:
                raise ValueError(f"{kind}: {self.free[kind]} free of {self.capacity[kind]}: released more than taken")
        self._wake()

    def add(self, **amount: int) -> None:
        """Add free tokens of a kind."""
        self._account()
        for kind, number in amount.items():
            self.capacity[kind] += number
            self.free[kind] += number
        self._wake()

    def withdraw(self, **amount: int) -> None:
        """Remove free tokens for ever."""
        self._account()
        for kind, number in amount.items():
            if number > self.free[kind]:
                raise ValueError(f"{kind}: {number} withdrawn of {self.free[kind]} free")
            self.capacity[kind] -= number
            self.free[kind] -= number

    def consume(self, **amount: int) -> None:
        """Remove held tokens for ever."""
        self._account()
        for kind, number in amount.items():
            if number > self.capacity[kind] - self.free[kind]:
                raise ValueError(f"{kind}: {number} consumed of {self.capacity[kind] - self.free[kind]} held")
            self.capacity[kind] -= number

    def set_capacity(self, kind: str, number: int, rostered: int) -> None:
        """Change the number of tokens of a kind; tokens that are held beyond it are held until they are released.

        `rostered`: tokens whose people are on the roster, also if these tokens are broken down.
        """
        self._account()
        self._rostered[kind] = rostered
        self.free[kind] += number - self.capacity[kind]
        self.capacity[kind] = number
        self._wake()

    def held_until(self, instant: int) -> dict[str, int]:
        """Token-ticks held from the beginning to an instant that is not before the last grant or release, by kind."""
        return {
            kind: self.held_time[kind] + (self.capacity[kind] - self.free[kind]) * (instant - self._touched)
            for kind in self.capacity
        }

    def overtime_until(self, instant: int) -> dict[str, int]:
        """Token-ticks held by people beyond those on the roster, until an instant as in `held_until`."""
        return {kind: n + self._beyond(kind) * (instant - self._touched) for kind, n in self._overtime.items()}

    def lacked_until(self, instant: int) -> dict[str, int]:
        """How long [ticks] the head of the queue lacked each kind, until an instant as in `held_until`."""
        lacked = dict(self._lacked_time)
        if self._head is not None and self.lacking is not None:
            lacked[self.lacking] += instant - self._since
        return lacked

    def _account(self) -> None:
        now = int(self._env.now)
        if now == self._touched:
            return
        for kind, free in self.free.items():
            self.held_time[kind] += (self.capacity[kind] - free) * (now - self._touched)
            if free < 0:
                self._overtime[kind] += self._beyond(kind) * (now - self._touched)
        self._touched = now

    def _beyond(self, kind: str) -> int:
        """Tokens held by people beyond those on the roster."""
        held = self.capacity[kind] - self.free[kind]
        return max(0, held - self._rostered.get(kind, self.capacity[kind]))

    def _wake(self) -> None:
        """Make grants in this instant's phase; no effect if nobody waits, or if grants are already due."""
        if not self._is_awake and (self._queue or self._head):
            self._is_awake = True
            call(at(self._env, int(self._env.now), self._phase), self._grant)

    def _grant(self, _: simpy.Event) -> None:
        self._is_awake = False
        self._account()
        self._settle_wait()
        while self._queue and self._lacks(self._first()) is None:
            request = heappop(self._queue)
            for kind, number in request.demand.items():
                self.free[kind] -= number
            request.event.succeed(Grant(request.waited, self._assign(request.order[1:]) if self._assign else 0))
        self._head = self._queue[0] if self._queue else None
        self.lacking = self._lacks(self._head) if self._head else None

    def _first(self) -> _Request:
        """The head of the queue, which `ranks` decides anew if it is set."""
        if self.ranks is not None:
            self._queue.sort(key=lambda request: request.order[1:])
            ranks = self.ranks(tuple(request.about for request in self._queue))
            for request, rank in zip(self._queue, ranks, strict=True):
                request.order = (rank, *request.order[1:])
            heapify(self._queue)
        return self._queue[0]

    def _settle_wait(self) -> None:
        now = int(self._env.now)
        if self._head is not None and self.lacking is not None and now > self._since:
            waited = self._head.waited
            waited[self.lacking] = waited.get(self.lacking, 0) + now - self._since
            self._lacked_time[self.lacking] += now - self._since
        self._since = now

    def _lacks(self, request: _Request) -> str | None:
        return next((kind for kind, number in request.demand.items() if self.free[kind] < number), None)
