"""Flows by place and interval, and posts manned, as columns of their tables."""

from collections.abc import Iterator

import numpy as np

from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.record.flow_schemas import CHUTE, LANE, MACHINE
from sim.record.recorder import Recorder
from sim.record.schemas import Columns
from sim.units import NEVER

_FLOW = ("number", "machine", "route", "time", "n_came", "n_left")
Steps = tuple[str, int, int, list[int], list[int]]
"""Kind of post, hall, machine, instants [ticks] and posts from each on."""


def flow_columns(inputs: Inputs, record: Recorder) -> Columns:
    """Places and intervals in which something comes or leaves."""
    parts: dict[str, list[object]] = {name: [] for name in ("place", "hall", *_FLOW)}
    for (place, hall), tally in record.flows.items():
        number, interval = np.nonzero(tally.came | tally.left)
        time = np.minimum((interval + 1) * inputs.flow_width, inputs.end)
        machine, route = _of_place(inputs.site, place, number)
        values = number, machine, route, time, tally.came[number, interval], tally.left[number, interval]
        for name, part in zip(_FLOW, values, strict=True):
            parts[name].append(part)
        parts["place"].append(np.full(len(number), place))
        parts["hall"].append(np.full(len(number), hall))
    return {name: np.concatenate(part) if part else [] for name, part in parts.items()}  # type: ignore[arg-type]


def _of_place(site: Site, place: str, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Machine and route of places (N)."""
    none = np.full_like(number, NEVER)
    if place == CHUTE:
        machine, route = np.divmod(number, site.n_routes)
        return machine, route
    return (number if place == MACHINE else none), (number if place == LANE else none)


def manning_columns(inputs: Inputs) -> Columns:
    """Every step of every kind of post before the end."""
    rows = [
        (kind, hall, machine, since, n)
        for kind, hall, machine, start, posts in _steps(inputs.site)
        for since, n in zip(start, posts, strict=True)
        if since < inputs.end
    ]
    names = ("kind", "hall", "machine", "since", "n_posts")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _steps(site: Site) -> Iterator[Steps]:
    places = [(NEVER, site.apron.manning), *((number, hall.manning) for number, hall in enumerate(site.halls))]
    for number, manning in places:
        for kind, steps in manning.items():
            if kind != "inductions":  # by machine below, with its outages
                yield kind, number, NEVER, list(steps.start), list(steps.posts)
    for number, hall in enumerate(site.halls):
        for machine, calendar in enumerate(hall.calendars):
            yield "inductions", number, machine, calendar.start.tolist(), calendar.slope.tolist()
