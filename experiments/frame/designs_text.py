"""What the terminal says of `run`, `compare` and `sweep`, by the functions of their page: nothing is read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from experiments.formatting import NO_VARIANCE, change, full_kpi_name, kpi_name, p_text, short, unit_name
from experiments.replications.summing import Outcome
from experiments.report import packing
from experiments.report.hub_share import goods_lines
from experiments.report.margin import margin_text
from experiments.report.run_numbers import kpi_grid
from experiments.report.sections import heading_of, said
from experiments.report.sentences import bounded
from experiments.report.stored_designs import NamedDesign, main_points, named_designs, within_possible
from experiments.report.verdicts import DesignVerdict, design_verdicts
from experiments.statistics.family import Statement
from experiments.statistics.interval import Value, Values
from experiments.store.rows import Grid
from experiments.store.summaries import DesignRow
from sim.config import HubConfig
from sim.measures.kpis import KPIS, RECOVERY, Rank, names

_ACROSS: Final = 3
"""Designs side by side."""
_SAVED: Final = ("on_time_share", "dwell_mean_h", "trucks_per_day")
"""KPIs for which the gain from common random numbers is shown."""


@dataclass(frozen=True, slots=True)
class DesignsText:
    """The designs of an outcome with the names that a reader sees, and their KPIs."""

    outcome: Outcome
    designs: tuple[NamedDesign, ...]
    kpis: Values
    command: str

    @classmethod
    def of(cls, outcome: Outcome, rows: Sequence[DesignRow], command: str) -> "DesignsText":
        """`rows`: of the table `points`; `command`: the run's."""
        kpis = {
            label: {
                kpi: within_possible(
                    kpi, replace(Value.of(interval, KPIS[kpi].unit), is_lower_bound=outcome.is_lower_bound(label, kpi))
                )
                for kpi, interval in intervals.items()
            }
            for label, intervals in outcome.intervals.items()
        }
        return cls(outcome, named_designs(rows, outcome.factors), kpis, command)

    @property
    def titles(self) -> dict[str, str]:
        return {design.label: " ".join(design.title.split()) for design in self.designs}

    def verdicts(self) -> list[DesignVerdict]:
        ladders = {design.label: self.outcome.ladder(design) for design in self.outcome.designs}
        return design_verdicts(self.designs, self.kpis, ladders)

    def opening(self) -> list[DesignVerdict | str]:
        """A verdict a design, and where the packing rule decides it."""
        return [*self.verdicts(), *packing.verdicts(self.designs, self.kpis)]

    def at_a_glance(self) -> Iterator[Grid]:
        """The headline KPIs, designs side by side."""
        caption = "Mean and 95 % interval" if self.outcome.n > 1 else "One replication"
        recovery = [name for name in self._present(Rank.SUMMARY) if KPIS[name].group is RECOVERY]
        yield from self._grids([*self._present(Rank.HEADLINE), *recovery], caption)

    def all_kpis(self) -> Iterator[Grid | str]:
        """Every KPI of the parts of the hub that a design has, and what common random numbers save."""
        yield from self._grids(self._present(Rank.DETAIL), "All KPIs")
        saved = ((label, _saved(self.outcome.differences.get(label, {}))) for label in self.titles)
        yield from (f"{self.titles[label]}: {text}" for label, text in saved if text)

    def _present(self, rank: Rank) -> list[str]:
        return present_kpis([design.hub for design in self.outcome.designs], rank)

    def _grids(self, kpis: Sequence[str], caption: str) -> Iterator[Grid]:
        for first in range(0, len(self.designs), _ACROSS):
            yield kpi_grid(self.designs[first : first + _ACROSS], self.kpis, kpis, caption, has_factors=True)

    def lines(self) -> list[str]:
        """How far the answer is from changing, and what pack-out and goods are; with a blank line behind."""
        lines = [*self._lines()]
        return [*lines, ""] if lines else []

    def _lines(self) -> Iterator[str]:
        main = main_points(self.designs)
        for design in self.outcome.designs:
            if margin := margin_text(self.outcome.margins.get(design.label, ()), design.hub.demand.flights_per_day):
                yield f"{self.titles[design.label]}: {margin}"
        for text, both in packing.facts(main, self.command):
            yield f"{text} To simulate both: {both}" if both else text
        yield from goods_lines(main, self.kpis)

    def differences(self) -> Iterator[Grid | str]:
        """What each design changes against the first, a KPI a row, where that is significant within the family."""
        outcome = self.outcome
        if not outcome.differences:
            return
        if outcome.n == 1:
            yield from ("One replication: no difference can be tested", "")
            return
        family = heading_of(f"family_{outcome.family}")
        caption = f"Difference from {self.titles[outcome.designs[0].label]} ({family})"
        rows: list[tuple[str, ...]] = []
        for label in (label for label in self.titles if label in outcome.differences):
            statements = outcome.differences[label]
            changed = {kpi: statements[kpi] for kpi in self._present(Rank.SUMMARY) if _is_shown(statements[kpi])}
            for kpi, statement in changed.items():
                both = (self.kpis[each].get(kpi) for each in (label, outcome.designs[0].label))
                text = bounded(change(statement.interval, unit_name(KPIS[kpi].unit)), *both)
                rows.append((self.titles[label], full_kpi_name(kpi), text, significance(statement)))
            if not any(statement.is_different for statement in changed.values()):
                others = "no other difference is significant" if changed else "no significant difference"
                rows.append((self.titles[label], others, "", ""))
        yield Grid(caption, ("Design", "KPI", "Difference", "Tested"), tuple(rows), 2)


def present_kpis(hubs: Sequence[HubConfig], rank: Rank) -> list[str]:
    """KPIs of at least this rank; of a part of the hub only where a design has it."""
    return [name for name in names(rank) if any(KPIS[name].group.is_in(hub) for hub in hubs)]


def _is_shown(statement: Statement) -> bool:
    """Whether a difference is significant, or the same in all replications."""
    return statement.is_different or (statement.has_no_variance and statement.interval.mean != 0)


def significance(statement: Statement) -> str:
    """What the test says of a difference, also where it finds more than the wider interval shows; empty: no test."""
    if statement.has_no_variance:
        return NO_VARIANCE
    low, high = statement.interval.low, statement.interval.high
    is_wider = statement.is_different and low is not None and high is not None and low <= 0 <= high
    return p_text(statement.adjusted) + (", which decides: the interval is wider" if is_wider else "")


def _saved(statements: Mapping[str, Statement]) -> str:
    """What common random numbers save, by the first KPIs of the headline that say so."""
    known = {kpi: statements[kpi].variance_ratio for kpi in _SAVED if kpi in statements}
    ratios = [f"{kpi_name(kpi)} {short(ratio)}" for kpi, ratio in known.items() if ratio is not None]
    return said("separate_runs", ratios=", ".join(ratios)) if ratios else ""
