"""A machine's chute of one route or several, and its packers (rules 36 to 38, and 56)."""

from collections.abc import Sequence
from itertools import count, cycle

import simpy

from sim.domain.site import Hall, Packers
from sim.processes.phases import Phase, after, at, call
from sim.reference.machine import Machine
from sim.reference.records import Parcel, Steps
from sim.rules import packers
from sim.units import NEVER


class Chute:
    """Assigns parcels in a chute in the order (instant, parcel), and records when the chute was fullest."""

    def __init__(self, env: simpy.Environment, second_sort: int, measured: tuple[int, int]) -> None:
        """`second_sort`: time to sort each parcel before it is packed."""
        self._env = env
        self._second_sort = second_sort
        self._measured = measured
        self.n_units = 0
        self.fullest = 0
        self.fullest_at = NEVER
        self.inside = 0
        self._came_now: list[tuple[tuple[int, int], Parcel, simpy.Event]] = []

    def pack(self, parcel: Parcel) -> Steps:
        raise NotImplementedError

    def need(self, parcel: Parcel) -> int:
        """Time of one packer to sort and pack a parcel."""
        return self._second_sort + parcel.packing

    def deal(self, _: Parcel) -> object:
        """Assign the next parcel in the order: returns who packs it."""
        raise NotImplementedError

    def _slide(self, parcel: Parcel) -> simpy.Event:
        """The event's value is who packs the parcel, once all parcels of this instant have arrived."""
        dealt = self._env.event()
        self._came_now.append((parcel.key, parcel, dealt))
        if len(self._came_now) == 1:
            call(after(self._env, 0, Phase.MACHINE), self._deal)
        return dealt

    def _deal(self, _: simpy.Event) -> None:
        now = int(self._env.now)
        for _key, parcel, dealt in sorted(self._came_now, key=lambda came: came[0]):
            dealt.succeed(self.deal(parcel))
            self.inside += 1
            self.n_units += 1
        self._came_now = []
        first, stop = self._measured
        if first <= now < stop and self.inside > self.fullest:
            self.fullest, self.fullest_at = self.inside, now


class DedicatedChute(Chute):
    """A chute with its own posts, which take its parcels in turn."""

    def __init__(
        self,
        env: simpy.Environment,
        second_sort: int,
        measured: tuple[int, int],
        posts: list[tuple[int, Machine]],
        of_hall: int,
    ) -> None:
        super().__init__(env, second_sort, measured)
        self._posts = cycle(posts)
        self._of_hall = of_hall

    def deal(self, _: Parcel) -> tuple[int, Machine]:
        return next(self._posts)

    def pack(self, parcel: Parcel) -> Steps:
        number, post = yield self._slide(parcel)
        begin, end = yield post.arrive(parcel, self.need(parcel) * self._of_hall)
        parcel.pack_begin, parcel.post = begin, number
        yield at(self._env, end)
        self.inside -= 1


class SharedChute(Chute):
    """A chute whose packers pack its parcels together, one after the other."""

    def __init__(self, env: simpy.Environment, second_sort: int, measured: tuple[int, int]) -> None:
        super().__init__(env, second_sort, measured)
        self.packers = 0
        self._work = 0
        """Work done, or idled away, by `_since` [packer-ticks]."""
        self._since = 0
        self._free = 0
        """When the last parcel is packed, in work."""
        self._changed = env.event()

    def send(self, packers: int) -> None:
        """From now on this many packers work here."""
        self._work, self._since, self.packers = self._done(), int(self._env.now), packers
        self._changed.succeed()
        self._changed = self._env.event()

    def deal(self, parcel: Parcel) -> int:
        begin = max(self._done(), self._free)
        self._free = begin + self.need(parcel)
        return begin

    def pack(self, parcel: Parcel) -> Steps:
        begin = yield self._slide(parcel)
        # Whether packers work on from this instant is known once packers have been sent.
        yield at(self._env, int(self._env.now), Phase.BUILD_UP)
        while self._done() < begin or (self._done() == begin and not self.packers):
            yield self._changed | self._reach(begin, Phase.BUILD_UP)
        parcel.pack_begin = int(self._env.now)
        while self._done() < begin + self.need(parcel):
            yield self._changed | self._reach(begin + self.need(parcel), Phase.PHYSICAL)
        self.inside -= 1

    def _done(self) -> int:
        return self._work + self.packers * (int(self._env.now) - self._since)

    def _reach(self, work: int, phase: Phase) -> simpy.Event:
        """When the present packers will have done this work, above the work done so far; never if there are none."""
        if not self.packers:
            return self._env.event()
        return after(self._env, -((self._done() - work) // self.packers), phase)


def send_packers(
    env: simpy.Environment, rule: Packers, choose: packers.Rule, hall: Hall, chutes: Sequence[SharedChute]
) -> Steps:
    """Send packers from chute to chute at every look (rule 56)."""
    start, slope = hall.packout_calendar.start.tolist(), hall.packout_calendar.slope.tolist()
    here = [0] * len(chutes)
    for look in count():
        yield at(env, look * rule.look, Phase.ROUND)
        manned = next(n for since, n in reversed([*zip(start, slope, strict=True)]) if since <= env.now)
        is_review = look * rule.look % rule.review == 0
        units = [chute.inside for chute in chutes]
        sent = choose(units, here, manned, enough=rule.enough, is_review=is_review)
        for chute, before, now in zip(chutes, here, sent, strict=True):
            chute.send(min(before, now))
        yield after(env, rule.walk, Phase.ROUND)
        for chute, now in zip(chutes, sent, strict=True):
            chute.send(now)
        here = sent
