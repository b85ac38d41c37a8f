"""Effect of ten per cent more of each resource, just above the threshold of a design."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from experiments.designs.design import Design
from experiments.designs.what_if import UNITS, WhatIf
from experiments.formatting import number, resource
from experiments.frame.study import Kpis
from experiments.interval_text import with_interval
from experiments.report.key_names import configured
from experiments.statistics import Interval, mean_interval
from experiments.statistics.two_sources import paired_interval
from experiments.store.rows import column, interval, table
from experiments.studies.capacity.search import Search, blocked_h

cell = partial(with_interval, show=partial(number, digits=2))
_units = partial(configured, most=5)


def _with_unit(name: str) -> str:
    """Name of a resource, with its unit.

    >>> _with_unit("machines"), _with_unit("doors")
    ('sorting machines [parcels/h]', 'outbound dock doors')
    """
    return f"{resource(name)} [{UNITS[name]}]" if name in UNITS else resource(name)


@table("binding", "effect of 10 % more of each resource, just above the threshold", sort="scenario resource")
class Lift:
    """Effect of more of one resource on a scenario just above its threshold."""

    scenario: str = column("", "the scenario")
    resource: str = column("", "name of the resource", heading="more of", show=_with_unit)
    before: float = column(
        "see resource",
        "units; parcels/h of all machines together; m2 of floors and of the customs hold zone",
        heading="from",
        show=_units,
    )
    after: float = column("see resource", "with 10 % more (at least one unit)", heading="to", show=_units)
    lift: Interval = interval(
        "1",
        "share of late parcels that become on time, or of late exports if these are more; mean over replications",
        heading="of the late on time, %",
        show=lambda lift: with_interval(lift.scaled(100), partial(number, digits=1)),
        names="{field}{_end}",
    )
    n: int = column("1", "number of replications; 1: too small in the first to be simulated in others")
    n_simulated: int = column("1", "replications in which it blocked something; in the others the lift is 0")
    n_together: int = column(
        "1",
        "resources that got more in the same simulation, whose common lift it is; 1: this alone; 0: not simulated",
        heading="in a group of",
        show=lambda n: str(n) if n > 1 else "",
    )
    utilisation: float = column(
        "1", "time-average share in use before, mean", heading="used, %", show=lambda share: number(100 * share, 1)
    )
    blocked_h_per_day: float = column(
        "h/d",
        "for which it blocked others before, mean; NaN: not measured",
        heading="blocked, hours a day",
        show=lambda hours: "" if math.isnan(hours) else number(hours, 1),
    )
    is_binding: bool = column("", "has the highest lift")

    @property
    def step(self) -> str:
        """The simulated change: the new number instead of the old one."""
        after = f"{_units(self.after)} {UNITS.get(self.resource, '')}".rstrip()
        return f"{after} instead of {_units(self.before)}"

    @property
    def may_be_none(self) -> bool:
        """Whether the interval of the lift includes zero; False for one replication, which has no interval."""
        return self.lift.low is not None and self.lift.low <= 0


def lifts_shown(resources: Iterable[str], searches: Sequence[Search], kpis: Kpis) -> dict[str, list[float]]:
    """Lifts of each resource, from the replications that show them."""
    lifts = {name: [search.lift(name, kpis) for search in searches] for name in resources}
    known = {name: [lift for lift in of_name if lift is not None] for name, of_name in lifts.items()}
    return {name: of_name for name, of_name in known.items() if of_name}


def lifts_of(
    resources: Mapping[str, WhatIf], samples: Mapping[str, Sequence[float]], design: Design,
    searches: Sequence[Search], kpis: Kpis,
) -> Iterator[Lift]:  # fmt: skip
    """Lift of each resource that any replication shows."""
    befores = [kpis[search.key(search.above)] for search in searches]
    for name, lifts in samples.items():
        together = [search.together(name, kpis) for search in searches]
        yield Lift(
            design.label,
            name,
            resources[name].before,
            resources[name].after,
            mean_interval(lifts, possible=(-math.inf, 1.0)),
            len(lifts),
            sum(bool(group) for group in together),
            max(map(len, together), default=0),
            mean_interval([before[f"utilisation_{name}"] for before in befores]).mean,
            mean_interval([blocked_h(name, before) or 0.0 for before in befores]).mean,
            is_binding=False,
        )


def best_of(lifts: Sequence[Lift]) -> Lift | None:
    """The resource with the highest lift among those known in every replication."""
    n = max((row.n for row in lifts), default=0)
    return next((row for row in lifts if row.n == n), None)


def rivals_of(best: Lift | None, samples: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Resources, simulated in as many replications, whose lift may be as high by paired comparison."""
    for name, lifts in samples.items():
        if best is not None and name != best.resource and len(lifts) == best.n > 1 and any(lifts):
            lead = paired_interval(samples[best.resource], lifts)
            if lead.low is not None and lead.low <= 0:
                yield name
