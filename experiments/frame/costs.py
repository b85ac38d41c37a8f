"""Costs of designs: KPIs of money, savings against the first design, and prices with their sources."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.assumptions import explained
from experiments.assumptions.leaves import is_number, leaves
from experiments.composition import compose, packaged
from experiments.formatting import signed
from experiments.frame.console import tested_object
from experiments.interval_text import with_interval
from experiments.money.kpis import KPIS, MONEY, names
from experiments.money.prices import Prices
from experiments.replications.summing import Outcome
from experiments.report.run_numbers import kpi_grid
from experiments.report.sections import Section, heading_of, section, sentence_of
from experiments.report.sentences import means_of, significance
from experiments.report.stored_designs import NamedDesign
from experiments.statistics.family import Statement
from experiments.statistics.interval import Values
from experiments.store.rows import Grid, interval_object
from sim.config import HubConfig
from sim.config.disruptions import Spell
from sim.reading import plain

_GROUP: Final = "cost"
_YEAR: Final = "cost_eur_per_year"
_CAPITAL: Final = "capital_eur_per_year"
_OWN: Final = "own"
"""Kind of a price that differs from the packaged one."""
_MOST_ACROSS: Final = 6
"""Largest number of designs side by side; more have a row each, because paper cuts what is wider."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price. `kind`: its kind in configs/assumptions, with the source or reason."""

    key: str
    value: Any
    kind: str
    source: str

    @property
    def text(self) -> str:
        return f"{self.value:,.10g}" if is_number(self.value) else str(self.value)


def prices_of(prices: Prices) -> list[Price]:
    """The prices of a run, each with its source; the year is reported with them."""
    known, given = (_values({_GROUP: document}) for document in (compose()[_GROUP], plain(prices)))
    about = explained(given, [packaged()])
    return [
        Price(key, value, *((about[key].kind.value, about[key].source) if known.get(key) == value else typed))
        for typed in [(_OWN, sentence_of("own_price"))]
        for key, value in given.items()
        if key != f"{_GROUP}.year"
    ]


def _values(document: object) -> dict[str, Any]:
    """Prices by key; a list of texts is one value."""
    values: dict[str, Any] = {}
    for key, value in leaves(document):
        name = re.sub(r"\.\d+$", "", key)
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def savings(outcome: Outcome, titles: Mapping[str, str]) -> Iterator[Grid]:
    """Savings of each design against the first, one design a row; none if there is only one design."""
    rows = tuple(
        (title, _saved(statements[_YEAR]), significance(statements[_YEAR]), _saved(statements[_CAPITAL]))
        for label, title in titles.items()
        if (statements := outcome.differences.get(label))
    )
    if rows:
        family = heading_of(f"family_{outcome.family}") if outcome.n > 1 else means_of(outcome.n)
        caption = sentence_of("saved", first=titles[outcome.designs[0].label], family=family)
        yield Grid(caption, ("Design", "Running cost [EUR]", "Tested", "Capital [EUR]"), rows)


def _saved(difference: Statement) -> str:
    return with_interval(difference.interval.scaled(-1), signed)


def prices_line(prices: Prices, hubs: Iterable[HubConfig]) -> str:
    kinds = [price.kind for price in prices_of(prices)]
    typed = sentence_of("own_prices", n=n) if (n := kinds.count(_OWN)) else ""
    counts = {kind: kinds.count(kind) for kind in ("sourced", "assumption")}
    happens_once = any(isinstance(what, Spell) for hub in hubs for what in hub.disruptions.values())
    text = sentence_of("prices", year=prices.year, own=typed, **counts)
    return f"{text} {sentence_of('disrupted_year')}" if happens_once else text


def cost_section(
    grids: Sequence[Grid], designs: Sequence[NamedDesign], values: Values, prices: Prices, line: str
) -> Section:
    """The section of a page with KPIs of money, savings, and prices with their sources; `line`: that of the prices."""
    rows = tuple((price.key, price.text, price.kind, price.source) for price in prices_of(prices))
    listed = Grid("", ("Price", "Value", "Kind", "Source"), rows, 4)
    money = kpi_grid(designs, values, names(group=MONEY))
    if len(designs) > _MOST_ACROSS:
        money = _down(money)
    parts = [Section(heading_of("prices"), grids=[listed])]
    return section("money", text=[line], grids=[money, *grids], parts=parts)


def _down(grid: Grid) -> Grid:
    """A table of KPIs with a row for each design."""
    heads = (f"{name} [{unit}]" for name, unit, *_ in grid.rows)
    return Grid(
        grid.caption, ("Design", *heads), tuple(zip(grid.header[2:], *(row[2:] for row in grid.rows), strict=True))
    )


def cost_objects(outcome: Outcome, prices: Prices) -> dict[str, Any]:
    """For JSON: the savings of each design against the first, and the prices."""
    of_year = {label: statements[_YEAR] for label, statements in outcome.differences.items()}
    saved = {
        label: {**interval_object(statement.interval.scaled(-1), KPIS[_YEAR].unit), **tested_object(statement)}
        for label, statement in of_year.items()
    }
    priced = {
        price.key: {"value": price.value, "kind": price.kind, "source": price.source} for price in prices_of(prices)
    }
    return {**({"saving_eur_per_year": saved} if saved else {}), "price_year": prices.year, "prices": priced}
