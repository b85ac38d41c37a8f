"""Declarations: each parcel in one state, shares as configured, policies do what they say, mistakes are one line."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from experiments.composition import load
from sim.config.customs import Kind
from sim.domain.entities import Refusal
from sim.domain.parcels import Channel, Parcels
from sim.domain.site import Manning
from sim.errors import ConfigError, LawBroken
from sim.inputs.declarations import make_declarations
from sim.inputs.declarations.cells import _sellers
from sim.inputs.declarations.chances import mixed
from sim.inputs.inputs import make_inputs
from sim.measures import tables
from sim.measures.ladder import capacity_ladder
from sim.measures.tables import customs_columns
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import parcel_path
from sim.processes import hall
from sim.processes.customs import HoldZone
from sim.processes.desks import Desks
from sim.processes.store import ParcelStore
from sim.record.recorder import Columns, Recorder
from sim.record.tallies import DeskTally
from sim.reference.theory import poisson_arrivals
from sim.simulation import simulate
from sim.streams import Streams
from sim.units import TICKS_PER_H, TICKS_PER_MIN, Ticks

SELECTION = "customs.declared.selection"
SHOES = "{control:xray,share:1,goods:[shoes],histories:null,origins:null,platforms:null,from_eur:null,below_eur:null}"
FRIST = SHOES.replace("[shoes]", "null").replace("platforms:null", "platforms:[frist]")
NOBODY = (
    f"{SELECTION}.rules=[]",
    *(f"{SELECTION}.{name}_share=0" for name in ("documents", "xray", "examined")),
)
NO_FAILURES = tuple(
    f"customs.declared.{name}.{failure}_share=0" for name in ("h7", "h1") for failure in ("late", "rejected")
)
ALL_IOSS = ("customs.declared.ioss_share=1", "customs.declared.special_share=0", "customs.declared.h1_transit_share=0")


@cache
def parcels_of(*words: str, scenario: str = "customs_today") -> Parcels:
    """Of one flight."""
    inputs = make_inputs(load(scenario, *words), 0)
    return inputs.parcels_of(inputs.flights[0])


def channels(parcels: Parcels) -> list[int]:
    return [int(n) for n in np.bincount(parcels.channel, minlength=len(Channel))]


def test_each_parcel_is_in_one_state_and_its_declaration_of_one_kind() -> None:
    parcels = parcels_of()
    counts = parcels.counts
    assert counts is not None
    assert sum(channels(parcels)) == counts.n_h7 + counts.n_h1 == len(parcels.lane)
    assert counts.n_h6 == 0
    assert counts.n_detected == np.count_nonzero(parcels.is_refused)
    assert not (parcels.is_refused & (parcels.channel < Channel.EXAMINED)).any()
    assert counts.n_detected + counts.n_false_alarms <= counts.n_opened
    assert 0 < counts.n_returned + counts.n_detected <= 2 * counts.n_hits


def test_shares_of_selection_are_within_their_binomial_intervals() -> None:
    words = [f"{SELECTION}.rules=[]", *ALL_IOSS, "customs.declared.documents={detection:0,false_alarm:0}"]
    shares = {Channel.EXAMINED: 0.1, Channel.XRAYED: 0.2, Channel.DOCUMENT_CHECK: 0.3}
    names = ("examined", "xray", "documents")
    drawn = parcels_of(*words, *(f"{SELECTION}.{n}_share={s}" for n, s in zip(names, shares.values(), strict=True)))
    n, left = len(drawn.lane), 1.0
    for channel, share in shares.items():
        expected = share * left
        left -= expected
        assert abs(channels(drawn)[channel] / n - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_draws_of_rows_are_uniform_and_hang_on_no_other_row() -> None:
    rows, seed = np.arange(200_000), np.uint64(2**64 - 5)
    draws = mixed(seed, rows)
    assert (mixed(seed, rows[17:19]) == draws[17:19]).all()
    counts = np.bincount(draws >> 27, minlength=16)
    assert ((counts - 12_500) ** 2 / 12_500).sum() < 37.7  # chi-squared of 15 degrees, 0.1 %
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.01


def test_a_rule_selects_its_share_of_what_meets_it_and_nothing_else() -> None:
    rule = "{control:xray,share:0.5,goods:[toys],histories:null,origins:null,platforms:null,from_eur:10,below_eur:20}"
    config = load("customs_today", *NOBODY, *ALL_IOSS, f"{SELECTION}.rules=[{rule}]")
    inputs = make_inputs(config, 0)
    flight = inputs.flights[0]
    parcels = inputs.parcels_of(flight)
    declarations = make_declarations(config, Streams(config.seed, 0))
    assert declarations is not None
    declared = declarations.cells.consignments(flight, parcels.lane)
    toys = [*declarations.declared.goods].index("toys")
    meets = (declared.goods == toys) & (declared.value >= 1000) & (declared.value < 2000)
    is_xrayed = parcels.channel == Channel.XRAYED
    assert not is_xrayed[~meets].any()
    assert abs(is_xrayed[meets].mean() - 0.5) < 4 * np.sqrt(0.25 / np.count_nonzero(meets))


def test_who_sees_everything_finds_everything_and_who_looks_at_nothing_nothing() -> None:
    perfect = ("customs.declared.examination_detection=1", "customs.declared.xray={detection:1,false_alarm:0}")
    seen = parcels_of(*NOBODY, *perfect, f"{SELECTION}.xray_share=1").counts
    blind = parcels_of(*NOBODY).counts
    assert seen is not None and blind is not None
    assert seen.n_hits == seen.n_detected == seen.n_opened == blind.n_hits
    assert seen.n_false_alarms == blind.n_detected == blind.n_opened == 0


def test_controls_of_one_more_parcel_let_all_others_be_controlled_as_before() -> None:
    few, many = (
        parcels_of(*NOBODY, f"{SELECTION}.examined_share=0.01"),
        parcels_of(*NOBODY, f"{SELECTION}.examined_share=0.02"),
    )
    assert (many.channel[few.channel == Channel.EXAMINED] == Channel.EXAMINED).all()


def test_without_failures_and_controls_all_is_decided_before_landing() -> None:
    plain = (*NOBODY, *NO_FAILURES, *ALL_IOSS)
    instant = ("customs.declared.h7.mean_h=0", "customs.declared.h1.mean_h=0")
    counts = parcels_of(*plain, *instant).counts
    assert counts is not None and counts.n_before_landing == counts.n_h7 + counts.n_h1
    late = parcels_of(*plain, "customs.declared.is_prelodged=false").counts
    assert late is not None and late.n_before_landing == 0


def test_a_check_of_documents_delays_the_release_by_its_duration() -> None:
    """Declared after presentation, a parcel is released when its declaration is accepted, checked and answered."""
    eyes = ("customs.declared.is_prelodged=false", "customs.declared.documents={detection:0,false_alarm:0}")
    words = (*NOBODY, *NO_FAILURES, *ALL_IOSS, *eyes, "customs.declared.documents_mean_h=3")
    free, checked = parcels_of(*words), parcels_of(*words, f"{SELECTION}.documents_share=1")
    assert checked.counts is not None and checked.counts.n_documents == len(checked.lane)
    assert (checked.channel == Channel.DOCUMENT_CHECK).all()
    waits = checked.release - free.release
    assert waits.min() >= 0 and waits.mean() / TICKS_PER_H == pytest.approx(3, rel=0.02)


def test_without_a_low_value_every_declaration_is_a_standard_one() -> None:
    counts = parcels_of("customs.declared.low_value_limit_eur=0").counts
    assert counts is not None and counts.n_h7 == counts.n_h6 == 0


def test_declarations_of_2026_are_of_three_kinds_by_their_shares() -> None:
    today, counts = parcels_of().counts, parcels_of(scenario="eu_2026_duty").counts
    assert today is not None and counts is not None
    n_low = today.n_h7
    assert counts.n_h7 + counts.n_h6 + counts.n_h1 == n_low + today.n_h1
    for n, share in ((counts.n_h6, 0.02), (counts.n_h1 - today.n_h1, 0.03)):
        assert n == pytest.approx(n_low * share, abs=4 * np.sqrt(n_low * share * (1 - share)))
    assert counts.value == today.value and counts.n_elsewhere == today.n_elsewhere, "the place of clearance is by value"


def test_each_kind_of_declaration_has_its_own_time_and_failures() -> None:
    """Postal declarations that are never sent in time hold their parcels, and no others."""
    late = parcels_of("customs.declared.h6_share=0.3", *NOBODY, *message("h6", mean_h=1000), *NO_FAILURES)
    usual = parcels_of("customs.declared.h6_share=0.3", *NOBODY, *message("h6"), *NO_FAILURES)
    waits = late.release > usual.release
    assert usual.counts is not None
    assert np.count_nonzero(waits) == usual.counts.n_h6 > 0
    assert (late.release[~waits] == usual.release[~waits]).all()
    assert (
        parcels_of("customs.declared.h6.late_share=1", "customs.declared.h6.rejected_share=0").counts
        == parcels_of().counts
    )


def test_an_outage_of_data_leaves_less_decided_before_landing() -> None:
    config = load("data_outage_6h", "disruptions.data.start='day 1 00:00'", "disruptions.data.hours=24", warmup_days=0)
    outage, usual = (make_inputs(load(name, warmup_days=0) if name else config, 0) for name in ("", "customs_today"))
    flight = usual.flights[0]
    struck, spared = outage.parcels_of(flight).counts, usual.parcels_of(flight).counts
    assert struck is not None and spared is not None
    assert struck.n_before_landing < spared.n_before_landing


def test_an_outage_of_data_takes_nothing_from_what_was_undecided_at_landing() -> None:
    # Half of the declarations come in the minutes between landing and the first scan: released, but not before landing.
    late = message("h7", late_share=0.5, late_mean_h=0.1)
    hours = ("customs.declared.flight_h=0.001", "customs.declared.risk_analysis_h=0.001")
    slow = (*NOBODY, *ALL_IOSS, *ON_TIME, *late, *hours)
    outage = ("disruptions.data.start='day 1 00:00'", "disruptions.data.hours=24")
    usual, struck = (
        make_inputs(load(name, *slow, *words, warmup_days=0), 0)
        for name, words in (("customs_today", ()), ("data_outage_6h", outage))
    )
    flight = usual.flights[0]
    before, after = usual.parcels_of(flight).counts, struck.parcels_of(flight).counts
    assert before is not None and after is not None
    lost = 1 - after.n_before_landing / before.n_before_landing
    assert abs(lost - 0.5) < 0.01, "the share of the outage"


def message(name: str, **changed: float) -> list[str]:
    """Of no delay and no failure, but for what is given."""
    keys = ("mean_h", "late_share", "late_mean_h", "rejected_share", "correction_mean_h")
    return [f"customs.declared.{name}.{key}={changed.get(key, 0)}" for key in keys]


ON_TIME = tuple(word for name in ("preloading", "ens", "h7", "h1", "presentation", "answer") for word in message(name))


@pytest.mark.parametrize("name", ["ens", "presentation", "answer"])
def test_a_message_of_a_flight_that_comes_late_keeps_all_its_parcels(name: str) -> None:
    plain = (*NOBODY, *ALL_IOSS, *ON_TIME)
    at_once, late = parcels_of(*plain), parcels_of(*plain, *message(name, late_share=1, late_mean_h=1000))
    assert at_once.counts is not None and late.counts is not None
    assert channels(at_once)[Channel.RELEASED] == channels(late)[Channel.LATE_DATA] == len(late.lane)
    assert (at_once.counts.n_repeated, late.counts.n_repeated) == (0, 1)
    assert (late.release > at_once.release).all()
    assert late.counts.n_before_landing == at_once.counts.n_before_landing == len(late.lane), "the data were there"


def test_goods_are_presented_when_they_have_landed_and_the_entry_summary_is_analysed() -> None:
    config = load("customs_today", *NOBODY, *ALL_IOSS, *ON_TIME, "customs.declared.risk_analysis_h=3")
    inputs = make_inputs(config, 0)
    flight = inputs.flights[0]
    for flight_h, presented in ((12, flight.arrival), (2, flight.arrival + TICKS_PER_H)):
        words = (*NOBODY, *ALL_IOSS, *ON_TIME, "customs.declared.risk_analysis_h=3")
        counts = parcels_of(*words, f"customs.declared.flight_h={flight_h}").counts
        assert counts is not None and counts.presented == presented
        assert counts.entered == flight.arrival + (3 - flight_h) * TICKS_PER_H


def test_what_is_not_told_by_loading_is_left_behind_as_often_as_an_exponential_wait_is_too_long() -> None:
    words = (*message("preloading", late_share=0.2, late_mean_h=4, rejected_share=0.1, correction_mean_h=2),
             "customs.declared.referral_share=0.3", "customs.declared.referral_mean_h=1")  # fmt: skip
    counts = parcels_of(*words, "customs.declared.preloading_h=4").counts
    assert counts is not None
    n = counts.n_h7 + counts.n_h1
    expected = 0.2 * np.exp(-1) + 0.1 * np.exp(-2) + 0.3 * np.exp(-4)
    assert abs(counts.n_left_behind / n - expected) < 4 * np.sqrt(expected * (1 - expected) / n)
    assert abs(counts.n_referrals / n - 0.3) < 4 * np.sqrt(0.21 / n)
    none = parcels_of(*words, "customs.declared.preloading_h=4000").counts
    assert none is not None and none.n_left_behind == 0


def test_a_seller_sells_on_one_platform_whatever_the_number_of_sellers() -> None:
    platforms = []
    for number in (100, 200):
        config = load("customs_today", f"customs.declared.sellers.number={number}")
        inputs = make_inputs(config, 0)
        declarations = make_declarations(config, Streams(config.seed, 0))
        assert declarations is not None
        pairs = np.unique(np.column_stack(declarations.cells.sellers(inputs.flights[0])), axis=0)
        assert len(pairs) == number, "each sells something, on one platform"
        platforms.append(pairs[:100, 1].tolist())
    assert platforms[0] == platforms[1]
    assert len(set(platforms[0])) == 3


def test_a_guarantee_covers_its_share_of_what_leaves_in_transit() -> None:
    everything = ("customs.declared.ioss_share=0", "customs.declared.h1_transit_share=1",
                  "customs.declared.home_lanes=[]", "customs.declared.guarantee_share=0.3")  # fmt: skip
    counts = parcels_of(*NOBODY, *everything).counts
    assert counts is not None and counts.n_elsewhere == counts.n_h7 + counts.n_h1
    assert counts.guarantee == round(0.3 * counts.value)


def test_declared_values_go_in_and_out_with_their_parcels() -> None:
    """All that has landed leaves, by truck or refused, and so does its value."""
    words = ("demand.flights_per_day=4", "demand.parcels_per_flight=2000", "demand.net_t_per_flight=1.4",
             *NOBODY, f"{SELECTION}.examined_share=0.001", "customs.declared.hit_share=0.15")  # fmt: skip
    tables = simulate(load("customs_today", *words, warmup_days=0, horizon_days=2)).tables
    flights, customs, loads = (tables[name] for name in ("flights", "customs", "loads"))
    gone = (flights["n_departed"] + flights["n_refused"] == flights["n_parcels"]) & (flights["n_parcels"] > 0)
    plain = gone & (flights["n_refused"] == 0)
    assert plain.any() and (gone & ~plain).any()
    out = np.bincount(loads["flight"], weights=loads["value"], minlength=len(gone))
    came = np.zeros(len(gone))
    came[customs["flight"]] = np.rint(100 * customs["value_eur"])
    assert (out[plain] == came[plain]).all()
    assert (out[gone & ~plain] < came[gone & ~plain]).all()


HOLD = HoldZone.hold


def held_later(zone: HoldZone, since: Ticks, parcels: Ticks, machine: Ticks) -> None:
    HOLD(zone, since + TICKS_PER_H, parcels, machine)


@pytest.mark.parametrize(
    ("part", "name", "fault", "law"),
    [
        (hall, "Refusal", lambda *row: Refusal(*row[:-1], 0), "declared value in = value out"),
        (ParcelStore, "by_flight", lambda store, units: [(*n, 1) for n in store.loads_of(units)], "declared value in"),
        (HoldZone, "hold", held_later, "every parcel is in one stage, and in one state of customs"),
    ],
)
def test_a_broken_law_is_told(
    monkeypatch: pytest.MonkeyPatch, part: object, name: str, fault: Callable[..., object], law: str
) -> None:
    """Values of the refused, and of what trucks take, forgotten; parcels that are nowhere on their way to be held."""
    monkeypatch.setattr(part, name, fault)
    words = ("demand.flights_per_day=2", "demand.parcels_per_flight=5000", "demand.net_t_per_flight=3.5")
    with pytest.raises(LawBroken, match=law):
        simulate(load("customs_exam_1pct", *words, warmup_days=0, horizon_days=1))


def none_detected(record: Recorder) -> Columns:
    return {**customs_columns(record), "n_detected": [0 for _ in record.customs]}


@pytest.mark.parametrize("scenario", ["customs_exam_1pct", "eu_2026_duty"])
def test_refusals_of_what_was_not_detected_break_a_law(monkeypatch: pytest.MonkeyPatch, scenario: str) -> None:
    """Also where no declaration is one of low value."""
    monkeypatch.setattr(tables, "customs_columns", none_detected)
    words = ("demand.flights_per_day=2", "demand.parcels_per_flight=5000", "demand.net_t_per_flight=3.5")
    with pytest.raises(LawBroken, match="no flight has more refusals than detections"):
        simulate(load(scenario, *words, f"{SELECTION}.examined_share=0.01", warmup_days=0, horizon_days=1))


def test_what_is_cleared_elsewhere_leaves_the_country() -> None:
    words = ("customs.declared.ioss_share=0", "customs.declared.h1_transit_share=1")
    parcels = parcels_of(*NOBODY, *words)
    home = list(load("customs_today").lanes).index("BE")
    assert ((parcels.channel == Channel.TRANSIT) == (parcels.lane != home)).all()


def test_a_hub_that_x_rays_every_uld_does_so_before_break_down() -> None:
    result = simulate(load("customs_xray_all", "demand.flights_per_day=1", warmup_days=0, horizon_days=1))
    ulds = result.tables["ulds"]
    begun = ~np.isnan(ulds["start"])
    assert begun.any() and (ulds["xray_end"][begun] <= ulds["start"][begun]).all()
    customs = result.tables["customs"]
    assert result.kpis["examined_share"] > 0
    assert customs["n_detected"].sum() <= customs["n_hits"].sum()


def test_the_held_share_is_of_what_was_broken_down_and_gives_the_ladder_its_second_passes() -> None:
    words = ("demand.parcels_per_flight=3000", "demand.net_t_per_flight=2.4", "exports=none")
    config = load("customs_no_prelodgement", *words, 'record.parcels_of_flights="all"', warmup_days=1, horizon_days=2)
    # No interval of 50 min ends with the measured days.
    result = simulate(replace(config, record=replace(config.record, bin_min=50)))
    low, high = 24 * 60, 72 * 60
    held, freed = (result.tables["parcels"][name] for name in ("held", "freed"))
    stays = (freed - held)[(held >= low) & (held < high) & ~np.isnan(freed)]
    assert len(stays) and result.kpis["customs_hold_mean_h"] == pytest.approx(stays.mean() / 60)
    started, n = (result.tables["ulds"][name] for name in ("start", "n_parcels"))
    broken_down = n[(started >= low) & (started < high)].sum()
    assert result.kpis["held_share"] == pytest.approx(((held >= low) & (held < high)).sum() / broken_down)
    assert result.kpis["held_share"] > 1.5 * config.customs.second_pass_share
    usual, all_held = (capacity_ladder(config, {**result.kpis, "held_share": share}) for share in (0.0, 1.0))
    assert [
        usual[name].parcels_per_day / all_held[name].parcels_per_day for name in ("machines", "manual_sort_posts")
    ] == pytest.approx([2, 2])
    assert usual["packout_posts"] == all_held["packout_posts"]


def test_a_single_desk_has_the_wait_of_theory() -> None:
    """M/D/1, fed in pieces: half of load / (1 - load) services."""
    arrival = poisson_arrivals(Streams(3, 0), 0.7, 40_000)
    end, manning = int(arrival[-1]) + 1, Manning((0,), (1,))
    desks = Desks(manning, TICKS_PER_MIN, DeskTally(end, (0, end), end, manning))
    waits = []
    for piece in np.split(np.arange(len(arrival)), 400):
        desks.feed(arrival[piece], piece, piece)
        served = desks.serve(int(arrival[piece[-1]]))
        assert served is not None
        waits.append(served.begin - served.arrival)
    assert np.concatenate(waits).mean() / TICKS_PER_MIN == pytest.approx(0.7 / 0.3 / 2, rel=0.08)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([f"{SELECTION}.examined_share=0.995"], "selection: documents_share .* at most 1, got 1.005"),
        (
            ["customs.declared.h6_share=0.9", "customs.declared.low_value_h1_share=0.2"],
            "h6_share . low_value_h1_share: at most 1",
        ),
        (["customs.declared.h7.late_share=0.995"], "h7: late_share . rejected_share: at most 1, got 1.005"),
        (["customs.declared.ioss_share=0.99"], "declared: ioss_share . special_share: at most 1, got 1.01"),
        (["customs.declared.goods.toys.share=0.2"], "goods: shares must sum to 1, got 1.1 .*toys 0.2"),
        (["customs.declared.hit_share=0.3"], "hit_share: 0.3 times the highest factors .* is 1.87; must be at most 1"),
        (["customs.declared.home_lanes=[BEL]"], "home_lanes: no lane 'BEL'; did you mean"),
        (["halls.main.controls.transit_desks=0"], "halls.main.controls.transit_desks: at least 1, since some parcels"),
        (
            [f"customs.declared.{key}" for key in ("ioss_share=1", "special_share=0")]
            + ["halls.main.controls.transit_desks=0"],
            "halls.main.controls.transit_desks: at least 1, since some parcels",  # those above the limit of low value
        ),
        (["halls.main.controls.xray_lanes=0"], "controls.xray_lanes: at least 1, since parcels are selected for X-ray"),
        (["customs.declared.uld_xray_share=1"], "halls.main.controls.uld_xrays: at least 1, since ULDs are X-rayed"),
        (["customs.late_data_share=0.02"], "late_data_share: must be null, because declarations replace it, got 0.02"),
        (["customs.declared.referral_share=0.999"], "declared: preloading.late_share .* at most 1, got 1.003"),
        (["customs.declared.ens.late_share=0.995"], "ens: late_share . rejected_share: at most 1, got 1.005"),
        ([f"{SELECTION}.rules=[{FRIST}]"], r"selection.rules\[0\].platforms: no 'frist'; did you mean 'first'"),
        (["halls.main.controls.xray_lanes=3"], "zone customs: 2 examination desks are more than the 0 that fit"),
        (["halls.main.controls.transit_desks=99"], "main.controls: .* take 1030 m2, more than the 199.98 m2 of zone"),
        ([f"{SELECTION}.rules=[{SHOES}]"], r"selection.rules\[0\].goods: no 'shoes'; did you mean"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        make_inputs(load("customs_today", *words), 0)
    assert "\n" not in str(caught.value)


def test_paths_of_controlled_parcels_add_up_and_name_each_control() -> None:
    """The way of every second parcel of a flight, with each control and every ULD X-rayed."""
    words = ("demand.flights_per_day=2", "demand.parcels_per_flight=2000", "demand.net_t_per_flight=1.4",
             "halls.main.controls.xray_lanes=1", "halls.main.controls.transit_desks=1", "halls.main.customs_desks=1",
             f"{SELECTION}.xray_share=0.2", f"{SELECTION}.examined_share=0.02")  # fmt: skip
    config = load("customs_xray_all", *words, warmup_days=0, horizon_days=1)
    key = make_inputs(config, 0).flights[0].key
    config = load("customs_xray_all", *words, f"record.parcels_of_flights=[{key}]", warmup_days=0, horizon_days=1)
    journal = Journal(simulate(config).tables, config)
    causes = set()
    for row in range(0, 2000, 2):
        path = parcel_path(journal, 0, row)
        assert sum(each.minutes for each in path.segments) == path.end - path.start
        causes |= {each.cause for each in path.segments}
    assert {"uld_xrays", "uld_xray", "xray", "transit", "examination", "customs_desks"} <= causes


def test_sellers_have_histories_origins_and_platforms_as_configured() -> None:
    declared = load("customs_today").customs.declared
    assert declared is not None
    sellers = replace(declared.sellers, exponent=0.0)
    _, kind, platform = _sellers(replace(declared, sellers=sellers), Streams(1, 0))
    shares = [[each.share for each in kinds.values()] for kinds in (sellers.histories, sellers.origins)]
    shares.append([*sellers.platforms.values()])
    numbers = np.unravel_index(kind, [len(each) for each in shares])
    assert (numbers[2] == platform).all()
    for number, expected in zip(numbers, shares, strict=True):
        assert np.bincount(number) / len(number) == pytest.approx(expected, abs=0.02)


def test_more_kinds_of_parcels_than_two_bytes_tell_are_refused() -> None:
    config = load("customs_today", f"{SELECTION}.rules=[]")
    declared = config.customs.declared
    assert declared is not None
    kinds = {f"kind {i}": Kind(1 / 64, 1.0) for i in range(64)}
    many = replace(declared, sellers=replace(declared.sellers, histories=kinds, origins=kinds))
    with pytest.raises(ConfigError, match=r"customs.declared: at most 32768 of goods x bands .* got 196608") as caught:
        make_declarations(replace(config, customs=replace(config.customs, declared=many)), Streams(1, 0))
    assert "\n" not in str(caught.value)
    goods = {f"group {i}": replace(declared.goods["toys"], share=1 / 257) for i in range(257)}
    with pytest.raises(ValueError, match="goods: at most 256, got 257"):
        replace(declared, goods=goods)
    lanes = {f"lane {i}": 1 / 257 for i in range(257)}
    with pytest.raises(ValueError, match=r"exports.lanes: at most 256, got 257"):
        replace(config, exports=replace(config.exports, lanes=lanes))
