"""`cargohub capacity`: the highest demand that scenarios carry, and the bottleneck at that demand.

Finds the most flights a day that each scenario carries: an on-time share of at least `capacity.target`, and a backlog
that does not grow. Each replication has its threshold, under common random numbers. Then it reports the resource of
which 10 % more would help most.

  cargohub capacity                                            the packaged study, four to five minutes on two cores
  cargohub capacity 'scenarios=[liege_30k]' replications=1 warmup_days=2 capacity.tolerance=0.4   a first look
  cargohub capacity 'scenarios=[liege_30k]' replications=5
  cargohub capacity 'scenarios=[liege_30k]' halls.main.breakdown_stations=6,8,10,12   a curve, and its picture
  cargohub capacity 'scenarios=[liege_30k]' capacity.binding=false                    the thresholds only
  cargohub capacity 'scenarios=[liege_30k,liege_100k]' capacity.target=0.9 capacity.tolerance=0.2 --json

How: a demand is carried if the shares of imports and of exports on time reach `capacity.target` and the backlog does
not grow; the lower of the two shares is the on-time share below. The verdict on the design's own demand is that of
`cargohub run` with as many replications; its target is 95 %. Each replication has its own threshold, in flights a day:
`demand.flights_per_day`, or of a file as many times its flights (`arrivals.factor`). The search of the first
replication begins at the traffic that the capacity ladder lets the hub carry. The others begin at the threshold of the
first, because theirs are near. The lateness of a run's parcels shows roughly how far the threshold is, so most runs are
near it. Fewer flights are always among more, with the same draws, so only the demand changes within a search.

A search ends with two simulated demands: the lower is carried, the higher is not. The threshold is the middle between
them, at most `capacity.tolerance` from both. The interval is that of the thresholds' mean, and is at least as wide as
the uncertainty of each threshold, which is shown, too. Service need not fall steadily with demand: one more flight may
fill a truck that would have been held. There may be several crossings; the search finds one of them.

Whether the backlog grows is decided for all replications together, each at the demand that it carries. If their runs
do not decide it, the replication whose backlog grows most is simulated for longer. If that does not decide it either,
the backlog sets no threshold, and a warning says so. If the backlog grows, none of these demands is carried, and all
searches continue at lower demands.

Designs are scenarios, or rows of a spreadsheet (`designs=FILE`). Several rows, or values of a key as in a sweep, make
a curve: each design has its thresholds, and a picture shows them against the values.

The bottleneck by what-if is the resource of which 10 % more (at least one unit) makes more of the late parcels on time
than 10 % more of any other, at the demand that the replication did not carry. A resource that blocked nobody at that
demand in the measured days is not simulated with more: its lift is 0. Resources that only exports or customs controls
use count if these are switched on. In the first replication, the resources that the ladder shows as the tightest get
more one after the other, then all others together. Only if these others lift at least a quarter of the highest lift are
they separated, half by half. Once one resource makes nearly all parcels on time, no other can achieve much more, and no
further resource is simulated. A resource that lifts less than a quarter of the highest lift is not simulated in the
other replications, and cannot be the bottleneck. If the interval of the highest lift includes zero, the bottleneck is
that of the ladder. What breaks is reported for the lowest demand that is not carried: late parcels, a growing backlog,
and the instant from which flights are held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from experiments.arguments import Arguments, key_of
from experiments.designs.design import Design, Designed, Longer, check_group, named, with_study
from experiments.designs.grid import Combinations, combinations_of, varied_of
from experiments.designs.spreadsheet import WORD, Factors, Varied, drawn, factor_tables, keys_of, with_factors
from experiments.designs.what_if import what_ifs, with_more
from experiments.formatting import counted, resource, rounded, share_text
from experiments.frame.judging import as_configured
from experiments.frame.over_assumptions import CAPACITY, over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, Tables, same_draws
from experiments.interval_text import with_interval
from experiments.replications.summing import design_row
from experiments.report.design_names import titles_of
from experiments.report.figures import capacity_figure, sweep_figure
from experiments.report.key_names import heading_of_key
from experiments.report.sections import Picture, paragraphs_of, picture, sentence_of
from experiments.report.sentences import means_of, too_few_replications
from experiments.report.verdicts import verdict_object
from experiments.statistics import Interval
from experiments.store.factors import FactorColumns
from experiments.store.rows import Grid, column, grid_of, interval, plain_interval, plain_row, stored, table
from experiments.store.summaries import LadderRow
from experiments.studies.capacity.lifts import Lift, cell
from experiments.studies.capacity.result import Result, Threshold, result_of, sentences
from experiments.studies.capacity.search import searches_of, simulate_all
from experiments.studies.capacity.threshold import Sustained
from sim.config.bounds import check_different
from sim.errors import ConfigError
from sim.inputs.traffic import KEYS, daily_parcels, measured_parcels_per_asked_flight
from sim.site.room import check_area

_NOT_ASKED: Final = MappingProxyType(
    {
        **dict.fromkeys(KEYS, "is what capacity looks for; leave it out"),
        "scenario": "capacity takes a list, also of one: scenarios=[liege_30k]",
    }
)


@dataclass(frozen=True, slots=True)
class CapacityKeys(Designed):
    """Keys of the study other than the hub's."""

    scenarios: tuple[str, ...]
    capacity: Sustained

    def __post_init__(self) -> None:
        Designed.__post_init__(self)
        check_different("scenarios", self.scenarios)


def parse(arguments: Arguments) -> tuple[list[Design], CapacityKeys]:
    """The designs, each checked with ten per cent more of every resource before anything runs."""
    config_dir = arguments.config_dir
    grid = combinations_of(_words(arguments.words), config_dir, of_study=True)
    check_group(grid.composed[0], "capacity", "capacity")
    keys = grid.keys(CapacityKeys)
    designs = _points(grid, keys, config_dir)
    for design in designs:
        check_area(design.hub)
        with_more(design.hub, [*what_ifs(design.hub)])
    return designs, replace(keys, factors=grid.factors(grid.labels))


def _words(words: Sequence[str]) -> list[str]:
    """The words, with the packaged study's scenarios unless a file of designs is given."""
    if any(word.lstrip("+~").startswith("precision") for word in words):
        raise ConfigError(sentence_of("capacity_makes"))
    given = {key_of(word) for word in words}
    for key, why in _NOT_ASKED.items():
        if key in given:
            raise ConfigError(f"{key}: {why}")
    rest = with_study(words, "capacity")
    if not any(word.startswith(WORD) for word in words):
        return rest
    if "scenarios" in given:
        raise ConfigError(sentence_of("designs_say"))
    return [*rest, "scenarios=[]"]


def _points(grid: Combinations, keys: CapacityKeys, config_dir: Path | None) -> list[Design]:
    """Rows of the file, or scenarios, at every combination of the given values."""
    for design in grid.rows:
        if given := {key_of(word) for word in design.words}.intersection(KEYS):
            raise ConfigError(sentence_of("capacity_looks", place=design.place, key=min(given)))
    if grid.rows:
        return grid.designs(grid.labels)
    if not keys.scenarios:
        raise ConfigError("scenarios: capacity needs at least one, or designs=FILE")
    with grid.typed():
        return [
            Design(_label(design.label, grid.varied, row), design.hub)
            for words_of_point, row in zip(grid.words, grid.values, strict=True)
            for design in named(words_of_point, keys.scenarios, config_dir)
        ]


def _label(scenario: str, varied: Sequence[str], values: Sequence[str]) -> str:
    """Name of a design: its scenario, and for several designs of a scenario also their differences."""
    if not varied:
        return scenario
    return ", ".join(f"{key}={value}" for key, value in zip(("scenario", *varied), (scenario, *values), strict=True))


_HEADING: Final = "What each design carries"
_CARRIED: Final = ("carried, flights a day", "parcels a day", "own demand")


def compute(bench: Bench, request: Request[CapacityKeys]) -> list[Result]:
    """Run all searches, design by design."""
    keys = request.keys
    has_longer = keys.stability is not Longer.OFF
    searches = {
        design.label: searches_of(design, keys.replications, keys.capacity, has_longer=has_longer)
        for design in request.designs
    }
    titles = titles_of([design_row(design) for design in request.designs])
    at_own_demand = as_configured(
        bench, [design for design in request.designs if daily_parcels(design.hub)], keys.replications, keys.stability
    )
    kpis = simulate_all(bench, [search for of_design in searches.values() for search in of_design], titles)
    return [
        replace(
            result_of(design, titles[design.label], searches[design.label], kpis, has_binding=keys.capacity.binding),
            at_own_demand=at_own_demand.get(design.label),
        )
        for design in request.designs
    ]


def document(request: Request[CapacityKeys], results: list[Result]) -> Document:
    keys, config = request.keys, request.designs[0].hub
    varied, values = _varied(results, keys.factors)
    own_values = [dict(zip(varied, row, strict=True)) for row in values] or [{} for _ in results]
    search = keys.capacity
    return Document(
        title="What demand is carried",
        sentences=sentences(results),
        verdicts=[*sentences(results), *(result.at_own_demand for result in results if result.at_own_demand)],
        tables=[
            stored(Threshold, [row for result in results for row in result.thresholds]),
            stored(Lift, [row for result in results for row in result.lifts]),
            stored(LadderRow, [
                LadderRow(result.label, name, *rung) for result in results for name, rung in result.ladder.items()
            ]),
            *_curve(results, varied, values),
            *factor_tables(keys.factors),
        ],
        grids=[_grid(results, keys.factors), *(
            grid_of(caption_of(result), result.lifts)
            for result in results if result.lifts
        )],
        data={"scenarios": {
            result.label: {
                "flights_per_day": {**(plain_interval(result.flights, "1/d") or {}), "known_to": result.known_to},
                **({"verdict": verdict_object(result.at_own_demand.judged)} if result.at_own_demand else {}),
                "binding": result.binding,
                "bottleneck": {"by_what_if": result.binding, "by_ladder": result.by_ladder},
                **({"values": given} if given else {}),
                "resources": {row.resource: plain_row(row, without=("scenario", "resource")) for row in result.lifts},
            }
            for result, given in zip(results, own_values, strict=True)
        }},
        method=[
            *paragraphs_of(
                "capacity_method", target=share_text(search.target), tolerance=counted(search.tolerance, "flight"),
                draws=same_draws(config, keys.replications, "demand"),
            ),
            *([sentence_of("capacity_of_file")] if any(each.hub.arrivals.schedule for each in request.designs) else []),
            *(paragraphs_of("capacity_lifts") if search.binding else []),
        ],
        pictures=lambda: [
            _curve_picture(results, varied, values) if varied else _ladders_picture(results, search.target)
        ],
        over=over_assumptions(request, request.designs, {
            result.label: f"{cell(result.flights)} flights a day carried" for result in results
        }, CAPACITY),
        warnings=[
            *too_few_replications(keys.replications), *(line for result in results for line in result.warnings)
        ],
    )  # fmt: skip


def _varied(results: Sequence[Result], factors: Factors) -> Varied:
    """Keys by which designs were varied, with each design's values; empty for unchanged scenarios."""
    labels = [result.label for result in results]
    if not all("=" in label for label in labels):
        return (), ()
    return with_factors(labels, *varied_of(labels), factors)


@table("curve", "demand that each design carries", sort="point")
class CurveRow:
    point: int = column("1", "order of the command")
    flights_per_day: Interval = interval("1/d", "threshold, mean over replications", names="{own}")
    binding: str = column("", "bottleneck by what-if; empty: none, or not computed")
    by_ladder: str = column("", "bottleneck by the ladder")


def _curve(results: Sequence[Result], varied: Sequence[str], values: Sequence[Sequence[str]]) -> Tables:
    """One row for each design: varied keys, demand carried and bottleneck; none unless a key has several values."""
    rows = [CurveRow(at, hub.flights, hub.binding or "", hub.by_ladder or "") for at, hub in enumerate(results)]
    labels = [result.label for result in results]
    return [FactorColumns.make(labels, varied, values).beside(stored(CurveRow, rows), labels)] if varied else []


def _grid(results: Sequence[Result], factors: Factors) -> Grid:
    keys = keys_of(factors)
    rows = tuple(
        (
            result.title,
            *(factors[result.label][key] for key in keys),
            cell(result.flights),
            with_interval(result.flights.scaled(measured_parcels_per_asked_flight(result.design.hub)), rounded),
            result.at_own_demand.word if result.at_own_demand else "–",
        )
        for result in results
    )
    return Grid(_HEADING, ("design", *map(heading_of_key, keys), *_CARRIED), rows, n_texts=1 + len(keys))


def _curve_picture(results: Sequence[Result], varied: Sequence[str], values: Sequence[tuple[str, ...]]) -> Picture:
    """The curve: flights a day carried over the first numeric key."""
    means = means_of(results[0].flights.n)
    chart = sweep_figure.SweepChart.of(
        *drawn(varied, values),
        [result.flights for result in results],
        what=f"flights a day carried, {means}",
        notes=[resource(result.binding) if result.binding else "" for result in results],
    )
    return picture("capacity", _HEADING, sentence_of("capacity_curve", means=means), sweep_figure.figure(chart))


def _ladders_picture(results: Sequence[Result], target: float) -> Picture:
    values = {result.title: result.flights for result in results}
    ladders = {result.title: result.ladder for result in results}
    parcels = [measured_parcels_per_asked_flight(result.design.hub) for result in results]
    thresholds = capacity_figure.prepare(values, ladders, parcels, target)
    caption = "capacity_ladders" if any(threshold.rungs for threshold in thresholds) else "capacity_no_ladders"
    means = means_of(results[0].flights.n)
    return picture("capacity", _HEADING, sentence_of(caption, means=means), capacity_figure.figure(thresholds, target))


def caption_of(result: Result) -> str:
    """Caption of the lifts, with the meaning of those of a group and of those without an interval."""
    of_groups = sentence_of("lifts_of_groups") if any(row.n_together > 1 for row in result.lifts) else ""
    of_first = sentence_of("lifts_of_first") if any(row.n == 1 < result.flights.n for row in result.lifts) else ""
    return sentence_of("capacity_grid", title=result.title) + of_groups + of_first


STUDY: Final = Study(
    CapacityKeys,
    parse,
    compute,
    document,
    name=lambda request: "-".join(request.keys.scenarios) or f"{len(request.designs)}-designs",
)
