"""Common parts of `run`, `compare` and `sweep`: replications, verdicts, terminal output and page."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from experiments.answer.blocks import Block
from experiments.designs.design import DesignKeys
from experiments.designs.spreadsheet import Varied, with_factors
from experiments.formatting import counted, full_kpi_name, kpi_name, resource, rounded, short
from experiments.frame import console, first_screen, pages
from experiments.frame.costs import cost_objects, cost_section, prices_line, savings
from experiments.frame.known_shares import known_share
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.recorded import first_hubs
from experiments.frame.study import Bench, Document, Request
from experiments.frame.without_effect import without_effect
from experiments.interval_text import change, in_percent
from experiments.money.kpis import KPIS, MONEY, names
from experiments.replications.stability import margin_notes
from experiments.replications.summing import Outcome, describes, design_row
from experiments.replications.warming import warm_ups_of, warmup_picture, warmup_warnings
from experiments.report import bottleneck, packing
from experiments.report.hub_share import goods_lines
from experiments.report.margin import margin_text
from experiments.report.run_numbers import Run, kpi_grid
from experiments.report.schedule_text import schedule_lines
from experiments.report.sections import Drawn, Page, Picture, heading_of, sentence_of
from experiments.report.sentences import FEWEST_REPLICATIONS, bounded, significance, too_many_comparisons
from experiments.report.stored_designs import NamedDesign, Window, main_points, named_designs, within_possible
from experiments.report.verdicts import DesignVerdict, design_verdicts
from experiments.statistics.family import Statement
from experiments.statistics.interval import Value, Values
from experiments.statistics.warmup import WarmUp
from experiments.store import open_run
from experiments.store.read import CONFIG
from experiments.store.rows import Grid
from experiments.store.summaries import DesignRow, WarmupRow
from sim.errors import ConfigError
from sim.measures.kpis import RECOVERY, Rank
from sim.measures.ladder import capacity_ladder

_ACROSS: Final = 3
"""Largest number of designs side by side."""
_FEW: Final = 12
"""Largest number of designs whose bottlenecks by the ladder are printed before the simulation."""
_ASKED: Final = "on_time_share"
"""KPI whose difference is shown even if it is not significant."""
_SAVED: Final = ("on_time_share", "dwell_mean_h", "trucks_per_day")
"""KPIs for which the gain from common random numbers is shown."""


def values_of(outcome: Outcome) -> Values:
    """KPIs with unit and interval, as texts and pictures show them: of each design those of the parts that it has."""
    return {
        design.label: {
            kpi: within_possible(
                kpi,
                replace(Value.of(interval, KPIS[kpi].unit), is_lower_bound=outcome.is_lower_bound(design.label, kpi)),
            )
            for kpi, interval in outcome.intervals[design.label].items()
            if describes(kpi, design)
        }
        for design in outcome.designs
    }


@dataclass(frozen=True, slots=True)
class DesignsText:
    """The designs of an outcome with their names for a reader, and their KPIs."""

    outcome: Outcome
    designs: tuple[NamedDesign, ...]
    kpis: Values
    command: str

    @classmethod
    def of(cls, outcome: Outcome, rows: Sequence[DesignRow], command: str) -> "DesignsText":
        """`rows`: of the table `points`; `command`: of the run."""
        return cls(outcome, named_designs(rows, outcome.factors), values_of(outcome), command)

    @property
    def titles(self) -> dict[str, str]:
        return {design.label: design.title_line for design in self.designs}

    def verdicts(self) -> list[DesignVerdict]:
        ladders = {design.label: self.outcome.ladder(design) for design in self.outcome.designs}
        return list(design_verdicts(self.designs, self.kpis, ladders))

    def opening(self) -> list[DesignVerdict | str]:
        """A verdict for each design, and a sentence if the packing rule decides the verdict."""
        return [*self.verdicts(), *packing.verdicts(self.designs, self.kpis)]

    def first_screen(self) -> Iterator[Block]:
        """The verdicts and the main KPIs."""
        verdicts = self.verdicts()
        basis = sentence_of(
            "basis",
            n=counted(self.outcome.n, "replication"),
            days=counted(self.outcome.designs[0].hub.horizon_days, "measured day"),
        )
        if len(verdicts) == 1:
            share = known_share(self.outcome.designs[0].hub)
            yield from first_screen.of_one(verdicts[0], self.kpis[verdicts[0].label], basis, share)
        else:
            yield from first_screen.of_several(self.designs, verdicts, self.kpis, basis)

    @property
    def following(self) -> Mapping[str, str]:
        """Commands that follow."""
        names = [*dict.fromkeys(design.name for design in self.designs)][:2]
        return {
            shlex.join(["cargohub", "capacity", f"scenarios=[{','.join(names)}]"]): "what gives way first",
            shlex.join(["cargohub", "sure", f"scenarios=[{','.join(names)}]"]): "in which worlds it holds",
        }

    def at_a_glance(self) -> Iterator[Grid]:
        """The headline KPIs, with designs side by side."""
        caption = "Mean and 95 % interval" if self.outcome.n > 1 else "One replication"
        more = [name for name in self._present(Rank.SUMMARY) if KPIS[name].group in (RECOVERY, MONEY)]
        yield from self._grids([*self._present(Rank.HEADLINE), *more], caption)

    def all_kpis(self) -> Iterator[Grid | str]:
        """All KPIs of the parts that the designs have, and the savings from common random numbers."""
        yield from self._grids(self._present(Rank.DETAIL), "All KPIs")
        saved = ((label, _saved(self.outcome.differences.get(label, {}))) for label in self.titles)
        yield from (f"{self.titles[label]}: {text}" for label, text in saved if text)

    def _present(self, rank: Rank) -> list[str]:
        """KPIs of at least this rank, if at least one design has the part of the hub that they describe."""
        return [name for name in names(rank) if any(name in values for values in self.kpis.values())]

    def _grids(self, kpis: Sequence[str], caption: str) -> Iterator[Grid]:
        for first in range(0, len(self.designs), _ACROSS):
            yield kpi_grid(self.designs[first : first + _ACROSS], self.kpis, kpis, caption, has_factors=True)

    def lines(self) -> list[str]:
        """How far the answer is from changing, pack-out, goods and schedule; followed by a blank line."""
        lines = [*self._lines()]
        return [*lines, ""] if lines else []

    def _lines(self) -> Iterator[str]:
        main = main_points(self.designs)
        for design in self.outcome.designs:
            if margin := margin_text(self.outcome.margins.get(design.label, ())):
                yield f"{self.titles[design.label]}: {margin}"
        for text, both in packing.facts(main, self.command):
            yield f"{text} To simulate both: {both}" if both else text
        yield from goods_lines(main, self.kpis)
        yield from schedule_lines(self.designs, [design.title_line for design in self.designs])

    def differences(self) -> Iterator[Grid | str]:
        """Differences of each design from the first: the on-time share, and all significant ones."""
        outcome = self.outcome
        if not outcome.differences:
            return
        if outcome.n == 1:
            yield from (sentence_of("untested"), "")
            return
        tested = {kpi for statements in outcome.differences.values() for kpi in statements}
        family, summary = heading_of(f"family_{outcome.family}"), [kpi for kpi in names(Rank.SUMMARY) if kpi in tested]
        each = f"each of {len(summary)} KPIs is tested separately"
        caption = f"Difference from {self.titles[outcome.designs[0].label]} ({family}; {each})"
        rows: list[tuple[str, ...]] = []
        for label in (label for label in self.titles if label in outcome.differences):
            statements = outcome.differences[label]
            changed = {
                kpi: statements[kpi]
                for kpi in summary
                if kpi in statements and (kpi == _ASKED or _is_shown(statements[kpi]))
            }
            for kpi, statement in changed.items():
                both = (self.kpis[each].get(kpi) for each in (label, outcome.designs[0].label))
                text = bounded(change(statement.interval, KPIS[kpi].unit), *both)
                rows.append((self.titles[label], full_kpi_name(kpi), text, significance(statement)))
            if not any(statement.is_different for statement in changed.values()):
                which = "no other difference" if any(map(_is_shown, changed.values())) else "no difference"
                rows.append((self.titles[label], f"{which} is significant", "", ""))
        yield Grid(caption, ("Design", "KPI", "Difference", "Tested"), tuple(rows), 2)


def _is_shown(statement: Statement) -> bool:
    """Whether a difference is significant, or identical in all replications."""
    return statement.is_different or (statement.has_no_variance and statement.interval.mean != 0)


def _saved(statements: Mapping[str, Statement]) -> str:
    """Savings from common random numbers, by the first headline KPIs that show them; empty for few replications."""
    of_kpis = {kpi: statements[kpi] for kpi in _SAVED if kpi in statements}
    known = {kpi: each.variance_ratio for kpi, each in of_kpis.items() if each.interval.n >= FEWEST_REPLICATIONS}
    ratios = [f"{kpi_name(kpi)} {short(ratio)}" for kpi, ratio in known.items() if ratio is not None]
    return sentence_of("separate_runs", ratios=", ".join(ratios)) if ratios else ""


K = TypeVar("K", bound=DesignKeys)


@dataclass(frozen=True, slots=True)
class Replications:
    """Summed-up replications of a study, the warm-up that each design needs, and the rows of table `points`.

    `without_effect`: the keys that vary and change at most costs and areas, with those KPIs that they change.
    """

    outcome: Outcome
    warm_ups: Mapping[str, WarmUp]
    rows: Sequence[DesignRow]
    without_effect: Mapping[str, Sequence[str]]


def varied(request: Request[K]) -> Varied:
    """Keys in which the designs differ, and the values of each: those of a file, or of named scenarios and demands."""
    designs, labels = request.designs, [design.label for design in request.designs]
    named = {
        "scenario": [design.hub.scenario for design in designs],
        "demand": [design.hub.demand.name for design in designs],
        "arrivals": [str(design.hub.arrivals.model) for design in designs],
    }
    differing = [key for key, values in named.items() if len({*values}) > 1 and any(request.keys.compared)]
    values = [tuple(named[key][at] for key in differing) for at in range(len(designs))]
    return with_factors(labels, differing, values, request.keys.factors)


def compute(bench: Bench, request: Request[K], varied: Callable[[Request[K]], Varied] = varied) -> Replications:
    """`varied`: keys in which the designs differ, and the values of each."""
    keys, values = varied(request)
    before = _before(request) if len(request.designs) <= _FEW else ()
    outcome = bench.replicated(request.designs, request.keys, before=before)
    bench.complete(outcome, varied=(keys, values))
    kpis = bench.evaluated(request.designs, outcome.n) if keys else {}
    rows = sorted(bench.rows(DesignRow), key=lambda row: row.order)
    try:
        read = {row.label: (row.first_day, row.is_unstable) for row in rows}
        warm_ups = warm_ups_of(bench.rows(WarmupRow))
    except (KeyError, ValueError):
        read, warm_ups = {}, {}
    if read.keys() != {design.label for design in request.designs} or not read.keys() >= warm_ups.keys():
        raise ConfigError(sentence_of("not_its_tables"))
    labels = [design.label for design in request.designs]
    return Replications(outcome, warm_ups, rows, without_effect(labels, keys, values, kpis))


def _without_effect(key: str, changed: Sequence[str], n: int) -> str:
    name, names = ("only_costs" if changed else "without_effect"), "; ".join(map(kpi_name, changed))
    return sentence_of(name, key=key, names=names, n=counted(n, "replication"))


def _before(request: Request[K]) -> Iterator[str]:
    """The bottleneck of each design by the capacity ladder, which is known before anything is simulated."""
    rows = [design_row(design, order) for order, design in enumerate(request.designs)]
    for design, row, named in zip(request.designs, rows, named_designs(rows, request.keys.factors), strict=True):
        ladder = capacity_ladder(design.hub, {})
        if name := bottleneck.by_ladder(ladder):
            most, arriving = rounded(ladder[name].parcels_per_day), rounded(row.parcels_per_day)
            held = bottleneck.if_held(name, design.hub.customs.second_pass_share, "as expected")
            yield sentence_of(
                "before", title=named.title_line, resource=resource(name), most=most, held=held, arriving=arriving
            )


def replications(request: Request[K]) -> int | None:
    """Number of replications over all designs; None if a precision decides it."""
    return None if request.keys.half_widths else request.keys.replications * len(request.designs)


def document(
    request: Request[K],
    summed: Replications,
    data: Mapping[str, Any],
    *,
    has_baseline: bool = False,
    pictures: Callable[[], Iterable[Picture]] = tuple,
) -> Document:
    """`data`: of the JSON object; `pictures`: of this verb only."""
    designs, outcome = request.designs, summed.outcome
    text = DesignsText.of(outcome, summed.rows, request.arguments.command)
    notes: Sequence[str] = []
    over = None
    if margin := request.keys.answers_margin:
        notes = margin_notes(request.arguments, designs, margin)
        over = over_assumptions(request, designs, _sampled(outcome))
    saved = list(savings(outcome, text.titles))
    priced = prices_line(request.keys.cost, (design.hub for design in designs))
    wide = too_many_comparisons(str(outcome.family), len(outcome.differences), outcome.n) if has_baseline else ""
    idle = summed.without_effect
    unusual = [
        *(_without_effect(key, changed, outcome.n) for key, changed in idle.items()),
        *console.page_warnings(designs),
        *outcome.warnings,
        *warmup_warnings(summed.warm_ups, designs, text.titles),
    ]

    def drawn() -> Iterator[Picture]:
        yield from pictures()
        yield from warmup_picture(summed.warm_ups, designs, text.titles)

    def run(folder: Path, most: int) -> Run:
        labels = [design.label for design in designs[:most]]
        factors = {label: values for label, values in outcome.factors.items() if label in labels}
        return Run(
            open_run(folder, scenarios=labels).tables,  # the tables of all other designs are freed
            named_designs(summed.rows[:most], factors),
            {label: text.kpis[label] for label in labels},
            {label: outcome.differences[label] for label in labels if label in outcome.differences},
            {design.label: outcome.ladder(design) for design in designs[:most]},
            {label: outcome.margins[label] for label in labels if label in outcome.margins},
            Window.of(designs[0].hub), str(outcome.family), request.arguments.command, outcome.n,
            [*pages.request_warnings(request), *unusual],
        )  # fmt: skip

    def page(folder: Path, shows: Drawn) -> Page:
        """The page of the first designs."""
        from experiments.report import run_page

        shown = designs[: console.MOST_ON_PAGE]
        titles = {design.label: text.titles[design.label] for design in shown}
        points = main_points(text.designs[: len(shown)])
        config = (folder / CONFIG).read_text(encoding="utf-8")
        return run_page.page_of(
            run(folder, len(shown)), title=console.title_of(shown), config_yaml=first_hubs(config, len(titles)),
            seed=designs[0].hub.seed, notes=[*console.fit_lines(shown, text.titles), *notes],
            rests_on=[over.section] if over else [],
            money=cost_section(list(savings(outcome, titles)), points, text.kpis, request.keys.cost, priced),
            pictures=drawn, shows=shows,
        )  # fmt: skip

    return Document(
        title=console.title_of(designs),
        data={**data, **({"without_effect": idle} if idle else {}), **cost_objects(outcome, request.keys.cost)},
        warnings=console.warnings_of(outcome, text.verdicts(), [*unusual, *([wide] if wide else [])]),
        answer=text.first_screen,
        following=text.following,
        verdicts=text.opening(),
        grids=list(text.at_a_glance()),
        lines=[
            *(text.differences() if has_baseline else ()),
            *saved,
            *text.lines(),
            priced,
            "",
        ],
        more=text.all_kpis,
        notes=notes,
        over=over,
        run=run,
        page=page,
    )


def _sampled(outcome: Outcome) -> dict[str, str]:
    """The on-time share of each design, in words."""
    shares = {design.label: outcome.intervals[design.label]["on_time_share"] for design in outcome.designs}
    return {label: f"{in_percent(share)} of the parcels on time" for label, share in shares.items()}
