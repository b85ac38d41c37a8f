"""A hub's results in a week by its load: simulated at a few loads, and interpolated between them.

A week is a hub and its flights a day. Equal weeks of different years, paths and futures are the same run. Each hub is
simulated only at those loads of `expansion.loads` that a week needs, always with the same flights, parcels and draws
(fewer flights are always among more). The load is the parcels over what the machines can sort. Hubs with several
simultaneous effects are not simulated: the changes by each effect alone, at the same load, are added.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.designs.design import Design
from experiments.money.accounts import WAGES, Rostered, activity, annual_lines
from experiments.money.assets import Line
from experiments.money.prices import Labour, Paid
from experiments.replications.stability import Stability
from experiments.report.sections import sentence_of
from experiments.studies.expansion.design import Expansion
from experiments.studies.expansion.hubs import flights_at
from sim.errors import ConfigError
from sim.inputs.traffic import at_demand
from sim.measures.kpis import KPIS
from sim.units import Numbers

WEEKS: Final = (2 / 3, 1 / 3)
"""Shares of a quarter for which the representative and the peak week stand: two months and one."""
_PER_PARCEL: Final = re.compile(r"_share$|_share_from_|_mean_|_p95_|_per_t$")
"""Names of KPIs that are shares or means of parcels, flights, trucks or goods, not of time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures that years take from weeks: accounting lines, then KPIs, then labour costs under other ways of paying."""

    lines: tuple[str, ...]
    kpis: tuple[str, ...]
    paid: tuple[Paid, ...] = ()
    """Ways of paying labour."""

    @property
    def n(self) -> int:
        return len(self.lines) + len(self.kpis) + len(self.paid)

    def place(self, kpi: str) -> int:
        return len(self.lines) + self.kpis.index(kpi)

    @property
    def per_parcel(self) -> NDArray[np.bool_]:
        """Whether a KPI's mean over weeks is weighted by parcels rather than days (n_kpis)."""
        return np.array([bool(_PER_PARCEL.search(kpi)) for kpi in self.kpis], dtype=bool)


def week_indices(month_index: Sequence[float]) -> Numbers:
    """Index of each quarter's representative and peak week, relative to the year's mean (4, 2).

    The peak week is in the quarter's busiest month; the representative week is the mean of the other two months. The
    quarter's mean is therefore that of its months.
    """
    months = np.array(month_index).reshape(4, 3)
    peak = months.max(axis=1)
    return np.stack([(months.sum(axis=1) - peak) / 2, peak], axis=1)


def node_label(hub: str, load: float) -> str:
    return f"{hub} @ {load:g}"


@dataclass(frozen=True, slots=True)
class Node(Design):
    """A hub at a load."""

    rostered: Rostered


def at_load(design: Design, load: float) -> Node:
    hub = at_demand(design.hub, rounded(flights_at(design.hub, 1.0) * load))
    return Node(node_label(design.label, load), hub, Rostered(hub))


def rounded(value: float) -> float:
    """Rounded to six digits for output."""
    return float(f"{value:.6g}")


class Curves:
    """Hubs by number, and their results: (hub, load, replication, measure); NaN: not yet simulated."""

    def __init__(self, designs: Sequence[Design], settings: Expansion, measured: Measured, replications: int) -> None:
        self.labels = {design.label: number for number, design in enumerate(designs)}
        self.designs, self.measured, self._cost = designs, measured, settings.cost
        self.loads: Numbers = np.array(settings.loads)
        self.full = np.array([flights_at(design.hub, 1.0) for design in designs])
        """Flights a day at load 1 (n_hubs)."""
        self.stability: dict[str, Stability] = {}
        """Stability of each hub at each simulated load, by the label of the run."""
        shape = len(designs), len(settings.loads), replications, measured.n
        self.values: Numbers = np.full(shape, math.nan)
        self._composed = {
            self.labels[label]: [self.labels[part] for part in parts]
            for label, *parts in settings.states.values()
            if parts
        }
        """For hubs that are not simulated: the plain hub, and those with each effect alone."""

    def node(self, hub: int, load: int) -> Node:
        return at_load(self.designs[hub], self.loads[load])

    def put(self, hub: int, load: int, rostered: Rostered, of_replications: Sequence[Mapping[str, float]]) -> None:
        for replication, kpis in enumerate(of_replications):
            lines = self._lines(rostered, kpis, self._cost.labour)
            assert tuple(line.name for line in lines) == self.measured.lines
            self.values[hub, load, replication] = [
                *(line.eur for line in lines),
                *(kpis[kpi] for kpi in self.measured.kpis),
                *(self._wages(rostered, kpis, paid) for paid in self.measured.paid),
            ]

    def _wages(self, rostered: Rostered, kpis: Mapping[str, float], paid: Paid) -> float:
        """Annual labour cost with this way of paying [EUR], negative."""
        lines = self._lines(rostered, kpis, replace(self._cost.labour, paid=paid))
        return sum(line.eur for line in lines if line.name in WAGES)

    def _lines(self, rostered: Rostered, kpis: Mapping[str, float], labour: Labour) -> tuple[Line, ...]:
        return annual_lines(rostered.config, activity(rostered, kpis, labour), self._cost)

    def compose(self) -> None:
        """Fill in results of hubs that are combined from others; shares stay between 0 and 1."""
        for hub, (plain, *alone) in self._composed.items():
            composed = self.values[alone].sum(axis=0) - (len(alone) - 1) * self.values[plain]
            for at, kpi in enumerate(self.measured.kpis, start=len(self.measured.lines)):
                composed[..., at] = composed[..., at].clip(*KPIS[kpi].range)
            self.values[hub] = composed

    def missing(self, hubs: NDArray[np.intp], flights: Numbers) -> set[tuple[int, int]]:
        """Hubs and loads that these weeks need and that are not simulated; `hubs` and `flights` have the same shape."""
        at, _ = self._place(hubs, flights)
        nodes: set[tuple[int, int]] = set()
        for step in (0, 1):
            gone = np.isnan(self.values[hubs, at + step, 0, 0])
            nodes |= set(zip(hubs[gone].tolist(), (at + step)[gone].tolist(), strict=True))
        runs = {(part, load) for hub, load in nodes for part in self._composed.get(hub, [hub])}
        return {(hub, load) for hub, load in runs if np.isnan(self.values[hub, load, 0, 0])}

    def weeks(self, hubs: NDArray[np.intp], flights: Numbers) -> Numbers:
        """Results of weeks: (*shape of hubs, n_replications, n_measures); lines as EUR a year."""
        at, above = self._place(hubs, flights)
        weight = above[..., None, None]
        low, high = self.values[hubs, at], self.values[hubs, at + 1]
        return np.asarray(np.where(weight == 0, low, low + weight * (high - low)), dtype=np.float64)

    def _place(self, hubs: NDArray[np.intp], flights: Numbers) -> tuple[NDArray[np.intp], Numbers]:
        """The load below, and the relative position between it and the next."""
        load = flights / self.full[hubs]
        if load.size and (load.min() < self.loads[0] or load.max() > self.loads[-1]):
            worst = load.min() if load.min() < self.loads[0] else load.max()
            where = list(self.labels)[int(np.broadcast_to(hubs, load.shape)[load == worst].flat[0])]
            low, *_, high = self.loads
            raise ConfigError(sentence_of("loads_too_narrow", low=low, high=high, where=where, worst=worst))
        at = np.clip(np.searchsorted(self.loads, load, side="right") - 1, 0, len(self.loads) - 2)
        return at, (load - self.loads[at]) / (self.loads[at + 1] - self.loads[at])


def quarter_means(weeks: Numbers, flights: Numbers, measured: Measured) -> Numbers:
    """Means over the weeks of a quarter, by days or by parcels: (…, 2, R, M) to (…, R, M); `flights`: (…, 2)."""
    days = np.broadcast_to(np.array(WEEKS), flights.shape)
    parcels = days * flights
    parcels = parcels / parcels.sum(axis=-1, keepdims=True)
    by_parcel = np.zeros(measured.n, dtype=bool)
    by_parcel[len(measured.lines) :][: len(measured.kpis)] = measured.per_parcel
    weight = np.where(by_parcel, parcels[..., None, None], days[..., None, None])
    return np.asarray((weight * weeks).sum(axis=-3), dtype=np.float64)


def check_loads(settings: Expansion, month_index: Iterable[float]) -> None:
    """Refuse loads below that of the busiest week of a hub that operates all it accepts.

    Raises:
        ConfigError: this load is above the last.
    """
    busiest = settings.accept_load * max(month_index)
    if settings.loads[-1] < busiest:
        raise ConfigError(sentence_of("loads_below_busiest", busiest=busiest, last=settings.loads[-1]))
