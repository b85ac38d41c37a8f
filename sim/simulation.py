"""One replication: from a configuration and a number to tables and KPIs."""

from dataclasses import dataclass, replace

from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.goods import draw_goods
from sim.inputs.inputs import make_inputs
from sim.latest import for_latest
from sim.measures.exposure_tables import exposure_laws, exposure_tables
from sim.measures.kpis import KPIS, Measured, computed
from sim.measures.laws import check_laws, n_held
from sim.measures.occupancy import backlog_here
from sim.measures.recovery import LONGER, paths, recovery
from sim.measures.tables import make_tables
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.measures.window import bin_edges
from sim.own import adopt
from sim.processes import hub
from sim.reading import plain, read
from sim.record.schemas import Table, tabulate
from sim.units import Ticks


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a replication.

    Attributes:
        replication: Its number.
        kpis: Numbers by name; docs/kpis.md has their units and meanings. NaN if the replication has no value.
        tables: Tables by name. A table is a mapping from columns to numpy arrays of one length (n_rows,). Instants are
            in minutes after the first midnight; docs/kpis.md has columns and units. The columns of `flows`, which may
            be long, are made when they are read; pandas accepts `dict(tables["flows"])`.
        n_laws: Number of conservation laws that were checked; all hold.
    """

    replication: int
    kpis: dict[str, float]
    tables: dict[str, Table]
    n_laws: int


def simulate(config: HubConfig, replication: int = 0) -> Result:
    """Run one replication of a hub. The same configuration and replication give the same bits.

    Args:
        config: The hub, from `experiments.composition.load`.
        replication: Its number, at least 0; it determines the drawn flights, parcels, delays and outages.

    Returns:
        KPIs and tables, in this process's memory.

    Raises:
        ConfigError: The configuration contradicts itself, the number is below 0, or too many flights are inside.
        InputError: A file of flights cannot be read; a function of the user's file raises or gives an impossible value.
        LawBroken: A conservation law does not hold, which is a fault of the model.
    """
    if replication < 0:
        raise ConfigError(f"replication: at least 0, got {replication}")
    adopt(config.own_file)
    config = _checked(config)
    inputs = make_inputs(config, replication)
    run = hub.run(inputs)
    unrecorded = replace(config, record=config.record.without_details)
    undisturbed = _undisturbed_backlog(unrecorded, replication) if config.disruptions else None
    tables = make_tables(config, inputs, run.record, run.store.kept, run.export_store, undisturbed)
    tables |= _longer_backlogs(unrecorded, replication, tables)
    n_laws = check_laws(inputs, run.record, tables)
    goods = draw_goods(config, replication, [flight for flight in inputs.flights if flight.is_cohort])
    tables |= exposure_tables(config, inputs, run.record, tables, goods)
    n_laws += n_held(exposure_laws(config, tables))
    return Result(replication, computed(Measured(config, inputs, run.record, tables)), tables, n_laws)


def growth(config: HubConfig, replication: int) -> dict[str, float]:
    """The KPIs on the growth of a replication's backlog; the run without its disruptions is not simulated.

    Raises the errors of `simulate`.
    """
    adopt(config.own_file)
    config = _checked(config)
    config = replace(config, record=config.record.without_details)
    inputs = make_inputs(config, replication)
    run = hub.run(inputs)
    tables = make_tables(config, inputs, run.record, run.store.kept, run.export_store)
    check_laws(inputs, run.record, tables)
    measured = Measured(config, inputs, run.record, tables)
    return {name: KPIS[name](measured) for name in GROWTH_KPIS}


@for_latest
def _checked(config: HubConfig) -> HubConfig:
    """The configuration, read once more, as `dataclasses.replace` skips the bounds; once for all its replications."""
    return read(HubConfig, plain(config))


def _undisturbed_backlog(config: HubConfig, replication: int) -> Ticks:
    """The backlog of the same replication with the same draws, but without disruptions."""
    inputs = make_inputs(replace(config, disruptions={}), replication)
    return backlog_here(inputs, hub.run(inputs).record)


def _longer_backlogs(config: HubConfig, replication: int, tables: dict[str, Table]) -> dict[str, Table]:
    """The table `recovery`: a longer run of the replication, with and without disruptions, until it has recovered.

    The measured days are doubled twice at most. The table is empty if the run itself shows the recovery.
    """
    longer = {"recovery": tabulate("recovery", {})}
    for factor in LONGER if config.disruptions and config.recovery.runs_on else ():
        if not recovery(config, {**tables, **longer})[0].is_unknown:
            break
        longer_config = replace(config, horizon_days=factor * config.horizon_days)
        inputs = make_inputs(longer_config, replication)
        disturbed = backlog_here(inputs, hub.run(inputs).record)
        edges = bin_edges(inputs)
        series = paths(edges, disturbed, _undisturbed_backlog(longer_config, replication), config)
        longer = {"recovery": tabulate("recovery", {"time": edges, **series})}
    return longer
