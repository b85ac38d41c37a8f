"""A machine's chute of a route, and its pack-out posts (rules 36 to 38)."""

from itertools import cycle

import simpy

from sim.processes.phases import Phase, after
from sim.reference.machine import Machine
from sim.reference.records import Parcel
from sim.units import NEVER


class Chute:
    """Deals what slides down a chute to its posts in turn, and remembers when the chute was fullest."""

    def __init__(self, env: simpy.Environment, posts: list[tuple[int, Machine]], measured: tuple[int, int]) -> None:
        self._env = env
        self._posts = cycle(posts)
        self._measured = measured
        self.n_units = 0
        self.fullest = 0
        self.fullest_at = NEVER
        self._inside = 0
        self._came_now: list[tuple[tuple[int, int], simpy.Event]] = []

    def slide(self, parcel: Parcel) -> simpy.Event:
        """The event gives the post, by number and as a server, once all that comes at this instant is there."""
        dealt = self._env.event()
        self._came_now.append((parcel.key, dealt))
        if len(self._came_now) == 1:
            deal = after(self._env, 0, Phase.MACHINE)
            assert deal.callbacks is not None
            deal.callbacks.append(self._deal)
        return dealt

    def leave(self) -> None:
        self._inside -= 1

    def _deal(self, _: simpy.Event) -> None:
        now = int(self._env.now)
        for _key, dealt in sorted(self._came_now, key=lambda came: came[0]):
            dealt.succeed(next(self._posts))
            self._inside += 1
            self.n_units += 1
        self._came_now = []
        first, stop = self._measured
        if first <= now < stop and self._inside > self.fullest:
            self.fullest, self.fullest_at = self._inside, now
