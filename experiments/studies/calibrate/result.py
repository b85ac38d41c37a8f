"""Result of history matching: remaining worlds, narrowed ranges, and the answer before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.assumptions.drawn import configured
from experiments.assumptions.names import Name, names_of
from experiments.designs.design import Design
from experiments.formatting import kpi_name, listed, number, unit_name
from experiments.statistics import Interval
from experiments.statistics.history_matching import Matched
from experiments.statistics.open_worlds import Known, Sample
from experiments.store.rows import column, table
from experiments.studies.calibrate.design import CalibrateKeys, Observation
from experiments.studies.sure.result import share_column, share_of
from experiments.studies.sure.worlds import Screened
from sim.units import Numbers

MIDDLE: Final = (0.05, 0.95)
"""Quantiles between which nine of ten worlds lie."""
_SIGNIFICANT: Final = 0.05
_NARROWS: Final = 0.05
"""Least share of its width by which a range is reported to narrow (assumption)."""
_FEWEST: Final = 8
"""Least number of remaining worlds for statements about them (assumption)."""


@table("observations", "observations, and the model's values over the worlds", sort="hub kpi")
class ObservationRow:
    hub: str = column("", "name of the hub", heading="hub")
    kpi: str = column("", "name of the KPI", heading="observed", show=kpi_name)
    unit: str = column("", "unit of the figures", heading="unit", show=unit_name)
    value: float = column("see unit", "observed value", heading="value", show=number)
    tolerance: float = column("see unit", "half the width of its 95 % range", heading="±", show=number)
    at_configured: float = column(
        "see unit", "the emulator's value with all numbers as configured", heading="configured", show=number
    )
    low: float = column("see unit", "5 % of all worlds have less, by the emulator", heading="worlds from", show=number)
    high: float = column("see unit", "5 % of all worlds have more, by the emulator", heading="to", show=number)
    low_left: float = column("see unit", "as low, of the remaining worlds; NaN: too few remain")
    high_left: float = column("see unit", "as high, of the remaining worlds; NaN: too few remain")
    of_observation: float = column("see unit", "standard deviation of the observation's error")
    of_discrepancy: float = column("see unit", "standard deviation of the model's error")
    of_simulation: float = column("see unit", "standard deviation of a replication")
    of_emulator: float = column("see unit", "standard deviation of the emulator, at worlds left out of the fit")
    explained: float = column("1", "share of the variance at worlds left out that the emulator explains")
    excludes: float = share_column("share of the worlds that it alone rules out", heading="excludes")
    source: str = column("", "source of the observation")


@table("waves", "worlds that remain possible after each wave", sort="wave")
class WaveRow:
    wave: int = column("1", "number of the wave, from 1", heading="wave")
    runs: int = column("1", "hubs simulated in a world, until the end of the wave", heading="simulated")
    possible: Interval = share_of("the worlds not ruled out", heading="still possible")


@table("narrowed", "each number's range in all worlds and in those that remain", sort="number")
class RangeRow:
    """Quantiles of a number over worlds; NaN afterwards if too few worlds remain."""

    number: str = column("", "key of the number")
    name: str = column("", "label of the number", heading="number")
    configured: float = column("see number", "configured value")
    low: float = column("see number", "5 % of all worlds have less")
    high: float = column("see number", "5 % of all worlds have more")
    low_left: float = column("see number", "5 % of the remaining worlds have less")
    high_left: float = column("see number", "5 % of the remaining worlds have more")
    narrower: float = column("1", "reduction of the width, as a share of the width before; NaN: a choice")
    p_value: float = column("1", "p-value of no change (Bonferroni over all numbers)")
    is_moved: bool = column("", "the numbers of the remaining worlds differ significantly")
    before: str = column("", "range in all worlds, as text", heading="nine worlds of ten")
    after: str = column("", "range in the remaining worlds, as text", heading="of those that remain")


@table("answers", "share of the worlds in which each hub carries its traffic", sort="scenario")
class AnswerShareRow:
    scenario: str = column("", "the hub", heading="hub")
    before: Interval = share_of("all assumed worlds", heading="carries in")
    after: Interval = share_of("the worlds that remain", heading="of those that remain")


def narrowed(rows: Sequence[RangeRow]) -> list[RangeRow]:
    """Ranges that narrow noticeably, and choices that lose an option."""
    return [
        row for row in rows
        if row.is_moved and (row.before != row.after if np.isnan(row.narrower) else row.narrower >= _NARROWS)
    ]  # fmt: skip


@dataclass(frozen=True)
class Result:
    keys: CalibrateKeys
    designs: tuple[Design, ...]
    history: Matched
    known: Known
    worlds: Screened

    @property
    def observations(self) -> Sequence[Observation]:
        return self.keys.calibrate.observations

    @property
    def possible(self) -> NDArray[np.bool_]:
        return self.history.possible

    @property
    def has_enough(self) -> bool:
        """Whether enough worlds remain for statements about them."""
        return int(self.possible.sum()) >= _FEWEST

    @cached_property
    def left(self) -> Interval:
        """Share of the worlds that remain."""
        return self.history.share()

    @cached_property
    def names(self) -> tuple[Name, ...]:
        return names_of(self.worlds.worlds)

    @cached_property
    def observation_rows(self) -> list[ObservationRow]:
        """Observations in the file's order."""
        base = configured(self.keys.sure.ranges)[None, :]
        rows = []
        for at, (seen, target, emulator) in enumerate(
            zip(self.observations, self.history.targets, self.history.emulators, strict=True)
        ):
            shows = emulator.surface(self.history.sample.scaled)
            rows.append(
                ObservationRow(
                    seen.hub, seen.kpi, seen.unit, seen.value, seen.tolerance, float(emulator.surface(base)[0]),
                    *_ends(shows), *self._ends_left(shows), target.of_observation, target.of_discrepancy,
                    emulator.of_simulation, emulator.of_emulator, emulator.surface.explained, self.history.alone(at),
                    seen.source,
                )
            )  # fmt: skip
        return rows

    @cached_property
    def wave_rows(self) -> list[WaveRow]:
        return [
            WaveRow(at + 1, len(wave.answers), self.history.share(at)) for at, wave in enumerate(self.history.waves)
        ]

    @cached_property
    def range_rows(self) -> list[RangeRow]:
        """Ranges, with the clearest change first."""
        rows = []
        columns = zip(
            self.keys.sure.ranges.items(), self.names, self.worlds.values.T, self.history.unmoved(), strict=True
        )
        for (key, (_, base, _)), name, values, p_value in columns:
            before, after = _ends(values), self._ends_left(values)
            width = before[1] - before[0]
            narrower = 1 - (after[1] - after[0]) / width if width > 0 else 0.0
            texts: Iterable[str] = (_text(name, *ends) for ends in (before, after))
            if name.options:
                narrower = float("nan")
                texts = (_options(name, values[kept]) for kept in (slice(None), self.possible))
            p, is_moved = float(p_value), bool(p_value <= _SIGNIFICANT)
            rows.append(RangeRow(key, name.text, base, *before, *after, narrower, p, is_moved, *texts))
        return sorted(rows, key=lambda row: row.p_value)

    @cached_property
    def answer_rows(self) -> list[AnswerShareRow]:
        sample, kept = self.known.sample, self.possible
        left = Sample(sample.screen[:, kept], sample.points[kept], sample.scaled[kept])
        nothing = Interval(float("nan"), None, None, 0)
        return [
            AnswerShareRow(
                design.label,
                self.known.share(at).interval,
                self.known.share(at, left).interval if self.has_enough else nothing,
            )
            for at, design in enumerate(self.designs)
        ]

    def _ends_left(self, values: Numbers) -> tuple[float, float]:
        return _ends(values[self.possible]) if self.has_enough else (float("nan"), float("nan"))


def _text(name: Name, low: float, high: float) -> str:
    """A range from low to high, with its unit once."""
    return name.range(low, high) if np.isfinite(low) else "–"


def _options(name: Name, places: Numbers) -> str:
    """Options of a choice that occur in some of the worlds."""
    return listed([name.value(float(place)) for place in np.unique(places)], "or") or "–"


def _ends(values: Numbers) -> tuple[float, float]:
    low, high = np.quantile(values, MIDDLE)
    return float(low), float(high)
