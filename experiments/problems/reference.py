"""Reference solutions: every design of an instance simulated, by `cargohub problems NAME reference=N`."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache, cached_property
from math import inf, isinf

from experiments.composition import packaged
from experiments.problems.instance import Design, Instance, Observed
from experiments.statistics.interval import Interval, mean_interval
from sim.csv_rows import csv_text

FILE = "problems_reference.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """A design with its means over n replications, and the half-widths of their 95 % intervals."""

    instance: str
    hash: str
    design: str
    n: int
    objective: float
    objective_half_width: float
    held: float
    held_half_width: float

    @property
    def held_interval(self) -> Interval:
        """Mean of the constraint's KPI with its bounds, within 0 and 1."""
        half = self.held_half_width
        if isinf(half):
            return Interval(self.held, None, None, self.n)
        return Interval(self.held, self.held - half, self.held + half, self.n).within(0.0, 1.0)


@dataclass(frozen=True)
class Reference:
    """All simulated designs of an instance."""

    instance: Instance
    rows: Mapping[Design, Row]

    @property
    def is_current(self) -> bool:
        """Whether the solutions are those of the instance as now defined."""
        return all(row.hash == self.instance.hash for row in self.rows.values())

    @property
    def feasible(self) -> list[Design]:
        """Designs whose mean meets the constraint."""
        return [design for design, row in self.rows.items() if row.held >= self.instance.target]

    @cached_property
    def best(self) -> Design:
        """The feasible design with the smallest objective."""
        return min(self.feasible, key=lambda design: (self.rows[design].objective, design))

    @property
    def may_miss(self) -> bool:
        """Whether the interval of the best design's constraint includes values below the target."""
        best = self.rows[self.best]
        return best.held - best.held_half_width < self.instance.target

    @property
    def ties(self) -> int:
        """Other designs that may be the best, by their intervals of objective and constraint."""
        best = self.rows[self.best]
        most = best.objective + best.objective_half_width
        return -1 + sum(
            row.objective - row.objective_half_width <= most and row.held + row.held_half_width >= self.instance.target
            for row in self.rows.values()
        )

    @cached_property
    def dearest(self) -> float:
        """The largest objective of all designs."""
        return max(row.objective for row in self.rows.values())

    def gap(self, design: Design) -> float:
        """Extra cost over the best, as a share; a design that misses the constraint counts as the dearest."""
        is_feasible = self.rows[design].held >= self.instance.target
        return (self.rows[design].objective if is_feasible else self.dearest) / self.rows[self.best].objective - 1


def rows_of(instance: Instance, samples: Mapping[Design, Sequence[Observed]]) -> Iterator[Row]:
    """Means and intervals of the simulated designs."""
    for design, sample in samples.items():
        objective, held = (mean_interval([each[at] for each in sample]) for at in (0, 1))
        half = [_half(objective), _half(held)]
        written = " ".join(map(str, design))
        yield Row(instance.name, instance.hash, written, len(sample), objective.mean, half[0], held.mean, half[1])


def as_csv(rows: Sequence[Row]) -> str:
    return csv_text([[each.name for each in fields(Row)], *(map(_text, astuple(row)) for row in rows)])


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _half(interval: Interval) -> float:
    half = interval.half_width
    return inf if half is None else half


@cache
def _all_rows() -> Mapping[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    with (packaged() / FILE).open(encoding="utf-8", newline="") as file:
        for each in csv.DictReader(file):
            numbers = [float(each[name]) for name in ("objective", "objective_half_width", "held", "held_half_width")]
            row = Row(each["instance"], each["hash"], each["design"], int(each["n"]), *numbers)
            rows.setdefault(row.instance, []).append(row)
    return rows


def reference_of(instance: Instance) -> Reference:
    """The packaged reference of an instance."""
    rows = _all_rows().get(instance.name, ())
    return Reference(instance, {tuple(map(int, row.design.split())): row for row in rows})
