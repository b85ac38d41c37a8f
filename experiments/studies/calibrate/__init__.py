"""`cargohub calibrate`: a calendar from an airport's traffic; and which assumed worlds remain, given observations.

With a FILE of EUROCONTROL's daily airport traffic (CSV), it estimates a calendar of arrivals, finds breaks in its
level, and writes an arrivals configuration, the estimates and a picture to DIR (calibration/AIRPORT).

  cargohub calibrate airport_traffic.csv                       all days of the file
  cargohub calibrate airport_traffic.csv --from 2022-04-01 --to 2024-05-31 --out DIR
  cargohub calibrate airport_traffic.csv airport=EBLG column=FLT_TOT_1 --json
  cargohub run --config-dir DIR arrivals=eblg                  a run with this configuration

--from and --to are the first and last day: at least a year, with some days of every month.

An airport's traffic shows when flights arrive, not how many of them belong to the hub: `demand.flights_per_day` does
not change.

With observed KPIs, it reports which of the assumed worlds (configs/assumptions) remain possible, which ranges narrow,
and in how many worlds each hub carries its traffic before and after (history matching; docs/sure.md).

  cargohub calibrate observed=published                        the few published figures of the hub
  cargohub calibrate observed=mine.csv scenario=liege_66k demand=today

The file has the columns kpi, value, tolerance, unit and source, and hub if there are several. A tolerance is half
the width of the range that contains the true value (95 %). A column discrepancy is the model's own error (standard
deviation as a share of the value). configs/study/calibrate.yaml has the other keys. The configuration does not change.

Own options: --from DAY, --to DAY.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from experiments.arguments import Arguments, key_of
from experiments.formatting import counted, kpi_name, listed, unit_name
from experiments.frame import runner
from experiments.frame.study import Bench, Document, Request, Study
from experiments.interval_text import in_percent
from experiments.report.figures.matching_figure import Bar, Panel, observed, ranges
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.statistics.history_matching import Matched, matched
from experiments.statistics.next_runs import Wanted, explored
from experiments.statistics.open_worlds import Run
from experiments.store.rows import grid_of, plain_interval, plain_row, stored
from experiments.studies import sure
from experiments.studies.calibrate import airport
from experiments.studies.calibrate.design import OBSERVED, CalibrateKeys, parse
from experiments.studies.calibrate.result import AnswerShareRow, ObservationRow, RangeRow, Result, WaveRow, narrowed
from experiments.studies.sure.worlds import Screened
from sim.errors import ConfigError
from sim.units import Numbers

_SHOWN: Final = 10
"""Most numbers in the table on the page and in the picture; the table `narrowed` has all."""
_LITTLE: Final = 0.7
"""If the low end of the share's interval is above this, observations exclude little (assumption)."""
_WIDE: Final = 0.25
"""Half-width of that interval from which the share is unknown (assumption)."""


def document(request: Request[CalibrateKeys], result: Result) -> Document:
    study = request.keys.calibrate
    rows = (result.observation_rows, result.wave_rows, result.range_rows, result.answer_rows)
    return replace(
        _shown(request.keys, *rows),
        sentences=sentences(result),
        verdicts=[_remaining(result), *_answers(result)],
        warnings=list(warnings(result)),
        tables=[
            stored(ObservationRow, result.observation_rows),
            stored(WaveRow, result.wave_rows),
            stored(RangeRow, result.range_rows),
            stored(AnswerShareRow, result.answer_rows),
        ],
        method=paragraphs_of(
            "calibrate_method", farthest=study.farthest, discrepancy=study.discrepancy, worlds=study.worlds
        ),
        pictures=lambda: _pictures(result),
    )


def _as_stored(bench: Bench, request: Request[CalibrateKeys]) -> Document:
    ranges = sorted(bench.rows(RangeRow), key=lambda row: row.p_value)
    return _shown(request.keys, bench.rows(ObservationRow), bench.rows(WaveRow), ranges, bench.rows(AnswerShareRow))


def _shown(
    keys: CalibrateKeys,
    observations: Sequence[ObservationRow],
    waves: Sequence[WaveRow],
    ranges: Sequence[RangeRow],
    answers: Sequence[AnswerShareRow],
) -> Document:
    """The tables; `ranges`: those that change, clearest first."""
    moved = [row for row in ranges if row.is_moved][:_SHOWN]
    return Document(
        title="Which assumed worlds remain possible",
        grids=[
            grid_of("Observed figures, and those of the model as the emulator predicts them", observations),
            grid_of("Share of the assumed worlds that remain", waves),
            *([grid_of("Numbers that differ significantly in the remaining worlds", moved)] if moved else []),
            grid_of(sentence_of("hubs_carry"), answers),
        ],
        data={
            "possible": plain_interval(waves[-1].possible, "1"),
            "worlds": keys.sure.n_worlds,
            "runs": waves[-1].runs,
            "observations": [plain_row(row) for row in observations],
            "narrowed": {row.number: plain_row(row, without=("number", "before", "after")) for row in narrowed(ranges)},
            "scenarios": {
                row.scenario: {"before": plain_interval(row.before, "1"), "after": plain_interval(row.after, "1")}
                for row in answers
            },
        },
    )


def sentences(result: Result) -> list[str]:
    lines = [_remaining(result), *(_narrowing(row) for row in narrowed(result.range_rows)[:_SHOWN])]
    if result.has_enough and not narrowed(result.range_rows):
        lines.append("No range narrows significantly.")
    return [*lines, *_answers(result), sentence_of("nothing_changed")]


def _remaining(result: Result) -> str:
    n = len(result.observations)
    figures = "The observed figure leaves" if n == 1 else f"The {n} observed figures leave"
    return f"{figures} {in_percent(result.left)} of the assumed worlds possible.{_how_much(result)}"


def _answers(result: Result) -> Iterator[str]:
    for row in result.answer_rows:
        after = f"; of those that remain, in {in_percent(row.after)}" if result.has_enough else ""
        yield f"{row.scenario} carries its traffic in {in_percent(row.before)} of the assumed worlds{after}."


def _how_much(result: Result) -> str:
    if not result.possible.any():
        return sentence_of("none_possible")
    if (result.left.half_width or 0.0) > _WIDE:
        return sentence_of("not_known_well")
    that_excludes = "It excludes" if len(result.observations) == 1 else "They exclude"
    if np.array_equal(result.possible, result.history.can_be):
        return f" {that_excludes} none."
    return f" {that_excludes} little." if (result.left.low or 0.0) >= _LITTLE else ""


def _narrowing(row: RangeRow) -> str:
    if np.isnan(row.narrower):
        return f"{row.name}: {row.before} in all worlds, {row.after} in those that remain."
    change = f" ({100 * row.narrower:.0f} % narrower)"
    return f"{row.name}: 90 % of the worlds have {row.before}; of those that remain, 90 % have {row.after}{change}."


def warnings(result: Result) -> Iterator[str]:
    poor = [
        f"{kpi_name(row.kpi)} of {row.hub}" for row in result.observation_rows if row.explained < 0.5
    ]  # an emulator with little explanatory power rules out little
    if poor:
        yield sentence_of("poor_emulator", kpis=listed(poor, "and"))
    if n := int((~result.history.can_be).sum()):
        yield sentence_of("hubs_impossible", n=n)


def _pictures(result: Result) -> Iterator[Picture]:
    yield picture_of("observed", observed(_panels(result)), verb="calibrate")
    yield picture_of("ranges", ranges(_bars(result)), verb="calibrate")


def _panels(result: Result) -> list[Panel]:
    return [
        Panel(
            f"{kpi_name(row.kpi)}, {row.hub} [{unit_name(row.unit)}]",
            (row.value - row.tolerance, row.value + row.tolerance),
            Bar("", (row.low, row.high), (row.low_left, row.high_left), row.at_configured),
        )
        for row in result.observation_rows
    ]


def _bars(result: Result) -> list[Bar]:
    bars = []
    for row in result.range_rows[:_SHOWN]:
        low, _, high = result.keys.sure.ranges[row.number]

        def place(value: float, low: float = low, high: float = high) -> float:
            return 100 * (value - low) / (high - low) if high > low else 50.0

        name = f"{row.name} *" if row.is_moved else row.name
        before, after = (place(row.low), place(row.high)), (place(row.low_left), place(row.high_left))
        bars.append(Bar(name, before, after, place(row.configured)))
    return bars


def main(arguments: Arguments) -> int:
    """With observed KPIs run the study, otherwise make the calendar from an airport's file."""
    given = {key_of(word) for word in arguments.words}
    return runner.main(STUDY, arguments) if given & {OBSERVED, "study"} else airport.main(arguments)


def compute(bench: Bench, request: Request[CalibrateKeys]) -> Result:
    """Screen all worlds, rule some out in waves, and compute the answer in all and in the remaining worlds."""
    designs, keys = request.designs, request.keys
    study, config = keys.calibrate, designs[0].hub
    sure.check_ranges(request, kept=())
    bench.check(designs)
    n = keys.sure.n_worlds
    bench.say(f"calibrate: {n} worlds of {len(keys.sure.ranges)} numbers each are screened")
    worlds = Screened.of(config, request.arguments.config_dir, n=n, seed=config.seed)
    sample = worlds.sample(bench, designs, keys.sure.ranges)
    bench.say(
        sentence_of("calibrate_waves", study=study, waves=counted(study.waves, "wave"), budget=keys.effort.budget)
    )
    possible = np.asarray((sample.screen > 0).all(axis=0))
    history = matched(
        sample, study.targets, study.effort, lambda wanted: _figures(bench, request, worlds, wanted), possible
    )
    _check_varies(request, history)
    known = explored(sample, keys.effort, lambda wanted: sure.answers(bench, request, worlds, wanted))
    return Result(keys, tuple(designs), history, known, worlds)


def _figures(
    bench: Bench, request: Request[CalibrateKeys], worlds: Screened, wanted: Sequence[Wanted]
) -> Mapping[Run, Numbers]:
    """Values of the observed KPIs in these worlds, by replication and observation."""
    observations = request.keys.calibrate.observations
    figures = {}
    for (at, world), several in sure.kpis_in(bench, request, worlds, wanted).items():
        values = np.array([[kpis[seen.kpi] for seen in observations] for kpis in several])
        for seen, column in zip(observations, values.T, strict=True):
            if seen.hub == request.designs[at].label and not np.isfinite(column).all():
                raise ConfigError(f"{seen.kpi}, {seen.hub}: no finite value in world {world}: {column[0]}")
        figures[at, world] = values
    return figures


def _check_varies(request: Request[CalibrateKeys], history: Matched) -> None:
    """Refuse an observation of a figure that is the same in all worlds."""
    for at, seen in enumerate(request.keys.calibrate.observations):
        if not history.varies(at):
            raise ConfigError(sentence_of("says_nothing", kpi=seen.kpi, hub=seen.hub))


def _name(request: Request[CalibrateKeys]) -> str:
    return next(iter(request.keys.calibrate.hubs))


STUDY: Final = Study(CalibrateKeys, parse, compute, document, name=_name, as_stored=_as_stored)
