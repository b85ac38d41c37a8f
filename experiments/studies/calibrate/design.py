"""The request of `cargohub calibrate observed=FILE`: hubs, the file of observations, and the effort.

The file is a CSV. Each row has a KPI, its value, tolerance, unit and source, and the hub.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from experiments.arguments import Arguments, check_among, key_of
from experiments.assumptions.ranges import ranges_of
from experiments.composition import compose, hub, packaged
from experiments.designs.design import Design, with_keys, with_study
from experiments.formatting import listed
from experiments.report.sections import sentence_of
from experiments.statistics.history_matching import TWICE, Target, Waves
from experiments.statistics.interval import TAILS
from experiments.studies.sure.design import SureKeys, check_effort
from sim.config.bounds import check_known
from sim.csv_rows import csv_table
from sim.errors import ConfigError, InputError, placed
from sim.measures.kpis import KPIS
from sim.names import number_of
from sim.reading import Bounds, near, read

FOLDER: Final = "observed"
COLUMNS: Final = ("kpi", "value", "tolerance", "unit", "source")
HUB: Final = "hub"
"""The column that may be missing if all rows are of the first hub."""
DISCREPANCY: Final = "discrepancy"
"""The column that may be missing if all rows have the study's value."""
_NUMBERS: Final = ("value", "tolerance")


@dataclass(frozen=True, slots=True)
class Observation:
    """An observed figure of a hub.

    `tolerance`: half the width of the range that contains the true value (95 %) [the KPI's unit]; `discrepancy`:
    standard deviation of the model's own error, as a share of the value; None: the study's.
    """

    kpi: str
    value: float
    tolerance: Annotated[float, Bounds(gt=0)]
    unit: str
    source: str
    hub: str
    discrepancy: Annotated[float, Bounds(ge=0, le=10)] | None

    def __post_init__(self) -> None:
        check_known("kpi", "no KPI", [self.kpi], KPIS)
        known = KPIS[self.kpi]
        if self.unit != known.unit:
            unit = "1 (a share from 0 to 1, or a count)" if known.unit == "1" else known.unit
            raise ValueError(f"unit: {self.kpi} is in {unit}, got {self.unit!r}")
        least, most = known.range
        if not least <= self.value <= most:
            upper = "" if most == math.inf else f" and at most {most:g}"
            raise ValueError(f"value: {self.kpi} is at least {least:g}{upper}, got {self.value:g}")
        if not self.source.strip():
            raise ValueError("source: expected who published it and where, got nothing")


def file_of(named: str) -> Path:
    """The file, or the packaged file of that name.

    Raises:
        InputError: neither exists.
    """
    path, shipped = Path(named), {path.stem: path for path in (packaged() / FOLDER).glob("*.csv")}
    if path.exists() or (path.suffix and named not in shipped):
        return path
    check_among(OBSERVED, named, "neither a file nor one of those packaged", sorted(shipped))
    return shipped[named]


def read_observations(path: Path, hubs: Collection[str]) -> tuple[Observation, ...]:
    """Rows of the file, each of one of the hubs.

    Raises:
        InputError: a file that cannot be read, or no rows; in a row an invalid KPI, number, unit or hub, or a
            KPI that the hub has twice.
    """
    table = csv_table(path, may_be_latin=True)
    if not table.header:
        raise InputError(f"{path}: empty; expected a header with {listed(COLUMNS, 'and')}, and a row for each KPI")
    columns = (*COLUMNS, *(name for name in (HUB, DISCREPANCY) if name in table.header))
    row_of: dict[str, int] = {}
    observations = []
    for row, cells in table.cells_of(columns):
        place = f"{path}, row {row}"
        seen = _observation(place, cells, list(hubs))
        what = f"{seen.kpi} of {seen.hub}"
        if what in row_of:
            raise InputError(f"{place}, kpi: {what} occurs twice, first in row {row_of[what]}")
        row_of[what] = row
        observations.append(seen)
    return tuple(observations)


def _observation(place: str, cells: dict[str, str], hubs: Sequence[str]) -> Observation:
    hub = cells.get(HUB) or hubs[0]
    if hub not in hubs:
        raise InputError(f"{place}, {HUB}: the study has no hub {hub!r}{near(hub, hubs)}")
    fields: dict[str, object] = {**cells, HUB: hub, DISCREPANCY: None}
    for name in (*_NUMBERS, *([DISCREPANCY] if cells.get(DISCREPANCY) else [])):
        fields[name] = number_of(cells[name].replace("_", "?"))  # Python reads 1_0 as ten
        if fields[name] is None:
            raise InputError(f"{place}, {name}: expected a number with a decimal point, got {cells[name]!r}")
    with placed(f"{place}, ", InputError):
        return read(Observation, fields)


VERB: Final = "calibrate"
OBSERVED: Final = "observed"
PUBLISHED: Final = "published"
"""Name of the packaged file."""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """The keys below `calibrate`; `configs/study/calibrate.yaml` explains them."""

    hubs: dict[str, tuple[str, ...]]
    waves: Annotated[int, Bounds(ge=1, le=20)]
    worlds: Annotated[int, Bounds(ge=2 * TWICE, le=1000)]
    farthest: Annotated[float, Bounds(ge=1, le=10)]
    discrepancy: Annotated[float, Bounds(ge=0, le=1)]
    observations: tuple[Observation, ...]

    def __post_init__(self) -> None:
        if not self.hubs:
            raise ValueError("hubs: at least one")
        for observation in self.observations:
            if observation.hub not in self.hubs:
                raise ValueError(f"observations: no hub {observation.hub!r}")

    @property
    def effort(self) -> Waves:
        return Waves(self.waves, self.worlds, self.farthest)

    @property
    def targets(self) -> list[Target]:
        """Targets by observation; a tolerance is the half-width of an interval at the usual confidence."""
        from scipy.special import ndtri

        width = float(ndtri(TAILS[1]))
        places = list(self.hubs)
        shares = [self.discrepancy if seen.discrepancy is None else seen.discrepancy for seen in self.observations]
        return [
            Target(places.index(seen.hub), seen.value, seen.tolerance / width, share * abs(seen.value))
            for seen, share in zip(self.observations, shares, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class CalibrateKeys(SureKeys):
    """Keys of the study other than the hubs'; those of `sure` are for the answer."""

    calibrate: Calibrate


_UNREAD: Final = frozenset({
    "scenarios", "demands", "arrival_models", "sure.question", "sure.flights", "sure.kpis", "sure.widths",
    "sure.scatter",
})  # fmt: skip
"""Keys of `sure` that only `sure` reads."""


def parse(arguments: Arguments) -> tuple[list[Design], CalibrateKeys]:
    """The hubs of the study, or the one named by the words; the file of observations, and the ranges."""
    observed = [word for word in arguments.words if key_of(word) == OBSERVED]
    words = with_study([word for word in arguments.words if key_of(word) != OBSERVED], VERB)
    if unread := _UNREAD.intersection(map(key_of, words)):
        raise ConfigError(sentence_of("calibrate_unread", key=min(unread)))
    composed, keys = with_keys(words, arguments.config_dir, CalibrateKeys, VERB)
    hubs = keys.calibrate.hubs
    if {"scenario", "demand"} & {key_of(word) for word in words}:
        hubs = {hub(composed).scenario: ()}
    configs = {name: hub(compose([*given, *words], arguments.config_dir)) for name, given in hubs.items()}
    designs = [Design(name, config) for name, config in configs.items()]
    check_effort(keys, len(designs), words)
    path = file_of(observed[0].partition("=")[2] if observed else PUBLISHED)
    asked_for = replace(keys.calibrate, hubs=hubs, observations=read_observations(path, hubs))
    ranges = ranges_of(designs[0].hub, arguments.config_dir)
    return designs, replace(keys, calibrate=asked_for, sure=replace(keys.sure, ranges=ranges))
