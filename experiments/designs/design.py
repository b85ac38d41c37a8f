"""The keys of verbs, and the designs that they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

from experiments.arguments import Arguments, key_of
from experiments.composition import HUB_KEYS, compose, hub, scenarios, study
from experiments.designs.spreadsheet import Factors, compose_design, designs_among, factors_of
from experiments.designs.typed_designs import DesignWords
from experiments.execution import Place
from experiments.money.kpis import KPIS
from experiments.money.prices import Prices
from experiments.report.page import WhenPage
from experiments.report.sections import sentence_of
from experiments.statistics.family import Family
from sim.config import ArrivalModel, HubConfig
from sim.config.bounds import check_different, check_known
from sim.errors import ConfigError
from sim.measures import kpis as of_hub
from sim.reading import Bounds, near, plain

K = TypeVar("K", bound="Replicated")
S = TypeVar("S", bound="DesignKeys")
_MOST = "max_replications"
_MOST_REPLICATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Replicated:
    """Keys of every study that replicates hubs: how often, and where."""

    replications: Annotated[int, Bounds(ge=1, le=_MOST_REPLICATIONS)]
    workers: Annotated[int, Bounds(ge=1, le=1024)] | None
    execution: Place | None
    """None: not given, as in a stored run, which means this machine."""
    page: WhenPage | None = field(default=None, kw_only=True)
    """None: not given, which means now."""
    cache_mb: Annotated[int, Bounds(ge=0, le=10_000_000)] | None = field(default=None, kw_only=True)
    """Size of the cache of replications for other studies; None: not given, as in a stored run: no cache."""

    @property
    def compared(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Names of scenarios, demands and arrival models to compare; usually none."""
        return (), (), ()

    @property
    def prices(self) -> Prices | None:
        """Prices for the KPIs of money; None: no prices."""
        return None

    @property
    def max_replications(self) -> int | None:
        """Largest number of stored replications; None: none are stored."""
        return None

    def as_plain(self) -> dict[str, Any]:
        """The keys as a run stores them."""
        keys: dict[str, Any] = plain(self)
        return keys


class Longer(StrEnum):
    """Whether longer runs decide if the backlog grows, where the runs themselves do not show it."""

    DECIDE = "decide"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Designed(Replicated):
    """Keys of every study that compares designs."""

    factors: dict[str, dict[str, str]]
    """By design, the keys in which designs of a file or typed designs differ, with their values; cannot be set by a
    word."""
    stability: Longer | None = field(default=None, kw_only=True)
    """None: not given, as in a stored run, which means that longer runs decide."""

    def __post_init__(self) -> None:
        keys = [list(values) for values in self.factors.values()]
        if any(values != keys[0] for values in keys):
            raise ValueError("factors: every design must have the same keys")

    def as_plain(self) -> dict[str, Any]:
        """The keys as a run stores them, without factors if there are none, and without the usual `stability`."""
        keys = Replicated.as_plain(self)
        if not self.factors:
            del keys["factors"]
        if self.stability is not Longer.OFF:
            del keys["stability"]
        return keys


@dataclass(frozen=True, slots=True)
class DesignKeys(Designed):
    """Keys of a study other than the hub's."""

    scenarios: tuple[str, ...]
    demands: tuple[str, ...]
    arrival_models: tuple[str, ...]
    precision: dict[str, Annotated[float, Bounds(gt=0)] | None]
    """Requested half-widths, by KPI, and `max_replications`."""
    family: Family
    """How the differences from the first design are tested together."""
    cost: Prices

    @property
    def compared(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        return self.scenarios, self.demands, self.arrival_models

    @property
    def prices(self) -> Prices:
        return self.cost

    @property
    def half_widths(self) -> dict[str, float]:
        """Requested half-width by KPI, in the KPI's unit; replications are added until it is reached. Usually none."""
        return {kpi: width for kpi, width in self.precision.items() if width is not None and kpi != _MOST}

    @property
    def max_replications(self) -> int:
        """Largest number of replications; the fixed number if no precision is requested."""
        return int(self.precision[_MOST] or 0) if self.half_widths else self.replications

    @property
    def answers_margin(self) -> "Margin | None":
        """The margin computed for each design's answer; None: no answer is given."""
        return None

    def __post_init__(self) -> None:
        Designed.__post_init__(self)
        for name in ("scenarios", "demands", "arrival_models"):
            check_different(name, getattr(self, name))
        models = [model.value for model in ArrivalModel if model is not ArrivalModel.FILE]
        if unknown := [model for model in self.arrival_models if model not in models]:
            raise ValueError(f"arrival_models: {unknown[0]!r} is not one of {', '.join(models)}")
        self._check_precision()

    def as_plain(self) -> dict[str, Any]:
        """The keys without limits and KPIs that have no effect."""
        widths = {name: width for name, width in self.precision.items() if self.half_widths and width is not None}
        return {**Designed.as_plain(self), "precision": widths}

    def _check_precision(self) -> None:
        for kpi in self.precision.keys() - KPIS - {_MOST}:
            raise ValueError(f"precision.{kpi}: no such KPI{near(kpi, [*KPIS, _MOST])}")
        most = self.precision.get(_MOST)
        if most is None and not self.half_widths:
            return
        if most is None or most != int(most) or most > _MOST_REPLICATIONS:
            given = "null" if most is None else f"{most:g}"
            raise ValueError(f"precision.{_MOST}: expected a whole number up to {_MOST_REPLICATIONS}, got {given}")
        if self.half_widths and self.replications < 2:
            raise ValueError(f"replications: a precision needs at least 2, got {self.replications}")
        if self.half_widths and most < self.replications:
            raise ValueError(sentence_of("least_of_precision", name=_MOST, n=self.replications, most=most))


@dataclass(frozen=True, slots=True)
class Margin:
    """Demands simulated around that of a design, to show how far the answer is from changing."""

    replications: Annotated[int, Bounds(ge=1, le=100)]
    reach: Annotated[float, Bounds(gt=0, lt=1)]
    """Largest distance from the demand of the design, as a share of it."""
    tolerance: Annotated[float, Bounds(ge=0.001, le=50)]
    """Largest distance between a demand that is carried and one that is not [flights/d]."""
    designs: Annotated[int, Bounds(ge=0, le=1000)]
    """Largest number of designs; with more, no margin is computed."""


@dataclass(frozen=True, slots=True)
class MarginKeys(DesignKeys):
    """Keys of `run` and `compare`."""

    margin: Margin

    @property
    def answers_margin(self) -> Margin:
        return self.margin


@dataclass(frozen=True, slots=True)
class Design:
    """A design: its name in every table, and its hub."""

    label: str
    hub: HubConfig


def single(arguments: Arguments) -> tuple[list[Design], MarginKeys]:
    """The one design of `cargohub run`."""
    if designs_among(arguments.words)[1]:
        raise ConfigError(sentence_of("run_takes_one", name="designs"))
    composed = compose(arguments.words, arguments.config_dir)
    keys = study(MarginKeys, composed)
    for name in ("scenarios", "demands", "arrival_models"):
        if getattr(keys, name):
            raise ConfigError(sentence_of("run_takes_one", name=name))
    config = hub(composed)
    return [Design(config.scenario, config)], keys


def several(arguments: Arguments, kind: type[S]) -> tuple[list[Design], S]:
    """Designs and keys of a verb: from a spreadsheet, whose first design is the baseline, or from scenarios.

    Scenarios × demands under the first arrival model are followed by the first scenario under the other models.
    """
    (words, rows), config_dir = designs_among(arguments.words), arguments.config_dir
    shared = compose(without_hub(words), config_dir)
    keys = study(kind, shared)
    if rows:
        if any(keys.compared):
            raise ConfigError(sentence_of("designs_alone"))
        designs, factors, cost = of_rows(rows, words, config_dir)
        return designs, replace(study(kind, {**shared, "cost": cost}), factors=factors)
    if not keys.scenarios:
        first, second = scenarios(config_dir)[:2]
        raise ConfigError(sentence_of("needs_scenarios", verb=arguments.verb, first=first, second=second))
    rest = _checked_rest(words, keys.scenarios, config_dir)
    for key, of in (("demand", "demands"), ("arrivals", "arrival_models")):
        if (names := getattr(keys, of)) and any(word.startswith(f"{key}=") for word in rest):
            raise ConfigError(sentence_of("named_beside", key=key, of=of, names=",".join(names)))
    demands: list[str | None] = [*keys.demands] or [None]
    models: list[str | None] = [*keys.arrival_models] or [None]
    wanted = [(scenario, demand, models[0]) for scenario in keys.scenarios for demand in demands]
    wanted += [(keys.scenarios[0], demand, model) for demand in demands for model in models[1:]]
    designs, composed = [], []
    for scenario, demand, model in wanted:
        values = [*rest, f"scenario={scenario}"]
        values += [f"demand={demand}"] if demand else []
        values += [f"arrivals={model}"] if model else []
        label = [scenario, *([demand] if demand and len(demands) > 1 else [])]
        label += [model] if model and model != models[0] else []
        composed.append(compose(values, config_dir))
        designs.append(Design(", ".join(label), hub(composed[-1])))
    return designs, study(kind, {**shared, "cost": _prices_of(composed)})


def of_rows(
    rows: Sequence[DesignWords], words: Sequence[str], config_dir: Path | None
) -> tuple[list[Design], Factors, Mapping[str, Any]]:
    """The designs of a spreadsheet or list, the keys in which they differ, and their prices."""
    composed, names = [compose_design(row, words, config_dir) for row in rows], [row.name for row in rows]
    cost = _prices_of(composed)
    designs = [Design(name, hub(config)) for name, config in zip(names, composed, strict=True)]
    return designs, factors_of(names, rows, composed), cost


def _prices_of(composed: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The prices of all designs, which their scenarios may choose.

    Raises:
        ConfigError: they differ.
    """
    prices: Mapping[str, Any] = composed[0]["cost"]
    if any(each["cost"] != prices for each in composed):
        raise ConfigError(sentence_of("same_prices"))
    return prices


def without_hub(words: Sequence[str]) -> list[str]:
    """The words for a study's keys: a hub's key may be that of a scenario alone, such as a lane; `rules` names KPIs."""
    return [word for word in words if key_of(word).rpartition("@")[2].partition(".")[0] not in {*HUB_KEYS} - {"rules"}]


def with_study(words: Sequence[str], name: str) -> list[str]:
    """The words, preceded by the verb's packaged study if they name none."""
    return list(words) if any(word.startswith("study=") for word in words) else [f"study={name}", *words]


def check_kpis(kpis: Sequence[str]) -> None:
    """Refuse an empty list, unknown KPIs, duplicates and KPIs of money, which such studies do not compute.

    Raises:
        ValueError: the first mistake.
    """
    if not kpis:
        raise ValueError("kpis: at least one")
    check_known("kpis", "no KPI of a hub without prices:", kpis, of_hub.KPIS)
    check_different("kpis", kpis)


def one_hub(arguments: Arguments, kind: type[K], verb: str, group: str = "") -> tuple[list[Design], K]:
    """The one hub given to a verb, and the verb's keys; `group`: as in `with_keys`.

    Raises:
        ConfigError: as in `with_keys`.
    """
    composed, keys = with_keys(with_study(arguments.words, verb), arguments.config_dir, kind, verb, group)
    config = hub(composed)
    return [Design(config.scenario, config)], keys


def with_keys(
    words: Sequence[str], config_dir: Path | None, kind: type[K], verb: str, group: str = ""
) -> tuple[dict[str, Any], K]:
    """The composed configuration, and the verb's keys; `group`: its required group of keys (empty: the verb's name).

    Raises:
        ConfigError: a study without these keys, or values that the schemas refuse.
    """
    composed = compose(words, config_dir)
    check_group(composed, verb, group or verb)
    return composed, study(kind, composed)


def check_group(composed: Mapping[str, Any], verb: str, group: str) -> None:
    """Refuse a composed configuration without the keys of a verb."""
    if group not in composed:
        raise ConfigError(f"study: {verb.replace('_', '-')} needs the keys of {group}; study={verb} has them")


def named(words: Sequence[str], names: Sequence[str], config_dir: Path | None) -> list[Design]:
    """The named scenarios as designs, with all other words applied."""
    rest = _checked_rest(words, names, config_dir)
    return [Design(name, hub(compose([*rest, f"scenario={name}"], config_dir))) for name in names]


def _checked_rest(words: Sequence[str], names: Sequence[str], config_dir: Path | None) -> list[str]:
    """The words other than the named scenarios; refuses names that do not exist."""
    known = scenarios(config_dir)
    for name in names:
        if name not in known:
            raise ConfigError(f"scenarios: unknown scenario {name!r}{near(name, known)}")
    if (beside := next((word for word in words if word.startswith("scenario=")), None)) is not None:
        raise ConfigError(sentence_of("scenario_beside", beside=beside))
    return list(words)
