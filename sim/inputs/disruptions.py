"""The disruptions of a replication: their instants, and their effects on a site."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sim.config import HubConfig
from sim.config.disruptions import Disruption, Span
from sim.domain.inputs import Happening
from sim.domain.site import MachineCalendar, Manning
from sim.inputs.roster import Absence
from sim.streams import Streams
from sim.units import ticks


class Disturbances:
    """The disruptions of a replication, with the spans in which they are active, drawn or configured."""

    def __init__(self, config: HubConfig, streams: Streams) -> None:
        self._end = ticks(config.end_min)
        self.clock = config.clock
        self._spans: Mapping[str, list[tuple[Span, Disruption]]] = {
            name: [(span, disruption) for span in disruption.spans(name, config, streams, self._end)]
            for name, disruption in config.disruptions.items()
        }

    def __iter__(self) -> Iterator[tuple[Span, Disruption]]:
        """All disruptions, by start and end."""
        spans = [entry for of_name in self._spans.values() for entry in of_name]
        return iter(sorted(spans, key=lambda entry: entry[0]))

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """The begin and end of each disruption that is active in the run."""
        return tuple(
            Happening(name, disruption.kind, begin, until, disruption.is_drawn)
            for name, spans in self._spans.items()
            for (begin, until), disruption in spans
            if until > 0 and begin < self._end
        )

    @property
    def closures(self) -> tuple[Span, ...]:
        """When the runway is closed."""
        return merged(span for span, disruption in self if disruption.closes_runway)

    @property
    def absences(self) -> tuple[Absence, ...]:
        return tuple(Absence(*span, *staff) for span, disruption in self if (staff := disruption.staff()) is not None)

    def stopped(self, calendar: MachineCalendar, hall: str, machine: int) -> MachineCalendar:
        """A machine's calendar with the outages of disruptions; `machine` is its number from 0 in its hall."""
        stops = merged(span for span, disruption in self if disruption.stops(hall, machine + 1))
        if not stops:
            return calendar
        edges = np.array([max(0, at) for span in stops for at in span], dtype=np.int64)
        start = np.union1d(calendar.start, edges)
        slope = calendar.slope[np.searchsorted(calendar.start, start, side="right") - 1]
        for begin, end in stops:
            slope[(begin <= start) & (start < end)] = 0
        return MachineCalendar(start, slope)

    def working(self, manning: Manning | None, equipment: str, units: int) -> Manning | None:
        """Loader sets or tugs that work while some are broken down, and those on the roster; None: always all.

        Those that work are the `units` that are up, and at most those manned. From the run's end on all work.
        """
        down = [
            (max(0, begin), min(until, self._end), n)
            for (begin, until), disruption in self
            if (n := disruption.takes(equipment))
        ]
        if not down:
            return manning
        rostered = manning or Manning((0,), (units,))
        edges = sorted({*rostered.start, *(at for begin, until, _ in down for at in (begin, until))})
        steps: list[tuple[int, int, int]] = []
        for at in edges:
            away = sum(n for begin, until, n in down if begin <= at < until)
            manned = rostered.posts[int(np.searchsorted(rostered.start, at, side="right")) - 1]
            working = max(0, min(manned, units - away))
            if not steps or steps[-1][1:] != (working, manned):
                steps.append((at, working, manned))
        return Manning(*zip(*steps, strict=True))


def merged(intervals: Iterable[Span]) -> tuple[Span, ...]:
    """The same intervals merged, ascending and separate.

    >>> merged([(5, 7), (1, 3), (2, 5)])
    ((1, 7),)
    """
    spans: list[Span] = []
    for begin, end in sorted(intervals):
        if spans and begin <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((begin, end))
    return tuple(spans)
