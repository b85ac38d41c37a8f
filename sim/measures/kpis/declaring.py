"""How a KPI is declared: by one decorator, above the function that computes it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.measures.window import Window
from sim.record.recorder import Recorder
from sim.record.schemas import Table

T = TypeVar("T")

MORE: Final = True
LESS: Final = False
NEITHER: Final = None
"""Directions: more is better, less is better, or neither."""


class Measured:
    """A replication whose KPIs are computed."""

    def __init__(self, config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> None:
        self.config, self.inputs, self.record, self.tables = config, inputs, record, tables
        self.window = Window(inputs)
        self.shared: dict[Callable[[Measured], Any], Any] = {}
        """The results of `shared` functions."""

    def h_per_day(self, table: str, since: str, until: str) -> float:
        """Time between two instants of a table's rows, in the measured days [h/d]."""
        rows = self.tables[table]
        return self.window.hours(rows[since], rows[until]) / self.window.days

    def total(self, table: str, column: str, instant: str) -> float:
        """Sum of a column over a table's rows whose instant lies in the measured days."""
        rows = self.tables[table]
        return float(rows[column][self.window.covers(rows[instant])].sum())


def shared(function: Callable[[Measured], T]) -> Callable[[Measured], T]:
    """A value that several KPIs use: computed once in a replication, when it is first needed."""

    @wraps(function)
    def once(run: Measured) -> T:
        if function not in run.shared:
            run.shared[function] = function(run)
        value: T = run.shared[function]
        return value

    return once


class Rank(IntEnum):
    """Where a KPI is shown, in addition to `--json`, the tables and the page's list of all KPIs."""

    DETAIL = 0
    SUMMARY = 1
    """In the differences on the terminal, if its group is part of a design; of recovery and money, also at a glance."""
    HEADLINE = 2
    """Also at a glance: in the terminal, and in the page's first table."""


@dataclass(frozen=True, slots=True)
class Kpi:
    name: str
    unit: str
    meaning: str
    label: str
    """Name for a reader, without the unit."""
    group: "Group"
    rank: Rank
    more_is_better: bool | None
    """None: neither."""
    range: tuple[float, float]
    """Lowest and highest possible value; intervals stay within them."""
    bound_if: tuple[str, float] | None
    """The KPI is only a lower bound if the mean of another KPI is above a limit: name and limit; None: never."""
    is_symmetric: bool
    """Whether a share scatters as far to its good end as away from it; others are rarely far from that end."""
    compute: Callable[[Any], float]
    """The function of a replication as its group knows it: `Measured` for KPIs of the hub."""

    @property
    def good_end(self) -> float | None:
        """The end of its range to which a share is usually close, and rarely far from it; None: no such end."""
        is_share = self.unit == "1" and not self.is_symmetric
        return float(self.more_is_better) if is_share and self.more_is_better is not None else None

    def reads_more_than(self, mean_of: Callable[[str], float]) -> bool:
        """Whether it is only a lower bound; `mean_of` gives the mean of another KPI."""
        return self.bound_if is not None and mean_of(self.bound_if[0]) > self.bound_if[1]

    def __call__(self, run: Any) -> float:  # noqa: ANN401 - as `compute`
        return self.compute(run)


Family = dict[str, Kpi]
"""KPIs of one function, by member: a role, a resource, an operation."""


@dataclass(frozen=True, slots=True)
class Group:
    """KPIs of one part of the hub, which are shown together."""

    name: str
    is_in: Callable[[HubConfig], bool] = lambda _: True
    """Whether a hub has this part."""

    def kpi(
        self,
        unit: str,
        more_is_better: bool | None,  # noqa: FBT001 - MORE, LESS or NEITHER
        label: str = "",
        *,
        rank: Rank = Rank.DETAIL,
        range: tuple[float, float] | None = None,  # noqa: A002 - the field that it fills
        bound_if: tuple[str, float] | None = None,
        is_symmetric: bool = False,
    ) -> Callable[[Callable[[Any], float]], Kpi]:
        """Declare the decorated function as a KPI of its name; its docstring is the meaning.

        Without a range, a share lies between 0 and 1, and all other KPIs are at least 0.
        """
        possible = range or (0.0, 1.0 if unit == "1" else math.inf)

        def declare(compute: Callable[[Any], float]) -> Kpi:
            name, meaning = compute.__name__, " ".join((compute.__doc__ or "").split())
            shown = label or plain_label(name)
            how = (self, rank, more_is_better, possible, bound_if, is_symmetric)
            return Kpi(name, unit, meaning, shown, *how, compute)

        return declare

    def family(
        self,
        name: str,
        members: Mapping[str, tuple[str, str]],
        unit: str,
        more_is_better: bool | None,  # noqa: FBT001 - as of `kpi`
        ranks: Mapping[str, Rank] = MappingProxyType({}),
        ranges: Mapping[str, tuple[float, float]] = MappingProxyType({}),
    ) -> Callable[[Callable[[Measured, str], float]], Family]:
        """Declare a KPI for each member, whose name replaces `{}`; `members` has the meaning and label of each."""

        def declare(compute: Callable[[Measured, str], float]) -> Family:
            def of(member: str) -> Kpi:
                def of_member(run: Measured) -> float:
                    return compute(run, member)

                of_member.__name__ = name.format(member)
                of_member.__doc__, label = members[member]
                rank = ranks.get(member, Rank.DETAIL)
                return self.kpi(unit, more_is_better, label, rank=rank, range=ranges.get(member))(of_member)

            return {member: of(member) for member in members}

        return declare


def declared(*themes: object) -> dict[str, Kpi]:
    """All KPIs that modules declare, by name, in the order of the modules and of their lines."""
    items = [item for theme in themes for item in vars(theme).values()]
    kpis = [kpi for item in items for kpi in (item.values() if isinstance(item, dict) else [item])]
    return {kpi.name: kpi for kpi in kpis if isinstance(kpi, Kpi)}


def plain_label(name: str) -> str:
    """A label made from a name.

    >>> plain_label("tug_blocked_h_per_day")
    'Tug blocked'
    """
    plain = name.replace("_h_per_day", "").replace("_per_day", "").replace("_share", "").removesuffix("_h")
    return plain.replace("_", " ").capitalize()
