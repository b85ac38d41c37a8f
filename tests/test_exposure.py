"""The ledger of data: cases computed by hand, policies, what they cost, and mistakes in one line."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from experiments.composition import load
from experiments.designs.unusual import hub_warnings
from sim.config import HubConfig
from sim.config.data_views import lookup_in_force, views
from sim.config.exposure import Copy, Event, Exposure, Inference, Message, Party, System
from sim.errors import ConfigError
from sim.inputs.load_plan import Lookups, make_lookups
from sim.measures.exposure import flow_rows, ledger_rows, matrix_rows, n_records
from sim.measures.exposure_tables import message_columns
from sim.measures.inference import inference_rows, r_squared
from sim.measures.kpis import DATA, GOODS, names
from sim.reading import plain, read
from sim.record.schemas import Table, tabulate
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN, ticks

SMALL = ("demand.flights_per_day=1", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "horizon_days=2",
         "warmup_days=1")  # fmt: skip
NEW = ("watch", "messages", "exposure", "exposure_matrix", "data_flows", "inference", "trade", "trade_balance")


@pytest.fixture(scope="module")
def on() -> HubConfig:
    return load("liege_30k", "exposure=ledger", "trade=goods", *SMALL)


@pytest.fixture(scope="module")
def result(on: HubConfig) -> sim.Result:
    return sim.simulate(on)


@pytest.fixture
def small(on: HubConfig) -> Exposure:
    """A shop tells a carrier what and where; the carrier tells a post where. All is kept at a host's."""
    parties = {
        "shop": Party("CN", ("product", "route")),
        "carrier": Party("BE", ()),
        "post": Party("EU", ()),
        "host": Party("DE", ()),
        "other": Party("FR", ()),
    }
    systems = {"cloud": System("DE", "host", "DE"), "paper": System("EU", "post", "EU")}
    messages = {
        "order": Message(
            Event.PARCEL_ANNOUNCED, -24, "shop", ("product", "route"), {"carrier": Copy("cloud", 100, ("route",))}
        ),
        "list": Message(Event.PARCEL_DEPARTED, 0, "carrier", ("route",), {"post": Copy("paper", 10, ("route",))}),
    }
    policy = on.exposure.policies["data_retention_30d"]
    nothing = replace(policy, retention=None, lookup=None)
    return Exposure(
        True, parties, systems, messages, Inference((), ("route",), ("product",), ()), None, {"own": nothing}, None
    )


def sent(order: int = 7, listed: int = 5) -> Table:
    return tabulate(
        "messages",
        {"message": ["order", "list"], "day": [0, 3], "n_sent": [order, listed], "is_measured": [True, True]},
    )


def rows_of(columns: dict[str, list[object]]) -> list[tuple[object, ...]]:
    return sorted(zip(*columns.values(), strict=True), key=str)


def test_a_receiver_and_the_operator_of_its_system_read_each_field_of_a_copy(small: Exposure) -> None:
    assert rows_of(ledger_rows(small, sent())) == sorted(
        [
            ("product", "carrier", "cloud", 0, 7, 0, 700, 0),
            ("product", "host", "cloud", 0, 7, 0, 700, 0),
            ("route", "carrier", "cloud", 0, 7, 0, 700, 0),
            ("route", "host", "cloud", 0, 7, 0, 700, 0),
            ("route", "post", "paper", 3, 5, 0, 50, 0),
        ]
    )
    assert n_records(small, sent()) == 7 * 2 * 2 + 5


def under(small: Exposure, **changed: object) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(party, field): records in clear, days in clear, days under a pseudonym."""
    policy = replace(small.policies["own"], **changed)
    rows = matrix_rows(replace(small, policies={"own": policy}), sent())
    return {
        (party, field): tuple(values)
        for name, _, party, field, *values in zip(*rows.values(), strict=True)
        if name == "own"
    }


def test_each_policy_changes_what_it_says_and_nothing_else(small: Exposure, on: HubConfig) -> None:
    plain_view = under(small)
    assert plain_view == {
        ("carrier", "product"): (7, 700, 0), ("carrier", "route"): (7, 700, 0), ("host", "product"): (7, 700, 0),
        ("host", "route"): (7, 700, 0), ("post", "route"): (5, 50, 0),
    }  # fmt: skip
    policies = on.exposure.policies
    retention = replace(policies["data_retention_30d"].retention, systems=("cloud",))
    assert under(small, retention=retention)["host", "route"] == (7, 210, 0)
    assert under(small, retention=replace(retention, days=3650)) == plain_view, "it lengthens nothing"
    assert under(small, minimised=True) == {key: value for key, value in plain_view.items() if key[1] == "route"}
    assert ("carrier", "product") not in under(small, hidden={"carrier": ("product",)})
    assert under(small, sealed=("cloud",)) == {key: v for key, v in plain_view.items() if key[0] != "host"}
    moved = under(small, operators={"host": "other"})
    assert moved["other", "product"] == (7, 700, 0)
    assert ("host", "product") not in moved
    pseudonyms = replace(
        policies["data_pseudonymised"].pseudonymised, systems=("cloud", "paper"), fields=("route",), clear_days=3
    )
    hashed = under(small, pseudonymised=pseudonyms)
    assert hashed["carrier", "route"] == (7, 21, 679), "before the release: in clear for three of its hundred days"
    assert hashed["post", "route"] == (5, 5, 45), "after it: looked up on the day by who needs it"
    unneeded = replace(small.messages["list"], receivers={"post": Copy("paper", 10, ())})
    idle = replace(small, messages={**small.messages, "list": unneeded})
    assert under(idle, pseudonymised=pseudonyms)["post", "route"] == (0, 0, 50), "after it nobody looks it up"
    assert hashed["carrier", "product"] == (7, 700, 0)
    assert under(small, pseudonymised=replace(pseudonyms, clear_days=3650))["carrier", "route"] == (7, 700, 0)


def test_flows_go_from_the_senders_law_to_where_the_copy_stands(small: Exposure) -> None:
    rows = flow_rows(replace(small, policies={}), sent())
    assert rows_of(rows) == [
        ("none", "BE", "EU", "EU", "EU", "route", 5, 5),
        ("none", "CN", "DE", "DE", "DE", "product", 7, 7),
        ("none", "CN", "DE", "DE", "DE", "route", 7, 7),
    ]


def test_what_a_party_can_infer_is_least_squares_on_the_sums_that_it_sees(small: Exposure) -> None:
    # Two lanes, two groups, one week: lane sums 3 and 9 explain 1, 2, 3, 6 but for the groups within.
    parcels = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    rows = inference_rows(replace(small, policies={}), parcels, parcels)
    r2 = dict(zip(rows["party"], rows["r2"], strict=True))
    # Fitted: the lane's mean, 1.5 or 4.5; residuals 0.5 and 1.5 twice: 5 of a variance of 14.
    assert r2["post"] == pytest.approx(1 - 5 / 14)
    assert r2["carrier"] == r2["host"] == r2["shop"] == pytest.approx(1)
    assert r2["other"] == 0
    assert np.isnan(r_squared(np.ones((1, 2, 2)), []))


def test_a_sum_counts_only_where_how_many_is_told(small: Exposure) -> None:
    parcels = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    order = replace(small.messages["order"], event=Event.TRUCK_DEPARTED)
    seen = replace(small, messages={**small.messages, "order": order}, policies={})
    assert inference_rows(seen, parcels, parcels)["r2"][3] == 0, "the host is not told the number of parcels"
    counting = replace(seen, inference=replace(seen.inference, count=("product",)))
    assert inference_rows(counting, parcels, parcels)["r2"][3] == pytest.approx(1)


def test_the_hub_is_the_same_with_and_without_the_ledger(result: sim.Result) -> None:
    off = sim.simulate(load("liege_30k", *SMALL))
    own = (*names(group=DATA), *names(group=GOODS))
    assert all(off.kpis[kpi] == 0 < result.kpis[kpi] for kpi in own)
    assert off.kpis == result.kpis | dict.fromkeys(own, 0.0)
    for name, table in off.tables.items():
        if name in NEW:
            assert not any(len(column) for column in table.values()), name
            continue
        for column, values in table.items():
            other = result.tables[name][column]
            assert np.array_equal(values, other, equal_nan=values.dtype.kind == "f"), (name, column)


def test_messages_sent_are_the_hubs_own_counts(result: sim.Result) -> None:
    messages, flights, stages = (result.tables[name] for name in ("messages", "flights", "occupancy"))

    def n(message: str) -> int:
        return int(messages["n_sent"][messages["message"] == message].sum())

    assert n("import_declaration") == n("order") == flights["n_parcels"].sum()
    assert n("arrival_notice") == (~np.isnan(flights["aldt"])).sum()
    assert n("delivery_list") == flights["n_departed"].sum() > 0
    held_inside = stages["inside"][stages["zone"] == "customs_hold"][-1]
    assert n("hold") == n("release") + n("refusal") + held_inside
    assert n("hold") > 0
    # Of what happened in the two measured days, five days ahead of it.
    measured = messages["is_measured"] & (messages["message"] == "order")
    assert messages["n_sent"][measured].sum() == flights["n_parcels"][flights["is_cohort"]].sum()
    assert set(messages["day"][measured].tolist()) <= {-4, -3}


def test_an_event_is_measured_from_the_start_of_the_measured_days_to_just_before_their_end() -> None:
    """One day of warm-up and two measured days; intervals of a day. Parcels sorted by hand are sorted too."""
    notice, is_sorted = (
        Message(event, 0, "shop", ("route",), {}) for event in (Event.FLIGHT_ANNOUNCED, Event.PARCEL_SORTED)
    )
    exposure = SimpleNamespace(messages={"notice": notice, "sorted": is_sorted})
    config = SimpleNamespace(exposure=exposure, warmup_days=1, days=3)
    nothing = np.zeros(4, dtype=np.int64)
    n_out = {"customs_hold": nothing, "sorting": np.array([5, 4, 0, 0]), "manual_sort": np.array([0, 1, 0, 2])}
    record = SimpleNamespace(stages={name: SimpleNamespace(n_out=n) for name, n in n_out.items()}, refusals=())
    flights = {"arrival": np.array([1439.0, 1440.0, 4319.0, 4320.0])}
    tables = {"flights": flights, "trucks": {}, "customs": {"flight": nothing[:0]}}
    rows = message_columns(config, SimpleNamespace(bin_width=TICKS_PER_DAY), record, tables)
    assert rows["day"] == [0, 1, 2, 3, 0, 1, 3]
    assert rows["is_measured"] == [False, True, True, False, False, True, False]
    assert rows["n_sent"] == [1, 1, 1, 1, 5, 5, 2]


def test_messages_of_declarations_are_those_that_customs_counted() -> None:
    tables = sim.simulate(load("customs_today", "exposure=ledger", *SMALL)).tables
    messages, customs = tables["messages"], tables["customs"]
    for message, column in {
        "referral_answer": "n_referrals",
        "correction": "n_rejected",
        "documents": "n_documents",
        "preloading_left_behind": "n_left_behind",
        "transit_declaration": "n_elsewhere",
    }.items():
        assert messages["n_sent"][messages["message"] == message].sum() == customs[column].sum() > 0, message


def test_what_a_policy_costs_reaches_the_hub(on: HubConfig, result: sim.Result) -> None:
    policy = "data_split_custody"
    dear = replace(on, exposure=replace(on.exposure, policy=policy))
    off = replace(dear, exposure=replace(dear.exposure, is_on=False))
    assert lookup_in_force(on.exposure) is None
    assert lookup_in_force(off.exposure) is None
    lookup = lookup_in_force(dear.exposure)
    assert lookup is not None
    assert dear.coded_per_desk_h == pytest.approx(60 / (60 / on.handcoding.parcels_per_desk_h + lookup.handcoding_min))
    assert on.coded_per_desk_h == off.coded_per_desk_h == on.handcoding.parcels_per_desk_h

    run = sim.simulate(dear)

    def held_min(of: sim.Result) -> int:
        """Parcel-minutes in the hold zone: a mean may stay, since an exponential wait has no memory."""
        stages = of.tables["stages"]
        mine = stages["stage"] == "customs_hold"
        return int((stages["minute"][mine] * stages["n_parcels"][mine]).sum())

    assert held_min(run) > held_min(result)
    assert run.tables["flights"]["arrival"].tolist() == result.tables["flights"]["arrival"].tolist()


def test_a_lookup_waits_until_the_keys_are_back() -> None:
    lookups = Lookups(5, np.array([100, 300]), np.array([120, 330]))
    asked = np.array([0, 99, 100, 119, 120, 310, 400])
    assert lookups.done(asked).tolist() == [5, 104, 125, 125, 125, 335, 405]
    assert (
        Lookups(5, np.array([], dtype=np.int64), np.array([], dtype=np.int64)).done(asked).tolist()
        == (asked + 5).tolist()
    )


def test_the_escrow_is_down_as_long_and_as_often_as_configured(on: HubConfig) -> None:
    config = replace(on, horizon_days=3000, exposure=replace(on.exposure, policy="data_split_custody"))
    lookup, found = lookup_in_force(config.exposure), make_lookups(config, Streams(1, 0))
    assert found is not None
    assert lookup is not None
    assert lookup.escrow is not None
    assert found.duration == ticks(lookup.release_min)
    down, up = (found.up - found.down) / TICKS_PER_MIN, (found.down[1:] - found.up[:-1]) / TICKS_PER_H
    n = len(down)
    assert down.mean() == pytest.approx(lookup.escrow.mttr_min, rel=4 / np.sqrt(n))
    assert up.mean() == pytest.approx(lookup.escrow.mtbf_h, rel=4 / np.sqrt(n))
    assert make_lookups(on, Streams(1, 0)) is None


def test_every_packaged_policy_leaves_every_receiver_what_it_needs(on: HubConfig) -> None:
    for policy in on.exposure.policies.values():
        for view in views(on.exposure, policy):
            needs = set(on.exposure.messages[view.message].receivers[view.receiver].needs)
            assert needs <= view.clear, (view.message, view.receiver)


MISTAKES = {
    "systems.hub_system.jurisdiction=''": "systems.hub_system.jurisdiction: a system needs a value for jurisdiction",
    "systems.hub_system.operator=clod": "systems.hub_system.operator: no party 'clod'",
    "messages.order.fields=[seller,colour]": "messages.order.fields: no party produces the field 'colour'",
    "messages.order.fields=[seller,zzz]": (
        "messages.order.fields: no party produces the field 'zzz'; known: seller, product, price, consignee, route,"
        " volume"
    ),
    "policies.data_minimised.hidden={hub_operator:[volum]}": (
        "policies.data_minimised.hidden.hub_operator: no party produces the field 'volum'; did you mean 'volume'?"
    ),
    "policies.data_pseudonymised.pseudonymised.fields=[consigne]": (
        "policies.data_pseudonymised.pseudonymised.fields: no party produces the field 'consigne'; did you mean"
    ),
    "messages.entry_summary.sender=handler": "messages.entry_summary.fields: handler does not receive 'seller' before",
    "messages.arrival_notice.fields=[volume,price]": (  # nobody needs the price
        "messages.arrival_notice.fields: airline does not receive 'price' before"
    ),
    "messages.order.sender=nobody": "messages.order.sender: no party 'nobody'",
    "policy=data_minimized": "policy: no policy 'data_minimized'; did you mean 'data_minimised'?",
    "policies.data_eu_operator.hidden={postal_operator:[consignee]}": (
        "policies.data_eu_operator.hidden.postal_operator: hides 'consignee', which postal_operator needs in"
        " delivery_list"
    ),
    "policies.data_minimised.hidden={hub_operator:[volume]}": (
        "policies.data_minimised.hidden.hub_operator: hides 'volume', which hub_operator needs in air_manifest"
    ),
    "policies.data_split_custody.lookup=null": (
        "policies.data_split_custody.sealed: sealed data are read with a key that is kept elsewhere; add a lookup"
    ),
    "messages.import_declaration.receivers.customs_destination.needs=[volume]": (
        "messages.import_declaration.receivers.customs_destination.needs: not in the message: 'volume'"
    ),
}


@pytest.mark.parametrize(("word", "message"), MISTAKES.items())
def test_a_mistake_is_one_line(word: str, message: str) -> None:
    added = "++" if "hidden" in word else ""
    with pytest.raises(ConfigError) as caught:
        load("liege_30k", "exposure=ledger", f"{added}exposure.{word}")
    assert str(caught.value).startswith(f"exposure.{message}")
    assert "\n" not in str(caught.value)


def changed(config: HubConfig, **exposure: object) -> HubConfig:
    """Read again, as a file would be."""
    return read(HubConfig, {**plain(config), "exposure": plain(replace(config.exposure, **exposure))})


def test_a_pseudonym_that_somebody_needs_in_clear_wants_a_lookup(on: HubConfig) -> None:
    policy = on.exposure.policies["data_pseudonymised"]
    late = replace(policy, pseudonymised=replace(policy.pseudonymised, systems=("postal_system",)))
    assert changed(on, policies={"own": late}).exposure.policies["own"] == late
    message = "policies.own.pseudonymised.fields: hides 'consignee', which postal_operator needs in delivery_list"
    with pytest.raises(ConfigError, match=re.escape(message)):
        changed(on, policies={"own": replace(late, lookup=None)})


def test_who_is_told_less_cannot_tell_more(on: HubConfig) -> None:
    """The hub needs no route in itself here, but it must tell customs of what leaves in transit."""
    messages = dict(on.exposure.messages)
    for name in ("consignment_data", "air_manifest", "breakdown_scan", "sort_scan", "handcoding"):
        message = messages[name]
        copy = message.receivers["hub_operator"]
        needs = tuple(field for field in copy.needs if field != "route")
        messages[name] = replace(message, receivers={**message.receivers, "hub_operator": replace(copy, needs=needs)})
    text = "policies.data_minimised.minimised: hides 'route' from hub_operator, which must send it to customs"
    with pytest.raises(ConfigError, match=re.escape(text)):
        changed(on, messages=messages)


def test_a_ledger_that_is_off_is_not_judged() -> None:
    assert load("liege_30k", "exposure.policy=whatever").exposure.policy == "whatever"
    (line,) = hub_warnings([load("liege_30k", "exposure.policy=whatever")])
    assert line.startswith("exposure.policy: whatever has no effect without")
