"""How wrong an assumption must be before a row leaves its band: computed row by row, without simulation."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from experiments.designs.design import Design
from experiments.designs.varying import changed, scaled, value_of
from experiments.report import public_hubs
from experiments.report.public_hubs import Case
from experiments.store.rows import column, table
from experiments.studies.validate.result import planned_rows
from sim.errors import ConfigError

_STEPS: Final = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0)
_HALVINGS: Final = 4


def _factor(value: float) -> str:
    return "–" if math.isnan(value) else f"×{value:.2f}"


@table("validation_power", "factor on an assumption at which the first row leaves its band", sort="key")
class Noticed:
    """An assumption, and the factor at which the first row leaves its band."""

    key: str = column("", "key of the assumption", heading="assumption")
    up: float = column("1", "factor above 1 at which a row leaves its band; NaN: none", heading="up", show=_factor)
    up_row: str = column("", "the row that leaves first, or why none does", heading="first row")
    down: float = column("1", "factor below 1 at which a row leaves its band; NaN: none", heading="down", show=_factor)
    down_row: str = column("", "the row that leaves first, or why none does", heading="first row, down")


def noticed(designs: Sequence[Design]) -> list[Noticed]:
    """Each assumption that `public_hubs.yaml` lists, multiplied in all hubs by the same factor."""
    of_hubs, planned = _by_case(public_hubs.rows(designs[0].hub)), planned_rows(designs)
    has_roster = any(row.within for row in planned if row.case not in of_hubs)
    inside = [case for case, row in (_by_case(planned) if has_roster else of_hubs).items() if row.within]
    return [_of_key(designs, key, inside, has_roster=has_roster) for key in public_hubs.power_keys()]


def _by_case(rows: Iterable[Case]) -> dict[str, Case]:
    return {row.case: row for row in rows}


def _of_key(designs: Sequence[Design], key: str, inside: Collection[str], *, has_roster: bool) -> Noticed:
    """One assumption. `inside`: rows within their bands if it is unchanged."""

    def rows(factor: float) -> dict[str, Case]:
        varied = [_multiplied(design, key, factor) for design in (designs if has_roster else designs[:1])]
        return _by_case(planned_rows(varied, designs) if has_roster else public_hubs.rows(varied[0].hub))

    up, up_row = _first(rows, inside, lambda step: step)
    down, down_row = _first(rows, inside, lambda step: 1 / step)
    return Noticed(key, up, up_row, down, down_row)


def _first(
    rows: Callable[[float], dict[str, Case]], inside: Collection[str], factor: Callable[[float], float]
) -> tuple[float, str]:
    """The smallest step at which a row leaves its band, and the row."""

    def left(step: float) -> list[str]:
        now = rows(factor(step))
        return [case for case in inside if case in now and not now[case].within]

    inner = 1.0
    for outer in _STEPS:
        try:
            gone = left(outer)
        except ConfigError:
            return math.nan, f"none up to ×{factor(inner):.2f} without a simulation; ×{factor(outer):.2f} is invalid"
        if gone:
            break
        inner = outer
    else:
        return math.nan, f"none up to ×{factor(inner):.2g} without a simulation"
    for _ in range(_HALVINGS):
        middle = math.sqrt(inner * outer)
        if now := left(middle):
            outer, gone = middle, now
        else:
            inner = middle
    return factor(outer), min(gone)


def _multiplied(design: Design, key: str, factor: float) -> Design:
    now = value_of(design.hub, key)
    return Design(design.label, changed(design.hub, scaled(design.hub, {key: 1.0}, _rounded(now, now * factor))))


def _rounded(now: float, value: float) -> float:
    """The value, a whole number if the present one is whole."""
    return round(value) if isinstance(now, int) else value
