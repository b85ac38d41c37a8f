"""Flows by place and interval are those of the parcels, one by one."""

import numpy as np
import pytest
from test_halls import SPECIALISED

from experiments.composition import load
from experiments.replications.work import evaluate
from sim import simulate, simulation
from sim.record.schemas import CHUTE, EXPORT_LANE, LANE, MACHINE, SCREENING

SMALL = (
    "horizon_days=1", "warmup_days=0", "service_h=6", "exports.service_h=24", "demand.flights_per_day=6",
    "demand.parcels_per_flight=1500", "demand.net_t_per_flight=1.2",
)  # fmt: skip
KEPT = ("record.parcels_of_flights=all", "record.parcels_of_collections=all")


@pytest.fixture(scope="module", params=["flexible", "dedicated"])
def tables(request):
    return simulate(load("liege_30k", *SMALL, *KEPT, f"packout.rule={request.param}")).tables


def of_intervals(instants, end):
    """How many instants [min] are in each interval of five minutes, by its end."""
    known = instants[~np.isnan(instants)]
    ends, counts = np.unique(np.minimum((np.floor(known / 5) + 1) * 5, end), return_counts=True)
    return dict(zip(ends.tolist(), counts.tolist(), strict=True))


def stored(flows, place, column, route=None):
    found = {}
    chosen = flows["place"] == place
    if route is not None:
        chosen &= flows["route"] == route
    for time, n in zip(flows["time"][chosen].tolist(), flows[column][chosen].tolist(), strict=True):
        found[time] = found.get(time, 0) + n
    return {time: n for time, n in found.items() if n}


def end_of(tables):
    return tables["occupancy"]["time"].max()


def test_chutes_and_lanes_have_the_flows_of_their_parcels(tables):
    flows, parcels, end = tables["flows"], tables["parcels"], end_of(tables)
    for route in np.unique(parcels["route"]).tolist():
        here = {name: values[parcels["route"] == route] for name, values in parcels.items()}
        assert stored(flows, CHUTE, "n_came", route) == of_intervals(here["at_chute"], end)
        packed = np.where(np.isnan(here["at_chute"]), np.nan, here["ready"])
        assert stored(flows, CHUTE, "n_left", route) == of_intervals(packed, end)
        assert stored(flows, LANE, "n_came", route) == of_intervals(here["ready"], end)
        assert stored(flows, LANE, "n_left", route) == of_intervals(here["cut_off"], end)
    assert len(flows["time"]) > 100


def test_lanes_count_what_shuttles_take_and_bring():
    tables = simulate(load("liege_100k_complex", *SMALL, *KEPT, *SPECIALISED)).tables
    flows, parcels, end = tables["flows"], tables["parcels"], end_of(tables)
    assert (~np.isnan(parcels["sent"])).sum() > 100
    for name, stamps in (("n_came", ("sent_ready", "ready")), ("n_left", ("sent", "cut_off"))):
        assert stored(flows, LANE, name) == of_intervals(np.concatenate([parcels[stamp] for stamp in stamps]), end)


def test_export_lanes_count_what_is_built_into_ulds(tables):
    formed = of_intervals(tables["out_parcels"]["formed"], end_of(tables))
    assert stored(tables["flows"], EXPORT_LANE, "n_left") == formed != {}


def test_machines_and_screening_have_the_flows_of_imports_and_exports(tables):
    flows, parcels, exports = (tables[name] for name in ("flows", "parcels", "out_parcels"))
    end = end_of(tables)
    sorted_once = np.where(parcels["is_non_conveyable"], np.nan, parcels["sort_end"])
    sorted_twice = np.where(parcels["is_non_conveyable"], np.nan, parcels["second_end"])
    left = np.concatenate((sorted_once, sorted_twice, exports["sort_end"]))
    assert stored(flows, MACHINE, "n_left") == of_intervals(left, end)
    assert stored(flows, SCREENING, "n_came") == of_intervals(exports["handled"], end)
    assert stored(flows, SCREENING, "n_left") == of_intervals(exports["screen_end"], end)


def test_flows_are_not_counted_where_nobody_asks_for_them():
    quiet = simulate(load("liege_30k", *SMALL, "record.flow_min=0"))
    assert not len(quiet.tables["flows"]["time"])
    assert len(quiet.tables["manning"]["since"])


def test_manning_has_every_step_of_the_roster_and_of_outages(tables):
    manning = tables["manning"]
    assert {"packout_posts", "workers", "inductions", "tugs"} <= set(manning["kind"].tolist())
    assert manning["since"].min() == 0
    assert (manning["n_posts"] >= 0).all()


def test_where_only_kpis_are_kept_no_flows_are_counted(monkeypatch):
    asked = load("liege_30k", *SMALL)
    counted = simulate(asked)
    seen = []
    monkeypatch.setattr(simulation, "simulate", lambda config, number: seen.append(config) or simulate(config, number))
    assert evaluate(asked, 0)["kpis"] == counted.kpis
    (config,) = seen
    assert config.record.flow_min == 0 < asked.record.flow_min
    assert len(counted.tables["flows"]["time"]) > 100
